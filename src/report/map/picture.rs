//! What the tiles hold, put on the page: the outlines of what is drawn alike in one path, dots, labels, counts.
//!
//! One path a class, because the pieces of a parcel that two tiles share then meet without a seam, and because ground that two
//! features share is tinted once.

use std::collections::BTreeMap;

use mujun_domain::kind::Kind;
use mujun_domain::unit::grouped;

use super::clip::Window;
use super::frame::{Frame, Rect};
use super::mvt::{self, Feature, Shape, TileFault};
use super::palette;
use super::request::{MapLayer, Selected};
use super::svg::PathData;
use crate::app::query::TileAddress;

/// From this zoom on the lines of buildings are told apart.
pub(super) const BUILDING_LINES_FROM_ZOOM: f64 = 14.0;
/// Below this zoom a parcel is under a few pixels, and the kinds are dots.
pub(super) const AREAS_FROM_ZOOM: f64 = 12.0;
/// How far outside the frame things still reach in with their lines, CSS pixels.
const MARGIN: f64 = 8.0;

/// What is drawn alike. The order is that of drawing, bottom first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// By its place in `palette::ZONES`; one past the end is every other use.
    Zone(usize),
    Parcel,
    Undetermined,
    Underused,
    SuppliedNotUsed,
    ApprovedNotSupplied,
    Building,
    Project,
}

impl Class {
    fn of_kind(kind: Kind) -> Class {
        match kind {
            Kind::ApprovedNotSupplied => Class::ApprovedNotSupplied,
            Kind::SuppliedNotUsed => Class::SuppliedNotUsed,
            Kind::Underused => Class::Underused,
        }
    }

    /// The kind it marks.
    pub(super) fn kind(self) -> Option<Kind> {
        match self {
            Class::ApprovedNotSupplied => Some(Kind::ApprovedNotSupplied),
            Class::SuppliedNotUsed => Some(Kind::SuppliedNotUsed),
            Class::Underused => Some(Kind::Underused),
            _ => None,
        }
    }

    /// The layer that switches it.
    pub(super) fn layer(self) -> MapLayer {
        match self {
            Class::Zone(_) => MapLayer::Zones,
            Class::Parcel => MapLayer::Parcels,
            Class::Undetermined => MapLayer::Undetermined,
            Class::Building => MapLayer::Buildings,
            Class::Project => MapLayer::Projects,
            Class::Underused => MapLayer::Kind(Kind::Underused),
            Class::SuppliedNotUsed => MapLayer::Kind(Kind::SuppliedNotUsed),
            Class::ApprovedNotSupplied => MapLayer::Kind(Kind::ApprovedNotSupplied),
        }
    }

    /// What a feature of a tile layer is drawn as.
    fn of(layer: &str, feature: &Feature<'_>) -> Option<Class> {
        Some(match layer {
            "parcels" => match Kind::from_code(feature.text("kind")) {
                // The leftover of an approval is drawn with its own outline, not with the parcel's.
                Some(Kind::ApprovedNotSupplied) => Class::Parcel,
                Some(kind) => Class::of_kind(kind),
                None if feature.number("undetermined").is_some_and(|count| count > 0.0) => Class::Undetermined,
                None => Class::Parcel,
            },
            "leftovers" => Class::ApprovedNotSupplied,
            "buildings" => Class::Building,
            "projects" => Class::Project,
            "zones" => {
                let code = feature.text("zone_type_code");
                let group = palette::ZONES.iter().position(|(prefix, _, _)| code.starts_with(prefix));
                Class::Zone(group.unwrap_or(palette::ZONES.len()))
            }
            _ => return None,
        })
    }
}

/// Everything of one class.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    /// Rings, cut to the tiles.
    pub fill: PathData,
    /// Real edges only.
    pub outline: PathData,
    /// Outlines too small for their tile.
    pub specks: PathData,
    /// What is to be seen in the frame, by its number in the tiles.
    pub seen: BTreeMap<u64, Seen>,
    /// Blocks of features, cut to the tiles.
    pub blocks: PathData,
    /// Squares in which many features are summed up: where their kind has 亩.
    pub heaps: Vec<Heap>,
    /// 亩 of what is in blocks and squares; 0 when nothing is.
    summed_mu: f64,
}

impl Shapes {
    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.heaps.is_empty() && self.blocks.is_empty()
    }

    /// Where a dot stands for each feature.
    pub(super) fn points(&self) -> Vec<(f64, f64)> {
        self.seen.values().map(|seen| seen.at).collect()
    }

    /// Their land, 亩; `None` when the tiles of this zoom do not say.
    pub(super) fn area_mu(&self) -> Option<f64> {
        let seen: Option<f64> = self.seen.values().map(|seen| seen.area_mu).sum();
        seen.map(|seen| seen + self.summed_mu)
    }

    /// Whether some of it is summed up instead of drawn one by one.
    pub(super) fn has_sums(&self) -> bool {
        !self.heaps.is_empty() || !self.blocks.is_empty()
    }
}

/// One feature in the frame, in however many tiles it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// Its label point, else the middle of a piece of it.
    at: (f64, f64),
    /// Its whole land, 亩: flagged land where the tile tells it, else the site's.
    area_mu: Option<f64>,
}

/// Land of one kind in one square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Heap {
    pub at: (f64, f64),
    /// Side of the square, CSS pixels.
    pub side: f64,
    pub area_mu: f64,
}

/// Words at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub at: (f64, f64),
    pub lines: Vec<String>,
    pub class: Class,
}

/// The content of a map.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub classes: BTreeMap<Class, Shapes>,
    pub labels: Vec<Label>,
    /// The edges of what is selected.
    pub selected: PathData,
}

/// Reads the tiles into a picture of the layers wanted.
pub(super) struct Painter<'a> {
    frame: &'a Frame,
    layers: &'a [MapLayer],
    selected: Option<&'a Selected>,
    near: Rect,
    picture: Picture,
}

impl<'a> Painter<'a> {
    pub(super) fn new(frame: &'a Frame, layers: &'a [MapLayer], selected: Option<&'a Selected>) -> Painter<'a> {
        Painter { frame, layers, selected, near: frame.page.grown(MARGIN), picture: Picture::default() }
    }

    /// Adds what one tile holds.
    pub(super) fn add(&mut self, address: TileAddress, tile: &[u8]) -> Result<(), TileFault> {
        for layer in mvt::layers(tile)? {
            let place = Placing::new(self.frame, address, layer.extent);
            let (base, part) = match layer.name.rsplit_once('_') {
                Some((base, "label")) => (base, Part::Label),
                Some((base, "tiny")) => (base, Part::Tiny),
                Some((base, "grid")) => (base, Part::Grid),
                Some((base, "block")) => (base, Part::Block),
                Some((_, "sum")) => continue,
                _ => (layer.name, Part::Outline),
            };
            for feature in layer.features() {
                let feature = feature?;
                match part {
                    Part::Grid => self.heap(base, &place, &feature)?,
                    Part::Block => self.block(base, &place, &feature)?,
                    Part::Outline | Part::Tiny | Part::Label => {}
                }
                if let Part::Grid | Part::Block = part {
                    continue;
                }
                let Some(class) = Class::of(base, &feature) else { continue };
                // What is selected is outlined even where its layer is switched off.
                if let Part::Outline = part
                    && self.is_selected(class, &feature)
                {
                    self.select(&place, &feature)?;
                }
                if !self.shows(class) {
                    continue;
                }
                match part {
                    Part::Outline if feature.shape == Shape::Polygon => self.outline(class, &place, &feature)?,
                    Part::Outline | Part::Grid | Part::Block => {}
                    Part::Tiny => self.speck(class, &place, &feature)?,
                    Part::Label => self.label(class, &place, &feature)?,
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Picture {
        self.picture
    }

    fn shows(&self, class: Class) -> bool {
        self.layers.contains(&class.layer())
    }

    fn outline(&mut self, class: Class, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        let shapes = self.picture.classes.entry(class).or_default();
        for ring in feature.parts()? {
            let ring: Vec<(f64, f64)> = ring.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            let Some(middle) = middle_of_what_meets(&place.all(&ring), &self.near) else { continue };
            if self.frame.page.holds(middle) || middle_of_what_meets(&place.all(&ring), &self.frame.page).is_some() {
                shapes.seen.entry(feature.id).or_insert(Seen { at: middle, area_mu: area_mu(feature) });
            }
            shapes.fill.ring(&place.all(&place.window.area(&ring)));
            for line in place.window.lines(&ring) {
                shapes.outline.line(&place.all(&line));
            }
        }
        Ok(())
    }

    fn select(&mut self, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        for ring in feature.parts()? {
            let ring: Vec<(f64, f64)> = ring.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            for line in place.window.lines(&ring) {
                self.picture.selected.line(&place.all(&line));
            }
        }
        Ok(())
    }

    fn speck(&mut self, class: Class, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        const HALF: f64 = 0.8;
        let shapes = self.picture.classes.entry(class).or_default();
        for point in feature.parts()?.into_iter().flatten() {
            let (x, y) = place.one((f64::from(point.0), f64::from(point.1)));
            if self.frame.page.holds((x, y)) {
                shapes.seen.entry(feature.id).or_insert(Seen { at: (x, y), area_mu: area_mu(feature) });
                shapes.specks.ring(&[(x - HALF, y - HALF), (x + HALF, y - HALF), (x + HALF, y + HALF), (x - HALF, y + HALF)]);
            }
        }
        Ok(())
    }

    fn label(&mut self, class: Class, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        let Some(point) = feature.parts()?.into_iter().flatten().next() else { return Ok(()) };
        let at = place.one((f64::from(point.0), f64::from(point.1)));
        if !self.frame.page.holds(at) {
            return Ok(());
        }
        let area_mu = area_mu(feature);
        let shapes = self.picture.classes.entry(class).or_default();
        shapes.seen.insert(feature.id, Seen { at, area_mu });
        let zoom = self.frame.zoom();
        let area = || area_mu.map(|mu| format!("{} 亩", grouped(mu, 1)));
        let lines: Vec<String> = match class {
            Class::Zone(_) if zoom >= 13.0 => vec![feature.text("zone_type_name").to_owned()],
            Class::Project if zoom >= 13.0 => vec![feature.text("name").to_owned()],
            Class::Parcel | Class::Undetermined if zoom >= 15.0 => area().into_iter().collect(),
            Class::ApprovedNotSupplied if zoom >= 14.0 => kind_label(class, area()),
            Class::SuppliedNotUsed | Class::Underused if zoom >= 15.0 => kind_label(class, area()),
            _ => Vec::new(),
        };
        if lines.iter().any(|line| !line.is_empty()) {
            self.picture.labels.push(Label { at, lines, class });
        }
        Ok(())
    }

    /// A square in which a layer is summed up: one heap for each kind that has land in it.
    fn heap(&mut self, base: &str, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        if base != "parcels" {
            return Ok(());
        }
        let square =
            feature.parts()?.into_iter().flatten().map(|(x, y)| place.one((f64::from(x), f64::from(y)))).collect::<Vec<_>>();
        let Some(at) = middle_of_what_meets(&square, &self.frame.page).filter(|at| self.frame.page.holds(*at)) else {
            return Ok(());
        };
        let side = square.first().map_or(0.0, |corner| 2.0 * (at.0 - corner.0).abs());
        for (class, area_mu) in self.sums(feature) {
            let shapes = self.picture.classes.entry(class).or_default();
            shapes.heaps.push(Heap { at, side, area_mu });
            shapes.summed_mu += area_mu;
        }
        Ok(())
    }

    /// A block of neighbours of one class: its ground, and the land of what lies in it, of whatever kind.
    fn block(&mut self, base: &str, place: &Placing<'_>, feature: &Feature<'_>) -> Result<(), TileFault> {
        let Some(class) = Class::of(base, feature) else { return Ok(()) };
        let rings: Vec<Vec<(f64, f64)>> = feature
            .parts()?
            .into_iter()
            .map(|ring| ring.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect())
            .collect();
        let meets = |ring: &Vec<(f64, f64)>| middle_of_what_meets(&place.all(ring), &self.frame.page).is_some();
        if !rings.iter().any(meets) {
            return Ok(());
        }
        if self.shows(class) {
            let shapes = self.picture.classes.entry(class).or_default();
            rings.iter().for_each(|ring| shapes.blocks.ring(&place.all(&place.window.area(ring))));
        }
        if base == "parcels" {
            for (class, area_mu) in self.sums(feature) {
                self.picture.classes.entry(class).or_default().summed_mu += area_mu;
            }
        }
        Ok(())
    }

    /// The land summed in a block or square of parcels, by what is shown: of the kinds what is flagged, of parcels all.
    fn sums(&self, feature: &Feature<'_>) -> Vec<(Class, f64)> {
        let of_kind = |kind: Kind| (Class::of_kind(kind), feature.number(&format!("{}_area_mu", kind.as_str())));
        let all = (Class::Parcel, feature.number("area_mu"));
        [of_kind(Kind::SuppliedNotUsed), of_kind(Kind::Underused), all]
            .into_iter()
            .filter_map(|(class, area)| Some((class, area.filter(|area| *area > 0.0 && self.shows(class))?)))
            .collect()
    }

    fn is_selected(&self, class: Class, feature: &Feature<'_>) -> bool {
        self.selected.is_some_and(|selected| {
            class.layer().tile_layer() == Some(selected.layer)
                && feature.text(selected.key) == selected.code
                && feature.text("division_code") == selected.division_code
        })
    }
}

/// The word of the kind over its area: colour and hatch are never alone.
fn kind_label(class: Class, area: Option<String>) -> Vec<String> {
    class.kind().map(|kind| kind.label_zh().to_owned()).into_iter().chain(area).collect()
}

enum Part {
    Outline,
    Tiny,
    Label,
    Grid,
    Block,
}

/// The middle of the box around the points; `None` when the box does not meet the area.
fn middle_of_what_meets(points: &[(f64, f64)], area: &Rect) -> Option<(f64, f64)> {
    let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
    for &(x, y) in points {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let meets = low.0 <= area.right() && high.0 >= area.left && low.1 <= area.bottom() && high.1 >= area.top;
    meets.then_some(((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0))
}

fn area_mu(feature: &Feature<'_>) -> Option<f64> {
    feature.number("flagged_mu").or_else(|| feature.number("area_mu"))
}

/// From the units of one tile to the page.
struct Placing<'a> {
    frame: &'a Frame,
    /// Units from the edge of the world to the tile.
    origin: (f64, f64),
    /// Units across the world: a power of two for every tile of ours, so that neighbours agree to the last bit.
    units: f64,
    /// The tile itself, without its margin.
    window: Window,
}

impl<'a> Placing<'a> {
    fn new(frame: &'a Frame, address: TileAddress, extent: u32) -> Placing<'a> {
        let (z, x, y) = address.parts();
        let extent = f64::from(extent);
        Placing {
            frame,
            origin: (f64::from(x) * extent, f64::from(y) * extent),
            units: f64::from(1_u32 << z) * extent,
            window: Window { low: (0.0, 0.0), high: (extent, extent) },
        }
    }

    fn one(&self, (x, y): (f64, f64)) -> (f64, f64) {
        self.frame.place(((self.origin.0 + x) / self.units, (self.origin.1 + y) / self.units))
    }

    fn all(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        points.iter().map(|point| self.one(*point)).collect()
    }
}
