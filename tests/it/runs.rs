//! Runs: what they remember of themselves, and that they can be made again.

pub mod diff;
mod foresee;
mod foresee_many;
mod foresee_random;
pub mod replay;
mod supply_rate;
pub mod world;
