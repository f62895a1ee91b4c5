//! The seven counties in the plane of EPSG:4549, and the sites inside them where a park can lie.
//! Borders come from geodata; the coast does not: [`LANDWARD`] is a coarse line drawn for the sample only.

use geo::{BoundingRect, Contains, Coord, LineString, MultiPolygon, Point, Polygon};
use mujun_geometry::Crs;
use mujun_geometry::reproject::{ReprojectionError, with_reprojector};
use serde::Deserialize;

use super::DIVISIONS_GEOJSON;

/// 330402 南湖区 … 330483 桐乡市, in the order of the codes, with the development zone that some of its parks report to.
pub(super) const COUNTIES: [(&str, &str, Option<&str>); 7] = [
    ("330402", "南湖区", Some("jx-jkq")),
    ("330411", "秀洲区", Some("jx-jkq")),
    ("330421", "嘉善县", None),
    ("330424", "海盐县", None),
    ("330481", "海宁市", None),
    ("330482", "平湖市", Some("jx-gq")),
    ("330483", "桐乡市", None),
];

/// Longitude and latitude of a line some kilometres inland of 杭州湾 and 钱塘江, west to east: county polygons run out over
/// the water, parks must not. Not a coastline.
const LANDWARD: [(f64, f64); 13] = [
    (120.20, 30.41),
    (120.30, 30.41),
    (120.45, 30.425),
    (120.55, 30.43),
    (120.68, 30.41),
    (120.80, 30.375),
    (120.88, 30.42),
    (120.92, 30.50),
    (120.97, 30.56),
    (121.04, 30.60),
    (121.10, 30.615),
    (121.20, 30.655),
    (121.32, 30.72),
];

/// A county in the plane.
pub(super) struct County {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) zone_unit: Option<&'static str>,
    /// The whole county, EPSG:4549.
    pub(super) ground: MultiPolygon<f64>,
}

/// Land on which parks may lie, EPSG:4549: one polygon north of [`LANDWARD`].
pub(super) struct Landward {
    polygon: Polygon<f64>,
    line: LineString<f64>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}

#[derive(Deserialize)]
struct Properties {
    adcode: String,
}

#[derive(Deserialize)]
struct Geometry {
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

/// Reads the embedded boundaries and brings them into the plane.
pub(super) fn counties() -> Result<(Vec<County>, Landward), ReprojectionError> {
    let collection: Collection =
        serde_json::from_str(DIVISIONS_GEOJSON).expect("the embedded boundary file is checked by a test");
    let plane = |surface: &MultiPolygon<f64>| {
        with_reprojector(Crs::WGS84, Crs::CGCS2000_GK_120E, |reprojector| reprojector.multi_polygon(surface))?
    };
    let mut counties = Vec::new();
    for (code, name, zone_unit) in COUNTIES {
        let rings = collection
            .features
            .iter()
            .filter(|feature| feature.properties.adcode == code)
            .flat_map(|feature| &feature.geometry.coordinates);
        let degrees = MultiPolygon(rings.map(|rings| polygon(rings)).collect());
        counties.push(County { code, name, zone_unit, ground: plane(&degrees)? });
    }
    let mut ring: Vec<[f64; 2]> = LANDWARD.iter().map(|&(lon, lat)| [lon, lat]).collect();
    ring.extend([[121.40, 31.20], [120.10, 31.20]]);
    ring.push(ring[0]);
    let land = plane(&MultiPolygon(vec![polygon(&[ring])]))?;
    let polygon = land.0.into_iter().next().unwrap_or_else(|| Polygon::new(LineString(Vec::new()), Vec::new()));
    let line = LineString(polygon.exterior().0.iter().take(LANDWARD.len()).copied().collect());
    Ok((counties, Landward { polygon, line }))
}

fn polygon(rings: &[Vec<[f64; 2]>]) -> Polygon<f64> {
    let mut rings = rings.iter().map(|ring| LineString(ring.iter().map(|&[x, y]| Coord { x, y }).collect::<Vec<_>>()));
    let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(exterior, rings.collect())
}

/// Centres of the squares of side `side`, of a lattice turned by `angle`, that lie wholly inside the county and landward,
/// at least `margin` from both lines; in the order of the lattice.
pub(super) fn sites(county: &County, land: &Landward, angle: f64, side: f64, margin: f64) -> Vec<Coord<f64>> {
    let Some(bounds) = county.ground.bounding_rect() else { return Vec::new() };
    let origin = bounds.center();
    let (sin, cos) = angle.sin_cos();
    let into = |p: Coord<f64>| {
        let (dx, dy) = (p.x - origin.x, p.y - origin.y);
        ((dx * cos + dy * sin) / side, (dy * cos - dx * sin) / side)
    };
    let half = ((bounds.width().hypot(bounds.height()) / 2.0 / side).ceil() as i64) + 1;
    let width = (2 * half + 1) as usize;
    let mut crossed = vec![false; width * width];
    let reach = margin / side;
    let lines = county.ground.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
    for line in lines.chain([&land.line]) {
        for pair in line.0.windows(2) {
            let (from, to) = (into(pair[0]), into(pair[1]));
            let pieces = ((to.0 - from.0).hypot(to.1 - from.1) * 2.0).ceil().max(1.0);
            for piece in 0..pieces as usize {
                let at = |t: f64| (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
                let (a, b) = (at(piece as f64 / pieces), at((piece + 1) as f64 / pieces));
                let cells = |p: f64, q: f64| {
                    let low = (p.min(q) - reach + 0.5).floor() as i64;
                    let high = (p.max(q) + reach + 0.5).floor() as i64;
                    low.max(-half)..=high.min(half)
                };
                for i in cells(a.0, b.0) {
                    for j in cells(a.1, b.1) {
                        crossed[((i + half) * width as i64 + j + half) as usize] = true;
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    for i in -half..=half {
        // Between squares that no line crosses nothing changes: only the first of a run is asked whether it lies inside.
        let mut inside = None;
        for j in -half..=half {
            if crossed[((i + half) * width as i64 + j + half) as usize] {
                inside = None;
                continue;
            }
            let (u, v) = (i as f64 * side, j as f64 * side);
            let centre = Coord { x: origin.x + u * cos - v * sin, y: origin.y + u * sin + v * cos };
            let point = Point::from(centre);
            if *inside.get_or_insert_with(|| county.ground.contains(&point) && land.polygon.contains(&point)) {
                found.push(centre);
            }
        }
    }
    found
}
