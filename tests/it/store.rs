//! The store against a real database: every statement prepared, every register appended and read back, history kept.

mod connection;
mod determinations;
pub mod fixture;
mod history;
mod registers;
mod runs;
mod statements;
mod versions;
