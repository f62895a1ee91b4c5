//! 亩均 mujun: the shell around the pure domain and the geometry kernel.

pub mod register;

pub mod ingest;
pub mod sample;
