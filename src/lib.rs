//! 亩均 mujun: the shell around the pure domain and the geometry kernel.

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
