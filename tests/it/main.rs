//! Integration tests: one binary, one private PostgreSQL, one module an area. `support` is what they stand on.

mod support;

mod cluster;
mod migrations;
mod store;
