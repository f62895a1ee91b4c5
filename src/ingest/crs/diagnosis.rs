//! Where a file lies, by its own word and by its numbers, and what would put it into the city. Nothing is applied here.

use mujun_geometry::{
    Crs,
    geo::{Intersects, Rect},
    reproject::with_reprojector,
    wkb,
};
use serde::Serialize;

use super::{bounds, meridian_code, resolve, zone_code};
use crate::ingest::{
    IngestError, Place, ReadOptions,
    ground::range,
    source::{DeclaredCrs, Opened, RawRow, Shape},
};

/// Rows whose place is looked at.
const PLACED: usize = 200;

/// What was found about the position of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CrsDiagnosis {
    /// What the file says of its CRS: a code and a name, or only a name.
    pub declared: Option<String>,
    /// EPSG code in which an import would take the coordinates as things are; none when it would refuse the file or there
    /// is no geometry.
    pub read_as: Option<Crs>,
    /// In short.
    pub verdict: CrsVerdict,
    /// In words, Chinese: what was found, against what it was held, what cannot be known.
    pub explanation: String,
    /// Box of the first rows in the file's own numbers: least x, least y, greatest x, greatest y.
    pub raw_bounds: Option<[f64; 4]>,
    /// The same in longitude and latitude, EPSG:4490.
    pub bounds: Option<[f64; 4]>,
    /// What would mend it; applied only when an operator asks for it.
    pub fixes: Vec<OfferedFix>,
}

/// The finding in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CrsVerdict {
    /// There is no geometry, or none in the first rows.
    NoGeometry,
    /// It lies in the city.
    InCity,
    /// The CRS is clear, but no extent of the city is known to hold it against.
    Unverified,
    /// Some of it lies in the city and some does not.
    PartlyInCity,
    /// It lies outside the city.
    OutsideCity,
    /// The file does not say its CRS.
    Undeclared,
    /// Its CRS has no EPSG code that we know.
    Unknown,
    /// Beijing 54 or Xian 80.
    Refused,
    /// Numbers that are no degrees under a geographic CRS, or lie where the CRS is not defined.
    Contradicted,
}

/// A way to put things right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfferedFix {
    /// What it is, Chinese.
    pub label: String,
    /// What to type behind the command, such as `--crs EPSG:4528`.
    pub option: String,
    /// The CRS to name, if that is part of it.
    pub crs: Option<Crs>,
    /// What speaks for it, Chinese.
    pub evidence: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It would explain what was found; other things would as well.
    Weak,
    /// Hardly anything else would explain it.
    Strong,
}

impl Confidence {
    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            Confidence::Weak => "仅供参考",
            Confidence::Strong => "依据充分",
        }
    }
}

/// Looks at the position of a file. `rows` are its first rows.
pub(in crate::ingest) fn diagnose(opened: &mut Opened, options: &ReadOptions, place: &Place, rows: &[RawRow]) -> CrsDiagnosis {
    let raw = bounds(rows);
    let mut diagnosis = CrsDiagnosis {
        declared: declared_text(&opened.crs),
        read_as: None,
        verdict: CrsVerdict::NoGeometry,
        explanation: "文件没有图形，不涉及坐标系".to_owned(),
        raw_bounds: raw.map(corners),
        bounds: None,
        fixes: Vec::new(),
    };
    let Some(raw) = raw.filter(|_| opened.has_geometry) else {
        return diagnosis;
    };
    let boxes = boxes(rows);
    match resolve(opened, options.crs, rows) {
        Ok(None) => {}
        Ok(Some(crs)) => {
            diagnosis.read_as = Some(crs);
            placed(&mut diagnosis, crs, place, &boxes);
        }
        Err(error) => {
            diagnosis.verdict = match &error {
                IngestError::CrsMissing { .. } => CrsVerdict::Undeclared,
                IngestError::CrsUnknown { .. } => CrsVerdict::Unknown,
                IngestError::CrsRefused { .. } => CrsVerdict::Refused,
                _ => CrsVerdict::Contradicted,
            };
            diagnosis.explanation = error.to_string();
        }
    }
    let is_in_doubt = !matches!(diagnosis.verdict, CrsVerdict::InCity | CrsVerdict::Unverified | CrsVerdict::Refused);
    if is_in_doubt {
        diagnosis.fixes = systems(raw, diagnosis.read_as, place);
    }
    diagnosis
}

fn declared_text(declared: &DeclaredCrs) -> Option<String> {
    match declared {
        DeclaredCrs::Missing => None,
        DeclaredCrs::Known(epsg, name) => Some(format!("EPSG:{epsg}（{name}）")),
        DeclaredCrs::Unknown(name) | DeclaredCrs::Refused(name) => Some(name.clone()),
    }
}

fn corners(bounds: Rect<f64>) -> [f64; 4] {
    [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]
}

fn boxes(rows: &[RawRow]) -> Vec<Rect<f64>> {
    use mujun_geometry::geo::BoundingRect;
    rows.iter()
        .filter_map(|row| match &row.shape {
            Shape::Polygons { wkb: bytes, .. } => wkb::from_wkb(bytes, Crs::from_epsg(0)).ok()?.bounding_rect(),
            _ => None,
        })
        .take(PLACED)
        .collect()
}

/// The image of a box in longitude and latitude, by two of its corners.
fn image(crs: Crs, bounds: Rect<f64>) -> Option<Rect<f64>> {
    with_reprojector(crs, Crs::CGCS2000, |reprojector| {
        let least = reprojector.point((bounds.min().x, bounds.min().y)).ok()?;
        let greatest = reprojector.point((bounds.max().x, bounds.max().y)).ok()?;
        Some(Rect::new(least, greatest))
    })
    .ok()
    .flatten()
}

fn placed(diagnosis: &mut CrsDiagnosis, crs: Crs, place: &Place, boxes: &[Rect<f64>]) {
    let images: Vec<Rect<f64>> = boxes.iter().filter_map(|bounds| image(crs, *bounds)).collect();
    let Some(all) = images.iter().copied().reduce(super::union) else {
        diagnosis.verdict = CrsVerdict::Contradicted;
        diagnosis.explanation = format!("前 {} 个图形都不能按 {crs} 换算成经纬度：坐标系与坐标不符", boxes.len());
        return;
    };
    diagnosis.bounds = Some(corners(all));
    let Some((reach, extent)) = place.reach().zip(place.extent) else {
        diagnosis.verdict = CrsVerdict::Unverified;
        diagnosis.explanation = format!("按 {crs} 读取，位于 {}（经度, 纬度）；没有城市范围可以对照", range(all));
        return;
    };
    let inside = images.iter().filter(|image| reach.intersects(*image)).count();
    let (verdict, words) = match boxes.len() - inside {
        0 => (CrsVerdict::InCity, "都在城市范围内".to_owned()),
        outside if inside > 0 => (CrsVerdict::PartlyInCity, format!("其中 {outside} 个在城市范围之外")),
        _ => (CrsVerdict::OutsideCity, format!("都在城市范围（{}）之外", range(extent))),
    };
    diagnosis.verdict = verdict;
    diagnosis.explanation = format!("按 {crs} 读取，前 {} 个图形位于 {}（经度, 纬度），{words}", boxes.len(), range(all));
}

/// The systems under which the numbers would lie in the city, or in China where no city is known.
fn systems(raw: Rect<f64>, read_as: Option<Crs>, place: &Place) -> Vec<OfferedFix> {
    let reach = place.reach();
    let mut codes = vec![4490, 4528, 4549, 3857];
    if let Some(city) = place.extent {
        // The strips beside the city's: a wrong meridian is hardly ever further off.
        let zone = (city.center().x / 3.0).round() as u32;
        codes
            .extend([zone, zone - 1, zone + 1].into_iter().flat_map(|zone| [zone_code(zone), meridian_code(zone * 3)]).flatten());
    } else {
        codes.extend(zone_code((raw.center().x / 1e6).floor() as u32));
    }
    let mut fixes: Vec<OfferedFix> = Vec::new();
    for code in codes {
        let crs = Crs::from_epsg(code);
        if Some(crs) == read_as || fixes.iter().any(|fix| fix.crs == Some(crs)) {
            continue;
        }
        let Some(there) = image(crs, raw) else { continue };
        let (fits, evidence, confidence) = match reach {
            Some(reach) => {
                (reach.intersects(&there), format!("按 {crs} 换算后位于 {}，落在城市范围内", range(there)), Confidence::Strong)
            }
            None => (
                super::looks_like(raw.center().x, raw.center().y).is_some_and(|(_, epsg)| epsg == code),
                "只从坐标的大小判断；没有城市范围可以对照".to_owned(),
                Confidence::Weak,
            ),
        };
        if fits {
            fixes.push(OfferedFix {
                label: format!("坐标系按 {crs} 读取"),
                option: format!("--crs {crs}"),
                crs: Some(crs),
                evidence,
                confidence,
            });
        }
    }
    fixes
}
