//! Integration tests: one binary, one private PostgreSQL, one module an area. `support` is what they stand on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod support;
mod town;

mod all_or_nothing;
mod api;
mod city;
mod cli;
mod cli_evaluate;
mod cli_inspect;
mod cli_map;
mod cli_pipe;
mod cli_rulebook;
mod cluster;
mod fuzz;
mod imports;
mod ingest;
mod ingest_real;
mod ingest_registers;
mod inspect;
mod judgement;
mod measuring;
mod migrations;
mod quality;
mod readers;
mod real_data;
mod recompute;
mod remedies;
mod runs;
mod sample;
mod sample_cases;
mod shifted;
mod store;
mod target;
mod tidy;
mod tolerances;
