//! 城市快照。The registers of one revision held in memory for measuring: planar rings and packed R-trees.
//! Loads nothing itself and judges nothing: `app` fills it from the store and turns its measurements into facts.

pub mod counties;
pub mod edit;
pub mod ground;
pub mod leftover;
pub mod measure;
pub mod snapshot;
pub mod topology;
