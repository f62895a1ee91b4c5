//! 城市快照。The registers of one revision held in memory for measuring: planar rings and packed R-trees;
//! and for the map: tile layers.
//! Loads nothing itself and judges nothing: `app` fills it from the store and turns its measurements into facts.

pub mod counties;
pub mod display;
pub mod edit;
pub mod filter;
pub mod ground;
pub mod leftover;
pub mod measure;
pub mod snapshot;
pub mod topology;
