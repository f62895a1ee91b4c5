//! 批而未供的图形。What is left of each approval after all that was supplied, with slivers apart, each square metre once.
//! Knows no dates and no law: which approvals and supplies count, and how wide a sliver is, are arguments.

use mujun_geometry::overlay::{self, SliverTolerance};
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use super::ground::{GroundIndex, PlanarGround};

/// One approval seen against the supplied ground. All areas in ellipsoidal m²:
/// `ground = covered + sliver + leftover` to 0.01 m².
#[derive(Clone, Debug)]
pub struct Leftover {
    /// 批次图形面积。
    pub ground_m2: f64,
    /// 已供重叠面积。
    pub covered_m2: f64,
    /// 小于容差而不计的碎片面积。
    pub sliver_m2: f64,
    /// 剩余面积。
    pub leftover_m2: f64,
    /// 剩余面积中未被更早批次计过的部分：汇总时用它，每平方米只计一次。
    pub counted_m2: f64,
    /// 剩余图形，平面坐标。
    pub surface: Option<Surface>,
}

/// Subtracts `supplied` from every approval. `order[i]` ranks approval `i`: ground that two approvals leave over
/// is counted for the lower rank.
pub fn leftovers(approvals: &GroundIndex, order: &[usize], supplied: &GroundIndex, tolerance: &SliverTolerance) -> Vec<Leftover> {
    let mut found: Vec<Leftover> =
        approvals.grounds().par_iter().map(|approval| leftover(approval, supplied, tolerance)).collect();
    let counted: Vec<f64> = (0..found.len())
        .into_par_iter()
        .map(|position| {
            let Some(surface) = &found[position].surface else { return 0.0 };
            let earlier: Vec<&Surface> = approvals
                .near(surface)
                .into_iter()
                .filter(|other| (order[*other], *other) < (order[position], position))
                .filter_map(|other| found[other].surface.as_ref())
                .collect();
            if earlier.is_empty() {
                return found[position].leftover_m2;
            }
            let exact = SliverTolerance { min_area_m2: 0.0, min_width_m: 0.0 };
            overlay::subtract(surface, &earlier, &exact).leftover_area * approvals.ground(position).to_ellipsoid()
        })
        .collect();
    for (leftover, counted_m2) in found.iter_mut().zip(counted) {
        leftover.counted_m2 = counted_m2;
    }
    found
}

fn leftover(approval: &PlanarGround, supplied: &GroundIndex, tolerance: &SliverTolerance) -> Leftover {
    let near = supplied.near(&approval.surface);
    let others: Vec<&Surface> = near.iter().map(|position| &supplied.ground(*position).surface).collect();
    let subtraction = overlay::subtract(&approval.surface, &others, tolerance);
    let factor = approval.to_ellipsoid();
    Leftover {
        ground_m2: approval.ellipsoidal_m2,
        covered_m2: subtraction.covered_area * factor,
        sliver_m2: subtraction.sliver_area * factor,
        leftover_m2: subtraction.leftover_area * factor,
        counted_m2: 0.0,
        surface: subtraction.leftover,
    }
}

/// Area of each ground that lies on no leftover, in ellipsoidal m². `leftovers` holds their planar surfaces.
pub fn outside_leftovers(grounds: &GroundIndex, leftovers: &GroundIndex) -> Vec<f64> {
    let exact = SliverTolerance { min_area_m2: 0.0, min_width_m: 0.0 };
    grounds
        .grounds()
        .par_iter()
        .map(|ground| {
            let near = leftovers.near(&ground.surface);
            let others: Vec<&Surface> = near.iter().map(|position| &leftovers.ground(*position).surface).collect();
            if others.is_empty() {
                return ground.ellipsoidal_m2;
            }
            overlay::subtract(&ground.surface, &others, &exact).leftover_area * ground.to_ellipsoid()
        })
        .collect()
}
