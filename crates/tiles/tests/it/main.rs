//! Tiles read back by an independent decoder and held against geometry that is worked out in another way.
#![allow(clippy::unwrap_used)]

mod blocks;
mod change;
mod draw;
mod sums;
mod support;
