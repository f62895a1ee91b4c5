//! Integration tests: one binary, one private PostgreSQL, one module an area. `support` is what they stand on.

mod support;
mod town;

mod cluster;
mod judgement;
mod migrations;
mod store;
mod target;
mod tidy;
