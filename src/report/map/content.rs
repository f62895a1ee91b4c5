//! The map itself inside its frame: ground, counties, areas, hatches, dots, lines, labels, in the order of the map application.

use std::collections::BTreeMap;

use mujun_domain::kind::Kind;
use serde_json::Value;

use super::clip::Window;
use super::frame::{Frame, Rect, world_of};
use super::palette::{self, fill, hatch_id, ink};
use super::picture::{AREAS_FROM_ZOOM, BUILDING_LINES_FROM_ZOOM, Class, Heap, Label, Picture};
use super::request::MapLayer;
use super::svg::{PathData, Svg, ems, escaped, short};
use crate::app::query::DivisionRow;

/// Above this zoom a county's name is larger than what it names.
const DIVISION_NAMES_TO_ZOOM: f64 = 13.5;
/// A zoom at which every line is shown at its full width.
const LARGE_SCALE: f64 = 16.0;
/// How far lines reach beyond the frame so that their ends do not show, CSS pixels.
const MARGIN: f64 = 8.0;

/// Draws everything inside the frame. `counties` are drawn as ground whether or not their lines are wanted.
pub(super) fn draw(svg: &mut Svg, frame: &Frame, picture: &Picture, counties: &[DivisionRow], layers: &[MapLayer]) {
    let zoom = frame.zoom();
    let page = frame.page;
    svg.push(format_args!(
        r#"<clipPath id="frame"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath>"#,
        short(page.left),
        short(page.top),
        short(page.width),
        short(page.height)
    ));
    svg.push(r#"<g id="map" clip-path="url(#frame)">"#);
    svg.rect(page, &format!(r#"fill="{}""#, palette::OUTSIDE));
    let (ground, lines) = county_paths(frame, counties);
    svg.path(&ground, &format!(r#"fill="{}" fill-rule="evenodd""#, palette::INSIDE));
    for (class, shapes) in &picture.classes {
        let id = class.layer().as_str();
        svg.push(format_args!(r#"<g data-layer="{id}">"#));
        let (fill_paint, line_paint) = paints(*class, zoom);
        svg.path(&shapes.fill, &fill_paint);
        svg.path(&shapes.specks, &fill_paint);
        svg.path(&shapes.blocks, &fill_paint);
        match class.kind() {
            Some(kind) => svg.path(&discs(&shapes.heaps), &dot_paint(kind)),
            None => squares(svg, &shapes.heaps),
        }
        if let Some(kind) = class.kind()
            && zoom >= AREAS_FROM_ZOOM
        {
            svg.path(&shapes.fill, &format!(r#"fill="url(#{})" fill-opacity="0.75""#, hatch_id(kind)));
        }
        if let Some(paint) = line_paint {
            svg.path(&shapes.outline, &format!(r#"fill="none" stroke-linejoin="round" {paint}"#));
        }
        if let Some(kind) = class.kind()
            && zoom < AREAS_FROM_ZOOM
        {
            svg.path(&dots(&shapes.points(), zoom), &dot_paint(kind));
        }
        svg.push("</g>");
    }
    if layers.contains(&MapLayer::Divisions) {
        svg.push(r#"<g data-layer="divisions" fill="none">"#);
        svg.path(&lines, r##"stroke="#ffffff" stroke-width="4" stroke-opacity="0.8""##);
        svg.path(
            &lines,
            &format!(r#"stroke="{}" stroke-width="1.4" stroke-dasharray="8.4 2.8 1.4 2.8""#, palette::DIVISION_LINE),
        );
        svg.push("</g>");
    }
    if !picture.selected.is_empty() {
        svg.push(r#"<g data-layer="selected" fill="none" stroke-linejoin="round">"#);
        svg.path(&picture.selected, r##"stroke="#ffffff" stroke-width="6""##);
        svg.path(&picture.selected, &format!(r#"stroke="{}" stroke-width="3""#, palette::SELECTION));
        svg.push("</g>");
    }
    labels(svg, frame, picture, counties, layers);
    svg.push("</g>");
}

/// The value of a ramp: linear between the two places, constant outside them.
fn ramp(at: f64, (from, low): (f64, f64), (to, high): (f64, f64)) -> f64 {
    low + ((at - from) / (to - from)).clamp(0.0, 1.0) * (high - low)
}

/// How a class is filled and, where its lines are shown at this zoom, how they are drawn.
fn paints(class: Class, zoom: f64) -> (String, Option<String>) {
    let from_eleven = |paint: String| (zoom >= 11.0).then_some(paint);
    match class {
        Class::Zone(group) => {
            let colour = palette::ZONES.get(group).map_or(palette::ZONE_OTHER.0, |zone| zone.1);
            (
                format!(r#"fill="{colour}" fill-opacity="0.35""#),
                from_eleven(format!(r#"stroke="{}" stroke-width="0.6" stroke-dasharray="1.8 1.2""#, palette::ZONE_LINE)),
            )
        }
        Class::Parcel => (
            format!(r#"fill="{}" fill-opacity="0.75""#, palette::PARCEL_FILL),
            from_eleven(format!(
                r#"stroke="{}" stroke-width="{}""#,
                palette::PARCEL_LINE,
                short(ramp(zoom, (11.0, 0.3), (16.0, 1.0)))
            )),
        ),
        Class::Undetermined => (
            format!(r#"fill="{}" fill-opacity="0.55""#, palette::UNDETERMINED_FILL),
            from_eleven(format!(r#"stroke="{}" stroke-width="1.2" stroke-dasharray="2.4 2.4""#, palette::UNDETERMINED_LINE)),
        ),
        Class::Building => (
            format!(r#"fill="{}" fill-opacity="0.5""#, palette::BUILDING),
            (zoom >= BUILDING_LINES_FROM_ZOOM).then(|| format!(r#"stroke="{}" stroke-width="0.6""#, palette::BUILDING_LINE)),
        ),
        Class::Project => (
            format!(r#"fill="{}" fill-opacity="0.08""#, palette::PROJECT),
            Some(format!(r#"stroke="{}" stroke-width="1.8" stroke-dasharray="7.2 2.7""#, palette::PROJECT)),
        ),
        Class::Underused => kind_paints(Kind::Underused, zoom),
        Class::SuppliedNotUsed => kind_paints(Kind::SuppliedNotUsed, zoom),
        Class::ApprovedNotSupplied => kind_paints(Kind::ApprovedNotSupplied, zoom),
    }
}

fn kind_paints(kind: Kind, zoom: f64) -> (String, Option<String>) {
    let opacity = ramp(zoom, (10.0, 0.9), (14.0, 0.4));
    let width = ramp(zoom, (9.0, 0.4), (14.0, 1.4));
    (
        format!(r#"fill="{}" fill-opacity="{}""#, fill(kind), short(opacity)),
        Some(format!(r#"stroke="{}" stroke-width="{}""#, ink(kind), short(width))),
    )
}

/// A sample of a class for the legend, as it looks at large scales.
pub(super) fn swatch(svg: &mut Svg, class: Class, area: Rect) {
    if let Some(kind) = class.kind() {
        for paint in kind_sample(kind) {
            svg.rect(area, &paint);
        }
        return;
    }
    let (fill_paint, line_paint) = paints(class, LARGE_SCALE);
    svg.rect(area, &format!("{fill_paint} {}", line_paint.unwrap_or_default()));
}

/// The tint of large scales, then the hatch and the outline.
fn kind_sample(kind: Kind) -> [String; 2] {
    [
        format!(r#"fill="{}" fill-opacity="0.4""#, fill(kind)),
        format!(r#"fill="url(#{})" fill-opacity="0.75" stroke="{}" stroke-width="1.4""#, hatch_id(kind), ink(kind)),
    ]
}

/// The dots of a kind where its areas are too small to be seen.
fn dots(points: &[(f64, f64)], zoom: f64) -> PathData {
    let radius = if zoom < 10.0 { ramp(zoom, (8.0, 1.5), (10.0, 2.4)) } else { ramp(zoom, (10.0, 2.4), (12.0, 4.5)) };
    let mut path = PathData::default();
    for point in points {
        path.disc(*point, radius);
    }
    path
}

/// Land of a kind that is summed up in squares: in each a disc as large as its 亩.
fn discs(heaps: &[Heap]) -> PathData {
    /// Land whose disc fills its square.
    const FULL_MU: f64 = 400.0;
    const LEAST_RADIUS: f64 = 1.0;
    let mut path = PathData::default();
    for Heap { at, side, area_mu } in heaps {
        path.disc(*at, ((area_mu / FULL_MU).sqrt() * side / 2.0).clamp(LEAST_RADIUS, side / 2.0));
    }
    path
}

/// Parcels that are summed up in squares: the more 亩 the denser the tint, so that a city in which nothing is flagged is no blank sheet.
/// Tints are told apart by a twentieth, squares of one tint are one path.
fn squares(svg: &mut Svg, heaps: &[Heap]) {
    let (thin, most, dense) = palette::SQUARE_TINT;
    let mut tints: BTreeMap<u8, PathData> = BTreeMap::new();
    for Heap { at: (x, y), side, area_mu } in heaps {
        let tint = ramp(area_mu.ln_1p(), (0.0, thin), (most, dense));
        let half = side / 2.0;
        let corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)];
        tints.entry((tint * 20.0).round() as u8).or_default().ring(&corners);
    }
    for (tint, path) in tints {
        svg.path(&path, &format!(r#"fill="{}" fill-opacity="{}""#, palette::PARCEL_LINE, short(f64::from(tint) / 20.0)));
    }
}

/// How dots of a kind are painted.
fn dot_paint(kind: Kind) -> String {
    format!(r#"fill="{}" stroke="{}" stroke-width="0.6""#, fill(kind), ink(kind))
}

/// The counties as ground and as lines, cut to the frame.
fn county_paths(frame: &Frame, counties: &[DivisionRow]) -> (PathData, PathData) {
    let near = frame.page.grown(MARGIN);
    let window = Window { low: (near.left, near.top), high: (near.right(), near.bottom()) };
    let (mut ground, mut lines) = (PathData::default(), PathData::default());
    for county in counties {
        // What the database wrote as GeoJSON is GeoJSON; anything else would draw nothing.
        let Ok(geometry) = serde_json::from_str::<Value>(&county.geometry) else { continue };
        each_ring(&geometry["coordinates"], &mut |ring| {
            let ring: Vec<(f64, f64)> = ring.iter().map(|&(lon, lat)| frame.place(world_of(lon, lat))).collect();
            ground.ring(&window.area(&ring));
            for line in window.lines(&ring) {
                lines.line(&line);
            }
        });
    }
    (ground, lines)
}

/// Calls `see` for every ring at whatever depth it lies, without its closing point.
fn each_ring(coordinates: &Value, see: &mut impl FnMut(&[(f64, f64)])) {
    let Some(items) = coordinates.as_array() else { return };
    let point = |item: &Value| Some((item.get(0)?.as_f64()?, item.get(1)?.as_f64()?));
    let ring: Vec<(f64, f64)> = items.iter().map_while(point).collect();
    if ring.len() > 3 && ring.len() == items.len() {
        see(&ring[..ring.len() - 1]);
    } else {
        items.iter().for_each(|item| each_ring(item, see));
    }
}

/// Places already taken by words.
#[derive(Default)]
struct Taken(Vec<Rect>);

impl Taken {
    /// Whether the place was free; if so it no longer is.
    fn take(&mut self, place: Rect) -> bool {
        let overlaps = |other: &Rect| {
            place.left < other.right() && other.left < place.right() && place.top < other.bottom() && other.top < place.bottom()
        };
        let is_free = !self.0.iter().any(overlaps);
        if is_free {
            self.0.push(place);
        }
        is_free
    }
}

/// Size in CSS pixels, colour, and how far below its point a label stands, ems.
fn label_style(class: Class) -> (f64, &'static str, f64) {
    match class {
        Class::Zone(_) => (11.0, "#6b6350", 0.0),
        Class::Project => (12.0, "#1c5a0a", 1.2),
        _ => (12.0, palette::TEXT, 0.0),
    }
}

/// Names of counties always; others where there is room, projects first, planned uses last.
fn labels(svg: &mut Svg, frame: &Frame, picture: &Picture, counties: &[DivisionRow], layers: &[MapLayer]) {
    let zoom = frame.zoom();
    let mut taken = Taken::default();
    svg.push(r##"<g id="labels" text-anchor="middle" paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round">"##);
    if layers.contains(&MapLayer::Divisions) && zoom < DIVISION_NAMES_TO_ZOOM {
        let size = ramp(zoom, (8.0, 13.0), (12.0, 18.0));
        for county in counties {
            let at = frame.place(world_of(county.label_lon, county.label_lat));
            let width = (ems(&county.name) + 1.0) * size;
            if frame.page.holds(at) {
                taken.take(Rect { left: at.0 - width / 2.0, top: at.1 - size, width, height: size * 1.4 });
                let style = format!(r##"font-size="{}" letter-spacing="0.12em" fill="#3c4248""##, short(size));
                svg.line_of_text((at.0, at.1 + size * 0.36), &style, &county.name);
            }
        }
    }
    let mut labels: Vec<&Label> = picture.labels.iter().collect();
    labels.sort_by(|one, other| {
        other.class.cmp(&one.class).then(one.at.1.total_cmp(&other.at.1)).then(one.at.0.total_cmp(&other.at.0))
    });
    for label in labels {
        let (size, colour, below) = label_style(label.class);
        let line_height = size * 1.25;
        let width = label.lines.iter().map(|line| ems(line)).fold(0.0, f64::max) * size;
        let height = label.lines.len() as f64 * line_height;
        let middle = label.at.1 + below * size;
        if !taken.take(Rect { left: label.at.0 - width / 2.0, top: middle - height / 2.0, width, height }) {
            continue;
        }
        for (position, line) in label.lines.iter().enumerate() {
            let y = middle - height / 2.0 + (position as f64 + 0.8) * line_height;
            svg.push(format_args!(
                r#"<text x="{}" y="{}" font-size="{size}" fill="{colour}">{}</text>"#,
                short(label.at.0),
                short(y),
                escaped(line)
            ));
        }
    }
    svg.push("</g>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_parcels_are_the_denser_the_more_land_they_hold() {
        let heap = |x: f64, area_mu: f64| Heap { at: (x, 10.0), side: 4.0, area_mu };
        let mut svg = Svg::default();
        squares(&mut svg, &[heap(10.0, 5_000.0), heap(14.0, 0.1), heap(18.0, 60.0), heap(22.0, 55.0)]);
        let told = svg.finish();
        let paths: Vec<&str> = told.lines().collect();
        assert_eq!(paths.len(), 3, "{told}");
        for (path, (opacity, subpaths)) in paths.iter().zip([("0.1", 1), ("0.3", 2), ("0.5", 1)]) {
            assert!(path.contains(&format!(r#"fill="{}" fill-opacity="{opacity}""#, palette::PARCEL_LINE)), "{path}");
            assert_eq!(path.matches('M').count(), subpaths, "{path}");
        }
    }
}
