//! Where a file lies, by its own word and by its numbers, and what would put it into the city. Nothing is applied here.

use mujun_geometry::{
    Crs,
    geo::{Intersects, Rect},
    reproject::with_pipeline,
    reproject::with_reprojector,
    wkb,
};
use serde::Serialize;

use super::{Reading, bounds, meridian_code, resolve, shifted, zone_code};
use crate::ingest::{
    IngestError, Place, ReadOptions, Remedy,
    ground::range,
    remedy::{Adjustment, degree_divisor},
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
    /// The remedies to ask for.
    pub remedies: Vec<Remedy>,
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
///
/// Beside the diagnosis it gives how an import would take the coordinates; none when it would refuse the file.
pub(in crate::ingest) fn diagnose(
    opened: &mut Opened,
    options: &ReadOptions,
    place: &Place,
    rows: &[RawRow],
) -> (CrsDiagnosis, Option<Reading>) {
    let raw = bounds(rows);
    let mut diagnosis = CrsDiagnosis {
        declared: declared_text(&opened.crs),
        read_as: None,
        verdict: CrsVerdict::NoGeometry,
        explanation: if opened.has_geometry {
            "前面各行没有面状图形，不涉及坐标系"
        } else {
            "文件没有图形，不涉及坐标系"
        }
        .to_owned(),
        raw_bounds: raw.map(corners),
        bounds: None,
        fixes: Vec::new(),
    };
    let Some(raw) = raw.filter(|_| opened.has_geometry) else {
        return (diagnosis, None);
    };
    let mut taken = None;
    match resolve(opened, options, rows) {
        Ok(None) => {}
        Ok(Some(reading)) => {
            diagnosis.read_as = Some(reading.crs);
            placed(&mut diagnosis, &reading, place, &boxes(rows));
            taken = Some(reading);
        }
        Err(error) => {
            diagnosis.verdict = match &error {
                IngestError::CrsMissing { .. } => CrsVerdict::Undeclared,
                IngestError::CrsUnknown { .. } => CrsVerdict::Unknown,
                IngestError::CrsRefused { .. } => CrsVerdict::Refused,
                _ => CrsVerdict::Contradicted,
            };
            diagnosis.explanation = told(&error, raw);
        }
    }
    let is_in_doubt = !matches!(diagnosis.verdict, CrsVerdict::InCity | CrsVerdict::Unverified | CrsVerdict::Refused);
    if is_in_doubt {
        diagnosis.fixes = systems(raw, said(opened, options), taken.as_ref(), place);
    }
    if let Some(reading) = &taken
        && matches!(diagnosis.verdict, CrsVerdict::InCity | CrsVerdict::PartlyInCity)
    {
        let look = shifted::look(reading, rows, place);
        diagnosis.explanation.push('；');
        diagnosis.explanation.push_str(&look.words());
        diagnosis.fixes.extend(look.fixes());
    }
    (diagnosis, taken)
}

/// Why an import would refuse the file, in words that do not ask for an option: those stand at the fixes, and on the map's page
/// there is nothing to type.
fn told(error: &IngestError, raw: Rect<f64>) -> String {
    let (seen, _) = super::seen(raw);
    match error {
        IngestError::CrsMissing { .. } => format!("文件没有坐标系声明。{seen}"),
        IngestError::CrsUnknown { found, .. } => format!("文件的坐标系“{found}”无法对应到 EPSG 代码。{seen}"),
        IngestError::CrsRefused { found, .. } => format!(
            "文件的坐标系是“{found}”。1954 北京坐标系、1980 西安坐标系转到 CGCS2000 需要当地转换参数，本系统不附带。请由测绘部门转换为 CGCS2000（EPSG:4490、4549 或 4528）后再报送；持有参数的单位可在命令行用 mujun import --pipeline 导入"
        ),
        IngestError::NotDegrees { crs, x, y, .. } => {
            format!("文件声明（或默认）的坐标系是经纬度 {crs}，但坐标（如 {x}, {y}）超出经纬度范围。{seen}")
        }
        other => other.to_string(),
    }
}

/// The system that the operator names, else the file.
fn said(opened: &Opened, options: &ReadOptions) -> Option<Crs> {
    match (options.crs, &opened.crs) {
        (Some(crs), _) => Some(crs),
        (None, DeclaredCrs::Known(epsg, _)) => Some(Crs::from_epsg(*epsg)),
        (None, _) => None,
    }
}

/// Why all of a file may lie outside the city, and what would bring it there.
pub(in crate::ingest) fn astray(
    opened: &Opened,
    options: &ReadOptions,
    reading: &Reading,
    place: &Place,
    rows: &[RawRow],
) -> String {
    let fixes = bounds(rows).map(|raw| systems(raw, said(opened, options), Some(reading), place)).unwrap_or_default();
    if fixes.is_empty() {
        let crs = reading.crs;
        return format!(
            "试过的坐标系、投影带与坐标轴次序都不能使它落在城市范围内：坐标系（现按 {crs} 读取）或投影带有误，或者不是本城市的数据。请核对后重新导入"
        );
    }
    let offered: Vec<String> =
        fixes.iter().map(|fix| format!("若{}，{}（加 {}）", fix.label, fix.evidence, fix.option)).collect();
    format!("疑似坐标系、投影带或坐标轴次序有误：{}。核对后加上所示选项重新导入，或请提供方改正", offered.join("；"))
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

/// The image of a box under a reading, but for the few hundred metres of a shift.
fn image_by(reading: &Reading, raw: Rect<f64>) -> Option<Rect<f64>> {
    let bounds = reading.adjustment.bounds(raw);
    let Some(pipeline) = &reading.adjustment.pipeline else { return image(reading.crs, bounds) };
    with_pipeline(pipeline, |reprojector| {
        let least = reprojector.point(bounds.min().x_y()).ok()?;
        let greatest = reprojector.point(bounds.max().x_y()).ok()?;
        Some(Rect::new(least, greatest))
    })
    .ok()
    .flatten()
}

fn placed(diagnosis: &mut CrsDiagnosis, reading: &Reading, place: &Place, boxes: &[Rect<f64>]) {
    let crs = reading.crs;
    let images: Vec<Rect<f64>> = boxes.iter().filter_map(|raw| image_by(reading, *raw)).collect();
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

/// The systems under which the numbers would lie in the city, or in China where no city is known; as they are, with the axes
/// changed, and divided by a power of ten. `said` is what the operator or the file names, which need not be said again.
fn systems(raw: Rect<f64>, said: Option<Crs>, taken: Option<&Reading>, place: &Place) -> Vec<OfferedFix> {
    let mut variants = vec![(Adjustment::default(), Vec::new()), (Adjustment::swapping(), vec![Remedy::SwapAxes])];
    if let Some(divisor) = degree_divisor(raw) {
        variants.push((Adjustment::default().dividing(divisor), vec![Remedy::UnscaleDegrees]));
    }
    let swapped = Adjustment::swapping().bounds(raw);
    if let Some(divisor) = degree_divisor(swapped) {
        variants.push((Adjustment::swapping().dividing(divisor), vec![Remedy::SwapAxes, Remedy::UnscaleDegrees]));
    }
    let mut fixes: Vec<OfferedFix> = Vec::new();
    for (adjustment, remedies) in variants {
        let is_scaled = remedies.contains(&Remedy::UnscaleDegrees);
        let bounds = adjustment.bounds(raw);
        for crs in if is_scaled { vec![Crs::CGCS2000] } else { candidates(bounds, said, place) } {
            let is_as_said = said.is_some_and(|said| said == crs || (is_scaled && said.is_geographic()));
            let is_the_same = is_as_said && taken.is_some_and(|reading| reading.adjustment == adjustment);
            // WGS 84 and CGCS2000 are the same place here: one of them is enough.
            let is_offered = fixes.iter().any(|fix| fix.remedies == remedies && (fix.crs == Some(crs) || fix.crs.is_none()));
            if is_the_same || is_offered {
                continue;
            }
            let Some((evidence, confidence)) = fits(crs, bounds, place) else { continue };
            let mut words: Vec<&str> = remedies.iter().map(|remedy| remedy.label_zh()).collect();
            let mut option: Vec<String> = remedies.iter().map(|remedy| format!("--fix {remedy}")).collect();
            let reading = format!("坐标系按 {crs} 读取");
            if !is_as_said {
                words.push(&reading);
                option.push(format!("--crs {crs}"));
            }
            fixes.push(OfferedFix {
                label: words.join("，"),
                option: option.join(" "),
                crs: (!is_as_said).then_some(crs),
                remedies: remedies.clone(),
                evidence,
                confidence,
            });
        }
    }
    fixes
}

/// The systems to try: what is said, those of the city, and the strips beside.
fn candidates(bounds: Rect<f64>, said: Option<Crs>, place: &Place) -> Vec<Crs> {
    let mut codes: Vec<u32> = said.map(Crs::epsg).into_iter().collect();
    codes.extend([4490, 4528, 4549, 3857]);
    match place.extent {
        Some(city) => {
            // A wrong meridian is hardly ever further off than the next strip.
            let zone = (city.center().x / 3.0).round() as u32;
            let strips = [zone, zone.saturating_sub(1), zone + 1];
            codes.extend(strips.into_iter().flat_map(|zone| [zone_code(zone), meridian_code(zone * 3)]).flatten());
        }
        None => codes.extend(zone_code((bounds.center().x / 1e6).floor() as u32)),
    }
    codes.into_iter().map(Crs::from_epsg).collect()
}

/// What speaks for a system, when the box would lie in the city, or in China where no city is known.
fn fits(crs: Crs, bounds: Rect<f64>, place: &Place) -> Option<(String, Confidence)> {
    let there = image(crs, bounds)?;
    match place.reach() {
        Some(reach) => reach
            .intersects(&there)
            .then(|| (format!("按 {crs} 换算后位于 {}，落在城市范围内", range(there)), Confidence::Strong)),
        None => super::looks_like(bounds.center().x, bounds.center().y)
            .filter(|(_, epsg)| *epsg == crs.epsg())
            .map(|_| ("只从坐标的大小判断；没有城市范围可以对照".to_owned(), Confidence::Weak)),
    }
}
