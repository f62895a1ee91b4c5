//! The only SQL: registers versioned by system time, imports, runs and findings, in PostgreSQL with PostGIS.
//! Free functions on `&mut PgConnection`; the caller owns the transaction. Statements lie in `store/sql/`, one folder a
//! register. Not found is `Option`. It knows no file format, no rule and no screen; `read` holds the queries of the lists.

pub mod approval;
pub mod approval_state;
pub mod building;
pub mod columns;
pub mod connection;
pub mod consequence;
mod copy;
mod copy_out;
pub mod deduction;
pub mod determination;
pub mod display;
pub mod division;
pub mod enterprise;
pub mod enterprise_year;
mod fault;
pub mod finding;
pub mod import;
pub mod intake;
mod layout;
pub mod lineage;
pub mod listen;
pub mod migration;
pub mod occupancy;
pub mod parcel;
pub mod project;
pub mod project_event;
pub mod quality;
pub mod quarantine;
pub mod read;
pub mod reference;
pub mod rulebook_text;
pub mod run;
mod sieve;
pub mod supply;
pub mod supply_event;
pub mod target;
pub mod tolerance;
pub mod version;
pub mod zone;

pub use connection::{ConnectError, connect};
pub use fault::{RepeatedKey, RowFault, StoreError};
pub use layout::register_statements;
pub use migration::{MIGRATOR, MigrationError, migrate};
pub use version::{Appended, Stored, in_order};

/// The channel on which a committed revision is announced; the payload is its number.
pub const REVISION_CHANNEL: &str = "mujun_revision";
