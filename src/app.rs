//! Use cases: the only place that joins ingest, store, city, geometry and domain, and that owns transactions.
//! Knows no HTTP and no terminal.

pub mod consequence;
pub mod database;
pub mod diff;
pub mod display;
pub mod evaluation;
pub mod facts;
pub mod import;
pub mod inspection;
pub mod intake;
pub mod issue_list;
pub mod judgement;
pub mod life;
pub mod measuring;
mod members;
mod neighbours;
pub mod proposal;
pub mod quality;
pub mod quarantine;
pub mod query;
pub mod registers;
pub mod rulebook;
pub mod screening;
pub mod state;
pub mod status;
pub mod target;
pub mod tile;
pub mod tolerance;
