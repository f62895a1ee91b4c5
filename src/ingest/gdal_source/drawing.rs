//! DXF drawings: closed polylines and hatches are the rows, the texts within them their attributes.
//!
//! A drawing has no table. Codes and names stand as texts inside the outline they belong to, mostly on layers of their own:
//! each row gets the texts that lie in it (the smallest outline takes a text), all of them and layer by layer.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use gdal::vector::{Feature, Geometry, Layer, LayerAccess, OGRwkbGeometryType as Kind, geometry_type_flatten};
use mujun_geometry::{
    geo::{Area, Contains, Coord, LineString, Polygon, Rect},
    index::PackedIndex,
};

use super::{decoded, latin1_bytes, shape};
use crate::ingest::{
    IngestError, IngestIssue, IssueCode, encoding, rings,
    source::{Cell, Found, RawRow, Shape, row_number},
};

/// More entities than are taken of one drawing; the drawing of a whole county has some hundred thousand.
const ENTITY_LIMIT: usize = 2_000_000;

/// More layers of text than become columns.
const TEXT_LAYERS: usize = 64;

/// Texts that are listed for one outline.
const TEXTS_SHOWN: usize = 100;

/// How far apart the ends of a polyline may lie, as a share of its length, to be told as one that was meant to be closed.
const NEARLY_CLOSED: f64 = 0.02;

/// Columns that every drawing has.
pub(super) const COLUMNS: [&str; 3] = ["图层", "实体号", "文字"];

/// What a drawing holds.
pub(super) struct Drawing {
    pub columns: Vec<String>,
    pub rows: Vec<RawRow>,
    pub issues: Vec<IngestIssue>,
    pub encoding: &'static Encoding,
    pub note: Option<String>,
}

/// An outline that becomes a row.
struct Outline {
    layer: String,
    handle: String,
    shape: Shape,
    /// For the texts; none of what is not closed.
    area: Option<Polygon<f64>>,
}

struct Text {
    layer: String,
    words: String,
    at: Coord<f64>,
}

/// Reads a whole drawing; its texts come as Latin-1, which loses nothing.
pub(super) fn read(found: &Found, layer: &mut Layer<'_>, forced: Option<&'static Encoding>) -> Result<Drawing, IngestError> {
    let field = |name: &str| layer.defn().field_index(name).ok();
    let (layers, classes, handles, words) = (field("Layer"), field("SubClasses"), field("EntityHandle"), field("Text"));
    let text = |feature: &Feature<'_>, field: Option<usize>| {
        field.and_then(|index| feature.field_as_string(index).ok().flatten()).unwrap_or_default()
    };
    let (mut outlines, mut texts): (Vec<Outline>, Vec<Text>) = (Vec::new(), Vec::new());
    let mut passed_over: BTreeMap<String, usize> = BTreeMap::new();
    for (index, feature) in layer.features().enumerate() {
        if index >= ENTITY_LIMIT {
            return Err(IngestError::TooManyRows { path: found.shown.clone(), limit: ENTITY_LIMIT as i32 });
        }
        let on = text(&feature, layers);
        let class = text(&feature, classes);
        let said = text(&feature, words);
        let geometry = feature.geometry_by_index(0).ok().filter(|geometry| !geometry.is_empty());
        let outline = match geometry {
            Some(point) if !said.is_empty() && geometry_type_flatten(point.geometry_type()) == Kind::wkbPoint => {
                let (x, y, _) = point.get_point(0);
                texts.push(Text { layer: on, words: said, at: Coord { x, y } });
                continue;
            }
            Some(geometry) => outline(geometry, &class),
            None => None,
        };
        match outline {
            Some((shape, area)) => outlines.push(Outline { layer: on, handle: text(&feature, handles), shape, area }),
            None => *passed_over.entry(kind_of(&class)).or_default() += 1,
        }
    }
    let (encoding, note) = encoding_of(found, forced, &outlines, &texts);
    let spoken = |text: String| decoded(Some(encoding), text);
    let texts: Vec<Text> =
        texts.into_iter().map(|text| Text { layer: spoken(text.layer), words: spoken(text.words), ..text }).collect();
    let (within, astray) = within(&outlines, &texts);
    let mut by_layer: Vec<String> = within.iter().flatten().map(|index| texts[*index].layer.clone()).collect();
    by_layer.sort();
    by_layer.dedup();
    by_layer.truncate(TEXT_LAYERS);
    let mut columns: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    columns.extend(by_layer.iter().map(|layer| format!("文字:{layer}")));
    let mut rows = Vec::with_capacity(outlines.len());
    for (index, outline) in outlines.into_iter().enumerate() {
        let said = |wanted: Option<&str>| {
            let words: Vec<&str> = within[index]
                .iter()
                .map(|text| &texts[*text])
                .filter(|text| wanted.is_none_or(|layer| text.layer == layer))
                .map(|text| text.words.trim())
                .take(TEXTS_SHOWN)
                .collect();
            if words.is_empty() { Cell::Empty } else { Cell::Text(words.join("；")) }
        };
        let mut cells = vec![Cell::Text(spoken(outline.layer)), Cell::Text(outline.handle), said(None)];
        cells.extend(by_layer.iter().map(|layer| said(Some(layer))));
        rows.push(RawRow { number: row_number(&found.shown, index)?, cells, shape: outline.shape });
    }
    Ok(Drawing { columns, rows, issues: issues(&passed_over, &astray, &texts), encoding, note })
}

fn issues(passed_over: &BTreeMap<String, usize>, astray: &[usize], texts: &[Text]) -> Vec<IngestIssue> {
    let mut issues = Vec::new();
    if !passed_over.is_empty() {
        let listed: Vec<String> = passed_over.iter().take(12).map(|(kind, count)| format!("{kind} {count} 个")).collect();
        let message =
            format!("图中另有 {} 个对象不是闭合图形，未读取：{}", passed_over.values().sum::<usize>(), listed.join("、"));
        issues.push(IngestIssue::new(IssueCode::EntitiesPassedOver, message));
    }
    if let Some(first) = astray.first() {
        let first = super::super::issue::shortened(&texts[*first].words, 40);
        let message = format!("{} 处文字不在任何闭合图形之内，未采用（如“{first}”）", astray.len());
        issues.push(IngestIssue::new(IssueCode::TextWithoutOutline, message));
    }
    issues
}

/// The kind of an entity for a list: the last of its classes.
fn kind_of(classes: &str) -> String {
    let last = classes.rsplit(':').next().unwrap_or_default();
    let name = last.strip_prefix("AcDb").unwrap_or(last);
    if name.is_empty() { "其他".to_owned() } else { name.to_owned() }
}

/// An entity as an outline: a hatch, a closed polyline, or one that only just is not closed.
fn outline(geometry: &Geometry, classes: &str) -> Option<(Shape, Option<Polygon<f64>>)> {
    // Dimensions, leaders and symbols are drawn with little triangles and circles, which are no ground.
    let is_symbol =
        ["Dimension", "Leader", "Circle", "Ellipse", "Arc", "Trace", "Face", "Spline"].iter().any(|kind| classes.contains(kind));
    if is_symbol {
        return None;
    }
    match geometry_type_flatten(geometry.geometry_type()) {
        Kind::wkbPolygon | Kind::wkbMultiPolygon | Kind::wkbCurvePolygon | Kind::wkbMultiSurface => {
            let (shape, _) = shape::convert(geometry);
            let area = matches!(shape, Shape::Polygons { .. }).then(|| exterior(geometry)).flatten();
            Some((shape, area))
        }
        Kind::wkbLineString => {
            let mut points = Vec::new();
            geometry.get_points(&mut points);
            let had_heights = points.iter().any(|(_, _, z)| *z != 0.0);
            let ring: Vec<(f64, f64)> = points.iter().map(|(x, y, _)| (*x, *y)).collect();
            let (first, last) = (*ring.first()?, *ring.last()?);
            if ring.len() >= 4 && first == last {
                let area = Polygon::new(LineString::from(ring.clone()), Vec::new());
                return Some((
                    Shape::Polygons { wkb: rings::wkb(&[vec![ring]]), had_heights, had_other_parts: false },
                    Some(area),
                ));
            }
            // A plain line that happens to come near its beginning was never meant to be an outline.
            let is_polyline = classes.contains("Polyline") || classes.is_empty();
            let length: f64 = ring.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum();
            let gap = (last.0 - first.0).hypot(last.1 - first.1);
            (is_polyline && ring.len() >= 4 && gap <= NEARLY_CLOSED * length).then(|| {
                let message = format!("多段线首尾相距 {gap:.4}（全长 {length:.2}，图上单位），没有闭合，不成面");
                (Shape::Faulty(IssueCode::LineNotClosed, message), None)
            })
        }
        _ => None,
    }
}

fn exterior(geometry: &Geometry) -> Option<Polygon<f64>> {
    let part = if geometry_type_flatten(geometry.geometry_type()) == Kind::wkbMultiPolygon {
        geometry.get_geometry(0)
    } else {
        return ring_of(geometry);
    };
    ring_of(&part)
}

fn ring_of(polygon: &Geometry) -> Option<Polygon<f64>> {
    if polygon.geometry_count() == 0 {
        return None;
    }
    let mut points = Vec::new();
    polygon.get_geometry(0).get_points(&mut points);
    Some(Polygon::new(points.into_iter().map(|(x, y, _)| Coord { x, y }).collect(), Vec::new()))
}

/// For each outline the texts that lie in it and in no smaller one, from above to below and from left to right; and the
/// texts that lie in none.
fn within(outlines: &[Outline], texts: &[Text]) -> (Vec<Vec<usize>>, Vec<usize>) {
    use mujun_geometry::geo::BoundingRect;
    let placed: Vec<(usize, &Polygon<f64>, Rect<f64>, f64)> = outlines
        .iter()
        .enumerate()
        .filter_map(|(index, outline)| {
            let area = outline.area.as_ref()?;
            let bounds = area.bounding_rect().filter(|bounds| bounds.min().x.is_finite() && bounds.max().y.is_finite())?;
            Some((index, area, bounds, area.unsigned_area()))
        })
        .collect();
    let index = PackedIndex::build(placed.iter().map(|(_, _, bounds, _)| *bounds));
    let mut within = vec![Vec::new(); outlines.len()];
    let mut astray = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        if !(text.at.x.is_finite() && text.at.y.is_finite()) {
            astray.push(number);
            continue;
        }
        let mut smallest: Option<(f64, usize)> = None;
        index.for_each(Rect::new(text.at, text.at), |candidate| {
            let (outline, area, _, size) = &placed[candidate];
            if smallest.is_none_or(|(least, _)| *size < least) && area.contains(&text.at) {
                smallest = Some((*size, *outline));
            }
        });
        match smallest {
            Some((_, outline)) => within[outline].push(number),
            None => astray.push(number),
        }
    }
    for inside in &mut within {
        inside.sort_by(|one, other| {
            let (one, other) = (&texts[*one].at, &texts[*other].at);
            other.y.total_cmp(&one.y).then(one.x.total_cmp(&other.x))
        });
    }
    (within, astray)
}

/// The encoding of a drawing's texts: what its head says, if the bytes agree.
fn encoding_of(
    found: &Found,
    forced: Option<&'static Encoding>,
    outlines: &[Outline],
    texts: &[Text],
) -> (&'static Encoding, Option<String>) {
    let spoken = texts.iter().map(|text| &text.words).chain(outlines.iter().map(|outline| &outline.layer));
    let samples: Vec<Vec<u8>> =
        spoken.filter(|text| !text.is_ascii()).filter_map(|text| latin1_bytes(text)).take(super::ENCODING_SAMPLES).collect();
    let head = head(found);
    let after = |name: &str| {
        let mut lines = head.lines().map(str::trim).skip_while(|line| *line != name).skip(2);
        lines.next().map(str::to_owned)
    };
    let version = after("$ACADVER").unwrap_or_default();
    // From AutoCAD 2007 on text is UTF-8, whatever the code page says.
    let declared = if version.as_str() >= "AC1021" { Some("65001".to_owned()) } else { after("$DWGCODEPAGE") };
    let cpg = declared.map(|page| page.to_ascii_uppercase().replace("ANSI_", "").replace("GB2312", "936")).filter(|page| {
        // 1252 is what programs write that were never told; it says nothing of Chinese.
        page != "1252"
    });
    let decision = encoding::decide(forced, &encoding::Hints { cpg, language: None }, &samples);
    let note = decision.note.map(|note| note.replace(".cpg ", "图形文件头"));
    (decision.encoding, note)
}

/// The first lines of a drawing as text of single bytes.
fn head(found: &Found) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    if let Ok(reader) = found.reader() {
        let _ = reader.take(1 << 16).read_to_end(&mut bytes);
    }
    bytes.into_iter().map(char::from).collect()
}

/// Texts put to outlines, for trials: whatever the coordinates, each text is in one outline or astray.
pub(in crate::ingest) fn trial(rings: &[Vec<(f64, f64)>], at: &[(f64, f64)]) -> (usize, usize) {
    let outlines: Vec<Outline> = rings
        .iter()
        .map(|ring| Outline {
            layer: String::new(),
            handle: String::new(),
            shape: Shape::Missing,
            area: Some(Polygon::new(LineString::from(ring.clone()), Vec::new())),
        })
        .collect();
    let texts: Vec<Text> =
        at.iter().map(|(x, y)| Text { layer: String::new(), words: String::new(), at: Coord { x: *x, y: *y } }).collect();
    let (within, astray) = within(&outlines, &texts);
    (within.iter().map(Vec::len).sum(), astray.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, size: f64) -> Vec<(f64, f64)> {
        vec![(x, 0.0), (x + size, 0.0), (x + size, size), (x, size), (x, 0.0)]
    }

    #[test]
    fn the_smallest_outline_takes_a_text_and_none_is_lost() {
        assert_eq!(trial(&[square(0.0, 10.0), square(2.0, 2.0)], &[(3.0, 1.0), (9.0, 9.0), (20.0, 1.0)]), (2, 1));
        assert_eq!(trial(&[square(0.0, f64::NAN)], &[(f64::NAN, 1.0), (f64::INFINITY, 0.0)]), (0, 2));
        assert_eq!(trial(&[], &[(0.0, 0.0)]), (0, 1));
    }
}
