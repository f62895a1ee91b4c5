//! 图形之间的关系。How the grounds of one register lie to each other: the same twice, over each other, a strip apart, or too thin to
//! be a parcel. Works through one window of the city; what is tolerable is an argument. Knows no register, no county and no law.

mod strip;

use std::sync::atomic::{AtomicUsize, Ordering};

use mujun_geometry::geo::{Coord, Rect};
use mujun_geometry::label::label_point;
use mujun_geometry::layer::Outline;
use mujun_geometry::overlay::{self, Overlayer};
use rayon::prelude::*;

use super::ground::GroundIndex;
use strip::Strips;

/// From which size on something is worth telling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopologyTolerance {
    /// 两个图形相互重叠的份额都不小于此值，即为同一图形，0–1。
    pub same_min_share: f64,
    /// 两个图形相互重叠的份额都不小于此值，即为几乎同一图形，0–1。
    pub nearly_same_min_share: f64,
    /// 重叠面积不小于此值的列出，m²。
    pub overlap_min_m2: f64,
    /// 窄于此值的缝是坐标取舍，m。
    pub gap_min_width_m: f64,
    /// 不宽于此值的缝列出，m。
    pub gap_max_width_m: f64,
    /// 短于此值的缝不列，m。
    pub gap_min_length_m: f64,
    /// 面积小于此值的图形是碎屑，m²。
    pub sliver_min_m2: f64,
    /// 平均宽度（两倍面积除以周长）小于此值的图形是碎屑，m。
    pub sliver_min_width_m: f64,
}

/// What is asked of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// 只查重复：这一登记簿的图形本可以重叠
    Duplicates,
    /// 图形应当互不重叠、彼此相接
    Tiling,
}

/// What a ground has to do with the examination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 现行的，不在本次导入之内
    Present,
    /// 本次导入的，在本窗口查
    Home,
    /// 本次导入的，在另一窗口查
    Elsewhere,
}

/// The grounds in one window. Every home ground is examined against all; a pair of imported ones only once, from the lower number.
#[derive(Debug)]
pub struct Window {
    /// The grounds; those that the home grounds may meet are all there.
    pub grounds: GroundIndex,
    /// What each is.
    pub roles: Vec<Role>,
    /// A number for each that is its own in all windows.
    pub numbers: Vec<i64>,
}

/// Two grounds that share ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meeting {
    /// The one that was examined, by position.
    pub one: usize,
    /// The other, by position.
    pub other: usize,
    /// 共有面积，平面，m²。
    pub common_m2: f64,
}

/// A strip between two grounds that belongs to none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The one that was examined, by position.
    pub one: usize,
    /// The other, by position.
    pub other: usize,
    /// 长度，m。
    pub length_m: f64,
    /// 面积，平面，m²。
    pub area_m2: f64,
    /// 其中一点，平面坐标。
    pub place: Coord<f64>,
}

/// What was found in a window, in the order of the grounds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Pairs that share at least the tolerance, or are nearly the same.
    pub meetings: Vec<Meeting>,
    /// Strips.
    pub gaps: Vec<Gap>,
    /// Home grounds that are slivers, with their mean width, m.
    pub slivers: Vec<(usize, f64)>,
    /// 因重叠过密而没有查的对数。
    pub unexamined_pairs: usize,
}

/// Overlays a ground takes part in on average before a window is given up as a heap: a pile of copies would take for ever.
const PAIRS_A_GROUND: usize = 32;
/// Overlays that even the smallest window is granted.
const PAIRS_AT_LEAST: usize = 200_000;
/// Home grounds that one core takes at a time, along the curve.
const STRETCH: usize = 256;

/// Examines the home grounds of a window, on all cores.
pub fn examine(window: &Window, checks: Checks, tolerance: &TopologyTolerance) -> Topology {
    let granted = window.numbers.len() * PAIRS_A_GROUND + PAIRS_AT_LEAST;
    let left = AtomicUsize::new(granted);
    let parts: Vec<Topology> = window
        .grounds
        .along_curve()
        .par_chunks(STRETCH)
        .map_init(
            || Examiner::new(window, checks, tolerance, &left),
            |examiner, stretch| {
                let mut found = Topology::default();
                for position in stretch.iter().map(|position| *position as usize) {
                    if window.roles[position] == Role::Home {
                        examiner.examine(position, &mut found);
                    }
                }
                found
            },
        )
        .collect();
    let mut all = Topology::default();
    for mut part in parts {
        all.meetings.append(&mut part.meetings);
        all.gaps.append(&mut part.gaps);
        all.slivers.append(&mut part.slivers);
        all.unexamined_pairs += part.unexamined_pairs;
    }
    all.meetings.sort_by_key(|meeting| (meeting.one, meeting.other));
    all.gaps.sort_by_key(|gap| (gap.one, gap.other));
    all.slivers.sort_by_key(|sliver| sliver.0);
    all
}

/// A point of what two grounds share, in the plane; `None` when nothing of it has an area of its own.
pub fn place_of(grounds: &GroundIndex, meeting: Meeting) -> Option<Coord<f64>> {
    let (one, other) = (grounds.surface(meeting.one)?, grounds.surface(meeting.other)?);
    Some(label_point(&overlay::intersection(&one, &other)?).into())
}

/// Examines one ground after the other, and keeps its memory.
struct Examiner<'a> {
    window: &'a Window,
    checks: Checks,
    tolerance: &'a TopologyTolerance,
    left: &'a AtomicUsize,
    overlayer: Overlayer<'a>,
    strips: Strips,
    near: Vec<usize>,
}

impl<'a> Examiner<'a> {
    fn new(window: &'a Window, checks: Checks, tolerance: &'a TopologyTolerance, left: &'a AtomicUsize) -> Examiner<'a> {
        Examiner { window, checks, tolerance, left, overlayer: Overlayer::default(), strips: Strips::default(), near: Vec::new() }
    }

    fn examine(&mut self, one: usize, found: &mut Topology) {
        let grounds = &self.window.grounds;
        let outline = grounds.outline(one);
        if outline.area() <= 0.0 {
            return;
        }
        let reach = match self.checks {
            Checks::Duplicates => outline.bounds(),
            Checks::Tiling => widened(outline.bounds(), self.tolerance.gap_max_width_m),
        };
        let mut near = std::mem::take(&mut self.near);
        grounds.near(reach, &mut near);
        near.retain(|other| self.is_asked_here(one, *other));
        let mut is_laid = false;
        for other in near.iter().copied() {
            let beside = grounds.outline(other);
            if self.may_share(outline, beside) {
                if !self.take_pair() {
                    found.unexamined_pairs += 1;
                    continue;
                }
                if !is_laid {
                    self.overlayer.lay(outline);
                    is_laid = true;
                }
                let common = self.overlayer.area_in_common(beside);
                if self.is_worth_telling(common, outline.area(), beside.area()) {
                    found.meetings.push(Meeting { one, other, common_m2: common });
                }
            }
            if self.checks == Checks::Tiling
                && let Some(gap) = self.strips.between(grounds, (one, other), self.tolerance)
            {
                found.gaps.push(gap);
            }
        }
        self.near = near;
        if self.checks == Checks::Tiling {
            let width = mean_width(outline);
            if outline.area() < self.tolerance.sliver_min_m2 || width < self.tolerance.sliver_min_width_m {
                found.slivers.push((one, width));
            }
        }
    }

    fn is_asked_here(&self, one: usize, other: usize) -> bool {
        let Window { roles, numbers, .. } = self.window;
        one != other && (roles[other] == Role::Present || numbers[one] < numbers[other])
    }

    /// Whether the boxes leave room for what would be told: most neighbours only touch, and need no overlay.
    fn may_share(&self, one: Outline<'_>, other: Outline<'_>) -> bool {
        let (p, q) = (one.bounds(), other.bounds());
        let width = p.max().x.min(q.max().x) - p.min().x.max(q.min().x);
        let height = p.max().y.min(q.max().y) - p.min().y.max(q.min().y);
        if width <= 0.0 || height <= 0.0 {
            return false;
        }
        let larger = one.area().max(other.area());
        let as_copies = self.tolerance.nearly_same_min_share * larger;
        let enough = match self.checks {
            Checks::Tiling => self.tolerance.overlap_min_m2.min(as_copies),
            Checks::Duplicates => as_copies,
        };
        width * height >= enough && (self.checks == Checks::Tiling || one.area().min(other.area()) >= enough)
    }

    fn is_worth_telling(&self, common: f64, one: f64, other: f64) -> bool {
        let is_copy = common >= self.tolerance.nearly_same_min_share * one.max(other);
        is_copy || (self.checks == Checks::Tiling && common >= self.tolerance.overlap_min_m2)
    }

    fn take_pair(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

fn widened(bounds: Rect<f64>, by: f64) -> Rect<f64> {
    let margin = Coord { x: by, y: by };
    Rect::new(bounds.min() - margin, bounds.max() + margin)
}

/// The length of what is neither huge nor tiny, m: no need of `hypot`, which also knows those.
fn length_of(way: Coord<f64>) -> f64 {
    (way.x * way.x + way.y * way.y).sqrt()
}

/// Twice the area by the length of the boundary: the width of what is long and thin.
fn mean_width(outline: Outline<'_>) -> f64 {
    let length = |ring: &[Coord<f64>]| ring.windows(2).map(|edge| length_of(edge[1] - edge[0])).sum::<f64>();
    let boundary: f64 = outline.rings().map(length).sum();
    if boundary > 0.0 { 2.0 * outline.area() / boundary } else { 0.0 }
}

#[cfg(test)]
mod tests;
