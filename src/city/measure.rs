//! 建筑与宗地叠加。Footprint and counting floor area of each parcel from building geometry.
//! Areas are ellipsoidal square metres. The height above which a storey counts twice is an argument: it is law, not code.

use mujun_geometry::geo::Rect;
use mujun_geometry::overlay::{self, Overlayer};
use mujun_geometry::surface::Surface;
use rayon::prelude::*;

use super::ground::{GroundIndex, PlanarGround};

/// What a building contributes besides its outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BuildingBody {
    /// 地上层数；`None` 为不详。
    pub storeys_above: Option<i32>,
    /// 层高，m；`None` 为不详。
    pub storey_height_m: Option<f64>,
    /// 来源所载建筑面积，m²。层数不详时用它。
    pub stated_floor_area_m2: Option<f64>,
}

/// How the floor area of one building in a parcel was reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FloorArea {
    /// 基底 × 层数 × 计容倍数。
    Counted {
        /// 计容建筑面积，m²。
        floor_area_m2: f64,
        /// 1，或层高超过限值时的倍数。
        factor: f64,
        /// 层高不详，按 1 倍计。
        storey_height_known: StoreyHeight,
    },
    /// 层数不详，用来源所载建筑面积按相交份额计。
    Stated {
        /// 建筑面积，m²。
        floor_area_m2: f64,
    },
    /// 层数与建筑面积都不详。
    Unknown,
}

/// Whether a storey height was on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreyHeight {
    /// 有记录。
    Known,
    /// 没有记录。
    Unknown,
}

/// The part of one building that stands in one parcel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BuildingPart {
    /// Position of the building in its index.
    pub building: usize,
    /// 相交的基底面积，m²（椭球）。
    pub footprint_m2: f64,
    /// 建筑面积。
    pub floor_area: FloorArea,
}

/// What stands on one parcel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteMeasure {
    /// 建筑基底面积，m²（椭球）；互相重叠的建筑只计一次。
    pub footprint_m2: f64,
    /// 各建筑部分，按建筑次序。
    pub parts: Vec<BuildingPart>,
}

impl SiteMeasure {
    /// 计容建筑面积，m²；任一建筑不详则为 `None`。
    pub fn counting_floor_area_m2(&self) -> Option<f64> {
        self.parts.iter().try_fold(0.0, |sum, part| part.floor_area.m2().map(|area| sum + area))
    }

    /// Positions of the buildings whose floor area is not known.
    pub fn unknown_buildings(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().filter(|part| part.floor_area == FloorArea::Unknown).map(|part| part.building)
    }
}

impl FloorArea {
    /// The area, where there is one.
    pub fn m2(self) -> Option<f64> {
        match self {
            FloorArea::Counted { floor_area_m2, .. } | FloorArea::Stated { floor_area_m2 } => Some(floor_area_m2),
            FloorArea::Unknown => None,
        }
    }
}

/// The rules of counting that come from the rulebook.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountingRules {
    /// 层高超过此值（不含）的层加倍计容，m。
    pub tall_storey_m: f64,
    /// 加倍的倍数。
    pub tall_storey_factor: f64,
}

/// Parts smaller than this are shared edges seen through rounding, not buildings on the parcel (1 cm²).
const TOUCHING_M2: f64 = 1e-4;

/// Sites that one core takes at a time, along the curve.
const STRETCH: usize = 512;

/// Measures every parcel against every building, on all cores; the result is in the order of `parcels`.
pub fn measure_sites(
    parcels: &GroundIndex,
    buildings: &GroundIndex,
    bodies: &[BuildingBody],
    rules: CountingRules,
) -> Vec<SiteMeasure> {
    let measured: Vec<Vec<SiteMeasure>> = parcels
        .along_curve()
        .par_chunks(STRETCH)
        .map_init(
            || Surveyor::new(buildings, bodies, rules),
            |surveyor, stretch| stretch.iter().map(|site| surveyor.measure(parcels, *site as usize)).collect(),
        )
        .collect();
    let mut all = vec![SiteMeasure::default(); parcels.len()];
    for (site, measure) in parcels.along_curve().iter().zip(measured.into_iter().flatten()) {
        all[*site as usize] = measure;
    }
    all
}

/// Measures one site that is in no index.
pub fn measure_site(site: &PlanarGround, buildings: &GroundIndex, bodies: &[BuildingBody], rules: CountingRules) -> SiteMeasure {
    let sites = GroundIndex::new(std::slice::from_ref(site));
    Surveyor::new(buildings, bodies, rules).measure(&sites, 0)
}

/// Measures one site after the other, and keeps its memory.
pub struct Surveyor<'a> {
    buildings: &'a GroundIndex,
    bodies: &'a [BuildingBody],
    rules: CountingRules,
    site: Overlayer<'a>,
    roof: Overlayer<'a>,
    near: Vec<usize>,
    parts: Vec<BuildingPart>,
    planar: Vec<f64>,
}

impl<'a> Surveyor<'a> {
    /// A surveyor of what stands in `buildings`, whose bodies are in the same order.
    pub fn new(buildings: &'a GroundIndex, bodies: &'a [BuildingBody], rules: CountingRules) -> Surveyor<'a> {
        Surveyor {
            buildings,
            bodies,
            rules,
            site: Overlayer::default(),
            roof: Overlayer::default(),
            near: Vec::new(),
            parts: Vec::new(),
            planar: Vec::new(),
        }
    }

    /// Measures one site. Planar areas are brought to the ellipsoid by the factor of the *site*, not of each building, so that
    /// in a ratio to the site's own computed area the factor cancels and a drawing of exactly 1.5 measures exactly 1.5.
    pub fn measure<'b>(&mut self, sites: &'b GroundIndex, position: usize) -> SiteMeasure
    where
        'b: 'a,
    {
        let (site, to_ellipsoid) = (sites.outline(position), sites.to_ellipsoid(position));
        self.buildings.near(site.bounds(), &mut self.near);
        if self.near.is_empty() {
            return SiteMeasure::default();
        }
        self.site.lay(site);
        self.parts.clear();
        self.planar.clear();
        for building in self.near.iter().copied() {
            let outline = self.buildings.outline(building);
            let planar = self.site.area_in_common(outline);
            if planar <= TOUCHING_M2 {
                continue;
            }
            let footprint_m2 = planar * to_ellipsoid;
            let share = (planar / outline.area()).min(1.0);
            let floor_area = floor_area(footprint_m2, share, self.bodies[building], self.rules);
            self.parts.push(BuildingPart { building, footprint_m2, floor_area });
            self.planar.push(planar);
        }
        let footprint_m2 = self.footprint(sites, position);
        SiteMeasure { footprint_m2, parts: self.parts.clone() }
    }

    /// Σ of the parts, less what buildings of one site share among themselves. Roofs over roofs are rare, so the union is only
    /// formed when more than two meet, or two across a boundary.
    fn footprint(&mut self, sites: &GroundIndex, position: usize) -> f64 {
        let sum: f64 = self.parts.iter().map(|part| part.footprint_m2).sum();
        let (mut shared, mut met) = (0.0, Roofs::Apart);
        for (i, one) in self.parts.iter().enumerate() {
            let outline = self.buildings.outline(one.building);
            let mut laid = false;
            for (j, other) in self.parts.iter().enumerate().skip(i + 1) {
                let above = self.buildings.outline(other.building);
                if !overlap(outline.bounds(), above.bounds()) {
                    continue;
                }
                if !laid {
                    self.roof.lay(outline);
                    laid = true;
                }
                let common = self.roof.area_in_common(above);
                if common <= TOUCHING_M2 {
                    continue;
                }
                let inside = self.planar[i] == outline.area() && self.planar[j] == above.area();
                met = if met == Roofs::Apart && inside { Roofs::TwoInside } else { Roofs::Entangled };
                shared += common;
            }
        }
        match met {
            Roofs::Apart => sum,
            Roofs::TwoInside => sum - shared * sites.to_ellipsoid(position),
            Roofs::Entangled => self.united(sites, position, sum),
        }
    }

    fn united(&self, sites: &GroundIndex, position: usize, sum: f64) -> f64 {
        let Some(site) = sites.surface(position) else { return sum };
        let surfaces = self.parts.iter().filter_map(|part| self.buildings.surface(part.building));
        let pieces: Vec<Surface> = surfaces.filter_map(|building| overlay::intersection(&site, &building)).collect();
        let planar_sum: f64 = pieces.iter().map(mujun_geometry::area::planar_area).sum();
        if planar_sum > 0.0 { sum * (overlay::union_area(&pieces) / planar_sum).min(1.0) } else { sum }
    }
}

/// How the roofs of a site lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roofs {
    Apart,
    /// Two of them overlap, both wholly inside the site.
    TwoInside,
    Entangled,
}

/// The floor area of the part of a building in a site: `footprint_m2` of it, `share` of its whole footprint.
pub fn floor_area(footprint_m2: f64, share: f64, body: BuildingBody, rules: CountingRules) -> FloorArea {
    match (body.storeys_above, body.stated_floor_area_m2) {
        (Some(storeys), _) => {
            let factor = match body.storey_height_m {
                Some(height) if height > rules.tall_storey_m => rules.tall_storey_factor,
                _ => 1.0,
            };
            let storey_height_known = if body.storey_height_m.is_some() { StoreyHeight::Known } else { StoreyHeight::Unknown };
            FloorArea::Counted { floor_area_m2: footprint_m2 * f64::from(storeys) * factor, factor, storey_height_known }
        }
        (None, Some(stated)) => FloorArea::Stated { floor_area_m2: stated * share },
        (None, None) => FloorArea::Unknown,
    }
}

fn overlap(a: Rect<f64>, b: Rect<f64>) -> bool {
    a.min().x < b.max().x && b.min().x < a.max().x && a.min().y < b.max().y && b.min().y < a.max().y
}
