//! 批而未供的图形。What is left of each approval after all that was supplied or deducted, with slivers apart, each square metre once.
//! Knows no dates and no law: which approvals, supplies and deductions count, and how wide a sliver is, are arguments.

use mujun_geometry::geo::Rect;
use mujun_geometry::layer::Outline;
use mujun_geometry::overlay::{self, Overlayer, SliverTolerance};
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use super::ground::{GroundIndex, PlanarGround};

/// One approval seen against the supplied ground. All areas in ellipsoidal m²:
/// `ground = covered + deducted + sliver + leftover` to 0.01 m².
#[derive(Clone, Debug)]
pub struct Leftover {
    /// 批次图形面积。
    pub ground_m2: f64,
    /// 已供重叠面积。
    pub covered_m2: f64,
    /// 核减面积：核减范围之内、未供的部分。
    pub deducted_m2: f64,
    /// 小于容差而不计的碎片面积。
    pub sliver_m2: f64,
    /// 剩余面积。
    pub leftover_m2: f64,
    /// 剩余面积中未被更早批次计过的部分：汇总时用它，每平方米只计一次。
    pub counted_m2: f64,
    /// 剩余图形，平面坐标。
    pub surface: Option<Surface>,
}

/// The ground that was supplied: parcels that contracts name, and outlines of contracts themselves.
pub struct Supplied<'a> {
    parcels: &'a GroundIndex,
    /// Whether a contract names the parcel of that position.
    named: Vec<bool>,
    drawn: &'a GroundIndex,
}

impl<'a> Supplied<'a> {
    /// `named` are positions in `parcels`; several contracts may name one.
    pub fn new(parcels: &'a GroundIndex, named: impl Iterator<Item = usize>, drawn: &'a GroundIndex) -> Supplied<'a> {
        let mut all = vec![false; parcels.len()];
        named.for_each(|position| all[position] = true);
        Supplied { parcels, named: all, drawn }
    }

    fn near(&self, bounds: Rect<f64>, found: &mut Vec<usize>, outlines: &mut Vec<Outline<'a>>) {
        self.parcels.near(bounds, found);
        outlines.extend(found.iter().filter(|position| self.named[**position]).map(|position| self.parcels.outline(*position)));
        self.drawn.near(bounds, found);
        outlines.extend(found.iter().map(|position| self.drawn.outline(*position)));
    }
}

/// 核减: ground that does not count as approved any more.
pub struct Deductions {
    /// The outlines.
    pub grounds: GroundIndex,
    /// For each the positions of the approvals it is deducted from; `None`: from every one it meets.
    pub only_from: Vec<Option<Vec<usize>>>,
}

/// What is nothing but rounding, m².
const NOTHING_M2: f64 = 1e-7;
/// Ground covered to this share is covered: what is missing is rounding.
const COVERED: f64 = 1e-9;
const EXACT: SliverTolerance = SliverTolerance { min_area_m2: 0.0, min_width_m: 0.0 };

/// Subtracts `supplied` and `deductions` from every approval. `order[i]` ranks approval `i`: ground that two approvals leave over
/// is counted for the lower rank.
pub fn leftovers(
    approvals: &GroundIndex,
    order: &[usize],
    supplied: &Supplied<'_>,
    deductions: &Deductions,
    tolerance: &SliverTolerance,
) -> Vec<Leftover> {
    let mut found: Vec<Leftover> = (0..approvals.len())
        .into_par_iter()
        .map_init(Subtractor::default, |subtractor, position| {
            subtractor.leftover(approvals, position, supplied, deductions, tolerance)
        })
        .collect();
    let counted: Vec<f64> = (0..found.len())
        .into_par_iter()
        .map_init(Vec::new, |near, position| {
            let Some(surface) = &found[position].surface else { return 0.0 };
            approvals.near(surface.bounds(), near);
            let earlier: Vec<&Surface> = near
                .iter()
                .filter(|other| (order[**other], **other) < (order[position], position))
                .filter_map(|other| found[*other].surface.as_ref())
                .filter(|other| overlay::intersection_area(surface, other) > NOTHING_M2)
                .collect();
            if earlier.is_empty() {
                return found[position].leftover_m2;
            }
            overlay::subtract(surface, &earlier, &EXACT).leftover_area * approvals.to_ellipsoid(position)
        })
        .collect();
    for (leftover, counted_m2) in found.iter_mut().zip(counted) {
        leftover.counted_m2 = counted_m2;
    }
    found
}

/// Subtracts from one approval after the other, and keeps its memory.
#[derive(Default)]
struct Subtractor<'a> {
    ground: Overlayer<'a>,
    one: Overlayer<'a>,
    near: Vec<usize>,
    cover: Vec<Outline<'a>>,
}

impl<'a> Subtractor<'a> {
    fn leftover(
        &mut self,
        approvals: &'a GroundIndex,
        position: usize,
        supplied: &Supplied<'a>,
        deductions: &'a Deductions,
        tolerance: &SliverTolerance,
    ) -> Leftover {
        let (ground, to_ellipsoid) = (approvals.outline(position), approvals.to_ellipsoid(position));
        let ground_m2 = approvals.ellipsoidal_m2(position);
        let nothing_left = |covered_m2| Leftover {
            ground_m2,
            covered_m2,
            deducted_m2: 0.0,
            sliver_m2: 0.0,
            leftover_m2: 0.0,
            counted_m2: 0.0,
            surface: None,
        };
        let Some(surface) = ground.to_surface() else { return nothing_left(ground_m2) };
        self.ground.lay(ground);
        self.cover.clear();
        supplied.near(ground.bounds(), &mut self.near, &mut self.cover);
        let covered = self.keep_what_meets();
        if covered >= ground.area() * (1.0 - COVERED) && self.nothing_twice() {
            return nothing_left(ground_m2);
        }

        deductions.grounds.near(ground.bounds(), &mut self.near);
        let counts = |deduction: &&usize| deductions.only_from[**deduction].as_ref().is_none_or(|only| only.contains(&position));
        let deducted: Vec<Surface> =
            self.near.iter().filter(counts).filter_map(|deduction| deductions.grounds.surface(*deduction)).collect();
        let supplied: Vec<Surface> = self.cover.iter().filter_map(Outline::to_surface).collect();
        let supplied: Vec<&Surface> = supplied.iter().collect();
        let (all, before) = if deducted.is_empty() {
            (overlay::subtract(&surface, &supplied, tolerance), None)
        } else {
            let all: Vec<&Surface> = supplied.iter().copied().chain(&deducted).collect();
            (overlay::subtract(&surface, &all, tolerance), Some(overlay::subtract(&surface, &supplied, &EXACT)))
        };
        // What the supplies alone cover is supplied, also where it was deducted as well.
        let covered_area = before.map_or(all.covered_area, |alone| alone.covered_area.min(all.covered_area));
        Leftover {
            ground_m2,
            covered_m2: covered_area * to_ellipsoid,
            deducted_m2: (all.covered_area - covered_area) * to_ellipsoid,
            sliver_m2: all.sliver_area * to_ellipsoid,
            leftover_m2: all.leftover_area * to_ellipsoid,
            counted_m2: 0.0,
            surface: all.leftover,
        }
    }

    /// Drops what only touches, and adds up what the rest has in common with the ground.
    fn keep_what_meets(&mut self) -> f64 {
        let mut sum = 0.0;
        let ground = &mut self.ground;
        self.cover.retain(|outline| {
            let common = ground.area_in_common(*outline);
            sum += common;
            common > NOTHING_M2
        });
        sum
    }

    /// Whether no two that cover the ground overlap, so that their areas may be added up.
    fn nothing_twice(&mut self) -> bool {
        for (i, outline) in self.cover.iter().enumerate() {
            let mut laid = false;
            for other in &self.cover[i + 1..] {
                let (p, q) = (outline.bounds(), other.bounds());
                let meet = p.min().x < q.max().x && q.min().x < p.max().x && p.min().y < q.max().y && q.min().y < p.max().y;
                if !meet {
                    continue;
                }
                if !laid {
                    self.one.lay(*outline);
                    laid = true;
                }
                if self.one.area_in_common(*other) > NOTHING_M2 {
                    return false;
                }
            }
        }
        true
    }
}

/// Area of each ground that lies on no leftover, in ellipsoidal m². `leftovers` holds their planar surfaces.
pub fn outside_leftovers(grounds: &GroundIndex, leftovers: &[PlanarGround]) -> Vec<f64> {
    let index = GroundIndex::new(leftovers);
    (0..grounds.len())
        .into_par_iter()
        .map_init(
            || (Overlayer::default(), Vec::new()),
            |(overlayer, near), position| {
                let ground = grounds.outline(position);
                index.near(ground.bounds(), near);
                if near.is_empty() {
                    return grounds.ellipsoidal_m2(position);
                }
                overlayer.lay(ground);
                let mut common = 0.0;
                near.retain(|leftover| {
                    let own = overlayer.area_in_common(index.outline(*leftover));
                    common += own;
                    own > NOTHING_M2
                });
                match near.as_slice() {
                    [] => grounds.ellipsoidal_m2(position),
                    [_] => (ground.area() - common).max(0.0) * grounds.to_ellipsoid(position),
                    several => {
                        let Some(surface) = ground.to_surface() else { return 0.0 };
                        let others: Vec<&Surface> = several.iter().map(|leftover| &leftovers[*leftover].surface).collect();
                        overlay::subtract(&surface, &others, &EXACT).leftover_area * grounds.to_ellipsoid(position)
                    }
                }
            },
        )
        .collect()
}
