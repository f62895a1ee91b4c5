//! Runs: what they remember of themselves, and that they can be made again.

mod diff;
mod replay;
mod supply_rate;
mod world;
