//! Runs: what they remember of themselves, and that they can be made again.

pub mod diff;
mod foresee;
pub mod replay;
mod supply_rate;
pub mod world;
