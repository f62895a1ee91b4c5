//! The tests of the domain against the rulebook of this repository: cases, properties, faults, and the law by hand.
#![allow(clippy::disallowed_methods, reason = "tests read the rulebook from the repository; the crate itself does not")]

mod cases;
mod faults;
mod law;
mod life;
mod output;
mod properties;
mod shelf;
