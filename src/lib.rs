//! 亩均 mujun: the shell around the pure domain and the geometry kernel.

/// Rows are made and dropped by the million, in one thread and in another: with the system's allocator a tenth of an import went there. It
/// serves the libraries in C and C++ that are linked as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod register;

pub mod clock;
pub mod config;

pub mod cluster;

pub mod ingest;
pub mod sample;

pub mod store;

pub mod city;

pub mod app;

pub mod report;

pub mod serve;

pub mod cli;
