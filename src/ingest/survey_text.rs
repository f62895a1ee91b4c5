//! 报批坐标文本: the text in which surveyed plots are reported for approval.
//!
//! Two parts. `[属性描述]` says the coordinate system as `key=value`; under `[地块坐标]` each plot has a line of attributes
//! that ends in `@` (number of corners, hectares, number, name, sort of figure, map sheet, use, class, …) and then a line a
//! corner: name, ring, northing, easting. A ring ends where its first corner comes again or the ring's number changes.

use super::{
    IngestError, IngestIssue, IssueCode, encoding, rings,
    source::{Cell, DeclaredCrs, Found, Held, Opened, RawRow, Request, Shape, row_number},
};

/// What the attributes of a plot are, in the order of the line. Those behind are numbered.
const COLUMNS: [&str; 8] = ["界址点数", "地块面积_公顷", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码"];

/// Attributes that are kept of a plot.
const WIDTH_LIMIT: usize = 40;

/// Whether a text begins like this format.
pub(super) fn is_one(start: &[u8]) -> bool {
    let text = encoding::decode_file(None, start).0;
    ["[属性描述]", "[地块坐标]", "【属性描述】", "【地块坐标】"].iter().any(|mark| text.contains(mark))
}

/// Opens a 报批坐标 text.
pub(super) fn open(found: Found, request: Request<'_>) -> Result<Opened, IngestError> {
    let bytes = found.bytes()?;
    let (text, decision) = encoding::decode_file(request.encoding, &bytes);
    let Plots { crs, plots, is_swapped } = plots(&text);
    let mut issues = Vec::new();
    if let Some(note) = decision.note {
        issues.push(IngestIssue::new(IssueCode::EncodingSniffed, note));
    }
    if is_swapped {
        let message = "坐标按“东、北”次序书写（标准为“北、东”），已按数值大小判定".to_owned();
        issues.push(IngestIssue::new(IssueCode::AxesAsWritten, message));
    }
    let width = plots.iter().map(|plot| plot.attributes.len()).max().unwrap_or(0).clamp(COLUMNS.len(), WIDTH_LIMIT);
    let mut columns: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    columns.extend((COLUMNS.len()..width).map(|index| format!("属性{}", index + 1)));
    let mut rows = Vec::with_capacity(plots.len());
    for (index, plot) in plots.into_iter().enumerate() {
        let mut cells: Vec<Cell> = plot
            .attributes
            .into_iter()
            .take(width)
            .map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) })
            .collect();
        cells.resize(width, Cell::Empty);
        rows.push(RawRow { number: row_number(&found.shown, index)?, cells, shape: plot.shape });
    }
    Ok(Opened {
        sha256: found.sha256()?,
        path: found.shown,
        file_name: found.file_name,
        layer_name: None,
        columns,
        encoding: Some(encoding::name(decision.encoding)),
        has_geometry: true,
        cuts_names: false,
        crs,
        claimed_rows: None,
        issues,
        rows: Box::new(Held::new(rows)),
    })
}

struct Plots {
    crs: DeclaredCrs,
    plots: Vec<Plot>,
    is_swapped: bool,
}

struct Plot {
    attributes: Vec<String>,
    shape: Shape,
}

/// The plots of a text; what is no line of the format is passed over, a plot without enough corners says so.
fn plots(text: &str) -> Plots {
    let mut head: Vec<(String, String)> = Vec::new();
    let mut drafts: Vec<(Vec<String>, Draft)> = Vec::new();
    let mut in_plots = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with(['[', '【']) {
            in_plots = line.contains("地块坐标");
            continue;
        }
        if !in_plots {
            if let Some((key, value)) = line.split_once(['=', '＝']) {
                head.push((key.trim().to_owned(), value.trim().to_owned()));
            }
            continue;
        }
        let line = line.replace('，', ",");
        if let Some((attributes, _)) = line.rsplit_once('@') {
            let attributes = attributes.trim_end_matches(',').split(',').map(|text| text.trim().to_owned()).collect();
            drafts.push((attributes, Draft::default()));
        } else if let Some((_, draft)) = drafts.last_mut() {
            draft.take(&line);
        }
    }
    let corners = || drafts.iter().flat_map(|(_, draft)| draft.rings.iter().flatten());
    // Northings of China have seven digits; eastings six, or eight with the zone before them.
    let looks_east = |value: f64| value >= 1e7 || (1e5..1e6).contains(&value);
    let looks_north = |value: f64| (1e6..1e7).contains(&value);
    let is_swapped = corners().next().is_some() && corners().all(|(first, second)| looks_east(*first) && looks_north(*second));
    let has_zone = corners().all(|(first, second)| first.max(*second) >= 1e7);
    let plots = drafts
        .iter()
        .map(|(attributes, draft)| Plot { attributes: attributes.clone(), shape: draft.shape(is_swapped) })
        .collect();
    Plots { crs: declared(&head, has_zone), plots, is_swapped }
}

#[derive(Default)]
struct Draft {
    rings: Vec<Vec<(f64, f64)>>,
    /// Number of the ring that is being written; none after one was closed.
    ring: Option<String>,
    unreadable: Option<String>,
}

impl Draft {
    fn take(&mut self, line: &str) {
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        let corner = match parts.as_slice() {
            [_, ring, first, second, ..] => match (first.parse(), second.parse()) {
                (Ok(first), Ok(second)) => Some(((*ring).to_owned(), (first, second))),
                _ => None,
            },
            _ => None,
        };
        let Some((ring, corner)) =
            corner.filter(|(_, (first, second)): &(String, (f64, f64))| first.is_finite() && second.is_finite())
        else {
            self.unreadable.get_or_insert_with(|| line.to_owned());
            return;
        };
        match self.rings.last_mut() {
            Some(open) if self.ring.is_some() && open.len() >= 3 && open.first() == Some(&corner) => {
                open.push(corner);
                self.ring = None;
            }
            Some(open) if self.ring.as_ref() == Some(&ring) => open.push(corner),
            _ => {
                self.rings.push(vec![corner]);
                self.ring = Some(ring);
            }
        }
    }

    fn shape(&self, is_swapped: bool) -> Shape {
        let fault = |message: String| Shape::Faulty(IssueCode::ShapeUnreadable, message);
        if let Some(line) = &self.unreadable {
            return fault(format!("界址点“{}”不是“点号,圈号,X,Y”", super::issue::shortened(line, 40)));
        }
        if self.rings.is_empty() {
            return Shape::Missing;
        }
        if let Some(short) = self.rings.iter().find(|ring| ring.len() < 3) {
            return fault(format!("有一圈只有 {} 个界址点，不成面", short.len()));
        }
        let turned = |(first, second): &(f64, f64)| if is_swapped { (*first, *second) } else { (*second, *first) };
        rings::shape(self.rings.iter().map(|ring| ring.iter().map(turned).collect()).collect())
    }
}

/// The system that the head of the text declares.
fn declared(head: &[(String, String)], has_zone: bool) -> DeclaredCrs {
    let value =
        |key: &str| head.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty());
    let Some(system) = value("坐标系") else { return DeclaredCrs::Missing };
    if system.contains("80") || system.contains("54") {
        return DeclaredCrs::Refused(system.to_owned());
    }
    let number = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u32>().ok();
    if !(system.contains("2000") || system.to_ascii_uppercase().contains("CGCS")) {
        return DeclaredCrs::Unknown(system.to_owned());
    }
    let (Some(width), Some(zone)) = (value("几度分带").and_then(number), value("带号").and_then(number)) else {
        return DeclaredCrs::Missing;
    };
    // EPSG: CGCS2000 / Gauss-Kruger, zones with and without the number before the easting.
    let code = match (width, has_zone) {
        (3, true) => (25..=45).contains(&zone).then(|| 4513 + zone - 25),
        (3, false) => (25..=45).contains(&zone).then(|| 4534 + zone - 25),
        (6, true) => (13..=23).contains(&zone).then(|| 4491 + zone - 13),
        (6, false) => (13..=23).contains(&zone).then(|| 4502 + zone - 13),
        _ => None,
    };
    let name = format!("{system} {width} 度带 {zone} 带");
    code.map_or_else(|| DeclaredCrs::Unknown(name.clone()), |code| DeclaredCrs::Known(code, name.clone()))
}

/// How many plots a text has; for trials.
pub(super) fn trial(text: &str) -> usize {
    plots(text).plots.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[属性描述]\n格式版本号=\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=40\n\
        精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n10,0.84,DK-01,地块一,面,H51G,工业用地,,@\n\
        J1,1,3400000.0,40570000.0\nJ2,1,3400000.0,40570100.0\nJ3,1,3400100.0,40570100.0\nJ4,1,3400100.0,40570000.0\nJ1,1,3400000.0,40570000.0\n\
        J5,2,3400040.0,40570030.0\nJ6,2,3400040.0,40570070.0\nJ7,2,3400080.0,40570070.0\nJ8,2,3400080.0,40570030.0\nJ5,2,3400040.0,40570030.0\n";

    fn area(shape: &Shape) -> f64 {
        let Shape::Polygons { wkb, .. } = shape else { panic!("{shape:?}") };
        gdal::vector::Geometry::from_wkb(wkb).unwrap().area()
    }

    #[test]
    fn a_plot_with_a_hole_is_read_with_its_attributes_and_system() {
        let read = plots(TEXT);
        assert_eq!(read.crs, DeclaredCrs::Known(4528, "2000国家大地坐标系 3 度带 40 带".to_owned()));
        assert!(!read.is_swapped);
        assert_eq!(read.plots[0].attributes[2..4], ["DK-01", "地块一"]);
        assert_eq!(area(&read.plots[0].shape), 10_000.0 - 1_600.0);
    }

    #[test]
    fn corners_with_the_easting_first_are_turned_by_their_size() {
        let turned: String = TEXT
            .lines()
            .map(|line| match line.split(',').collect::<Vec<_>>().as_slice() {
                [name, ring, north, east] if name.starts_with('J') => format!("{name},{ring},{east},{north}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let (one, other) = (plots(TEXT), plots(&turned));
        assert!(other.is_swapped);
        assert_eq!(one.plots[0].shape, other.plots[0].shape);
    }

    #[test]
    fn older_systems_and_broken_corners_are_named() {
        assert!(matches!(plots(&TEXT.replace("2000国家", "1980西安")).crs, DeclaredCrs::Refused(_)));
        let broken = plots(&TEXT.replace("J3,1,3400100.0", "J3,1,三四"));
        assert!(matches!(&broken.plots[0].shape, Shape::Faulty(IssueCode::ShapeUnreadable, message) if message.contains("J3")));
        assert!(matches!(plots("[地块坐标]\n3,1,A,B,面,,,@\nJ1,1,1,2\n").plots[0].shape, Shape::Faulty(..)));
        assert_eq!(plots("[地块坐标]\n3,1,A,B,面,,,@\n").plots[0].shape, Shape::Missing);
    }
}
