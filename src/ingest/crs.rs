//! Which CRS the coordinates are in: read from the file, or demanded with a proposal. Never guessed silently.

mod diagnosis;
mod shifted;

pub use diagnosis::{Confidence, CrsDiagnosis, CrsVerdict, OfferedFix};

pub(super) use diagnosis::{astray, diagnose};
pub(super) use shifted::{Look, Suspicion, look as look_for_shift};

use gdal::spatial_ref::SpatialRef;
use mujun_geometry::{
    Crs,
    geo::{BoundingRect, Rect},
    reproject::{self, Pipeline, with_pipeline},
    wkb,
};

use super::{
    IngestError, IngestIssue, IssueCode, ReadOptions,
    remedy::Adjustment,
    source::{DeclaredCrs, Opened, RawRow, Shape},
};

/// What a layer says of its CRS.
pub(super) fn declared(reference: Option<SpatialRef>) -> DeclaredCrs {
    let Some(mut reference) = reference else {
        return DeclaredCrs::Missing;
    };
    let name = reference.name().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    if name.is_empty() || lower.starts_with("undefined") || lower.starts_with("unknown") || reference.is_local() {
        return DeclaredCrs::Missing;
    }
    let datum = reference.get_attr_value("DATUM", 0).ok().flatten().unwrap_or_default();
    if [&name, &datum].iter().any(|text| is_pre_2000_chinese(text)) {
        return DeclaredCrs::Refused(name);
    }
    if let Some(epsg) = authority(&reference) {
        return DeclaredCrs::Known(epsg, name);
    }
    if reference.auto_identify_epsg().is_ok()
        && let Some(epsg) = authority(&reference)
    {
        return DeclaredCrs::Known(epsg, name);
    }
    match by_name(&name).or_else(|| by_parameters(&reference, &datum)) {
        Some(epsg) => DeclaredCrs::Known(epsg, name),
        None => DeclaredCrs::Unknown(name),
    }
}

fn authority(reference: &SpatialRef) -> Option<u32> {
    match reference.auth_name()?.as_str() {
        "EPSG" => u32::try_from(reference.auth_code().ok()?).ok(),
        // CRS84 has no number; it is WGS 84 with longitude first, which is how we hold everything.
        "OGC" if reference.name().is_some_and(|name| name.contains("CRS84") || name.contains("WGS 84")) => Some(4326),
        _ => None,
    }
}

fn is_pre_2000_chinese(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace(['_', ' '], "");
    ["xian1980", "xi'an1980", "beijing1954", "newbeijing", "beijing54", "xian80"].iter().any(|known| lower.contains(known))
}

/// ESRI's names, for .prj files that GDAL's tables do not know.
fn by_name(name: &str) -> Option<u32> {
    let plain = name.to_ascii_lowercase().replace([' ', '-', '/'], "_");
    if let Some(zone) = plain.strip_prefix("cgcs2000_3_degree_gk_zone_") {
        return zone_code(zone.parse().ok()?);
    }
    if let Some(meridian) = plain.strip_prefix("cgcs2000_3_degree_gk_cm_") {
        return meridian_code(meridian.trim_end_matches('e').parse().ok()?);
    }
    match plain.as_str() {
        "gcs_china_geodetic_coordinate_system_2000" | "china_geodetic_coordinate_system_2000" | "cgcs2000" => Some(4490),
        "gcs_wgs_1984" | "wgs_84" | "wgs84" => Some(4326),
        _ => None,
    }
}

/// A Gauss-Kruger plane on CGCS2000 by its meridian and false easting.
fn by_parameters(reference: &SpatialRef, datum: &str) -> Option<u32> {
    let lower = datum.to_ascii_lowercase();
    if !reference.is_projected() || !(lower.contains("china_2000") || lower.contains("cgcs2000")) {
        return None;
    }
    let meridian = reference.get_proj_param("central_meridian").ok().flatten()?;
    let easting = reference.get_proj_param("false_easting").ok().flatten()?;
    let zone = (meridian / 3.0).round();
    if (meridian - zone * 3.0).abs() > 1e-9 {
        return None;
    }
    if easting == 500_000.0 {
        meridian_code(meridian as u32)
    } else if easting == zone * 1e6 + 500_000.0 {
        zone_code(zone as u32)
    } else {
        None
    }
}

/// EPSG code of CGCS2000 / 3-degree Gauss-Kruger zone 25 … 45 (easting with the zone before it).
fn zone_code(zone: u32) -> Option<u32> {
    (25..=45).contains(&zone).then(|| 4513 + zone - 25)
}

/// EPSG code of CGCS2000 / 3-degree Gauss-Kruger CM 75E … 135E (easting without zone).
fn meridian_code(meridian: u32) -> Option<u32> {
    (meridian.is_multiple_of(3) && (75..=135).contains(&meridian)).then(|| 4534 + (meridian - 75) / 3)
}

/// How the coordinates of a file are taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// The CRS they are in, once they are put right; that of the result where a pipeline makes it.
    pub crs: Crs,
    /// How they are put right.
    pub adjustment: Adjustment,
}

/// How a file's coordinates are taken, by the operator's word, else the file's.
///
/// `first` are the first rows: they say what the numbers look like, for the proposal and for the check of degrees.
pub(super) fn resolve(opened: &mut Opened, options: &ReadOptions, first: &[RawRow]) -> Result<Option<Reading>, IngestError> {
    if !opened.has_geometry {
        return Ok(None);
    }
    let raw = bounds(first);
    let adjustment = Adjustment::of(&opened.path, options, raw)?;
    let bounds = raw.map(|raw| adjustment.bounds(raw));
    if let Some(pipeline) = &adjustment.pipeline {
        try_pipeline(&opened.path, pipeline, bounds)?;
        return Ok(Some(Reading { crs: Crs::CGCS2000, adjustment }));
    }
    let path = || opened.path.clone();
    if let Some(name) = options.crs.and_then(pre_2000_name) {
        return Err(IngestError::CrsRefused { path: path(), found: name });
    }
    let crs = match (options.crs, &opened.crs) {
        (Some(crs), declared) => {
            let found = match declared {
                DeclaredCrs::Known(epsg, name) if *epsg != crs.epsg() => Some(format!("EPSG:{epsg}（{name}）")),
                DeclaredCrs::Unknown(name) | DeclaredCrs::Refused(name) => Some(format!("“{name}”")),
                _ => None,
            };
            if let Some(found) = found {
                let message = format!("文件的坐标系是 {found}，操作员指定 {crs}；按 {crs} 读取");
                opened.issues.push(IngestIssue::new(IssueCode::CrsOverridden, message));
            }
            crs
        }
        (None, DeclaredCrs::Known(epsg, _)) => Crs::from_epsg(*epsg),
        (None, DeclaredCrs::Unknown(found)) => {
            return Err(IngestError::CrsUnknown { path: path(), found: found.clone() });
        }
        (None, DeclaredCrs::Refused(found)) => {
            return Err(IngestError::CrsRefused { path: path(), found: found.clone() });
        }
        (None, DeclaredCrs::Missing) => {
            // Without one coordinate there is nothing to place, and nothing to ask for.
            let Some(bounds) = bounds else {
                return Ok(Some(Reading { crs: Crs::CGCS2000, adjustment }));
            };
            return Err(IngestError::CrsMissing { path: path(), proposal: proposal(bounds) });
        }
    };
    let to_city = |source| IngestError::Transformation { crs: crs.to_string(), source };
    reproject::with_reprojector(crs, Crs::CGCS2000, |_| ()).map_err(to_city)?;
    let is_geographic = crs.is_geographic() || reproject::is_geographic(crs).map_err(to_city)?;
    if let Some(bounds) = bounds.filter(|bounds| is_geographic && !are_degrees(*bounds)) {
        return Err(IngestError::NotDegrees {
            path: path(),
            crs: crs.to_string(),
            x: bounds.max().x,
            y: bounds.max().y,
            proposal: proposal(bounds),
        });
    }
    Ok(Some(Reading { crs, adjustment }))
}

/// The name of a CRS that needs local parameters; none for every other.
fn pre_2000_name(crs: Crs) -> Option<String> {
    let name = SpatialRef::from_epsg(crs.epsg()).ok()?.name()?;
    is_pre_2000_chinese(&name).then(|| format!("{crs}（{name}）"))
}

/// Whether the pipeline makes longitude and latitude of the first rows.
fn try_pipeline(path: &str, pipeline: &Pipeline, bounds: Option<Rect<f64>>) -> Result<(), IngestError> {
    let unusable = |source: reproject::ReprojectionError| IngestError::PipelineUnusable {
        path: path.to_owned(),
        message: source.message_zh(),
        source,
    };
    let image =
        with_pipeline(pipeline, |reprojector| bounds.map(|bounds| reprojector.point(bounds.center().x_y()))).map_err(unusable)?;
    let Some((x, y)) = image.transpose().map_err(unusable)? else { return Ok(()) };
    // In China every longitude is above 70: what is smaller are radians.
    if (70.0..=180.0).contains(&x) && (0.0..=60.0).contains(&y) {
        return Ok(());
    }
    let hint = if x.abs() < 4.0 && y.abs() < 4.0 {
        "像是弧度，请在管道末尾加 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    } else {
        "请核对管道的输入（东坐标在前）与输出"
    };
    Err(IngestError::RemedyUnfit {
        path: path.to_owned(),
        message: format!("转换管道的结果（{x}, {y}）不是中国境内的经纬度；{hint}"),
    })
}

fn are_degrees(bounds: Rect<f64>) -> bool {
    let within = |value: f64, limit: f64| value.abs() <= limit;
    // A row or two off the globe are faults of those rows; the file is in question only when nothing is on it.
    within(bounds.min().x, 360.0) && within(bounds.min().y, 90.0)
}

/// Bounding box of the first rows in the file's own units.
fn bounds(rows: &[RawRow]) -> Option<Rect<f64>> {
    let mut found: Option<Rect<f64>> = None;
    for row in rows {
        let Shape::Polygons { wkb: bytes, .. } = &row.shape else { continue };
        let Some(next) = wkb::from_wkb(bytes, Crs::from_epsg(0)).ok().and_then(|polygons| polygons.bounding_rect()) else {
            continue;
        };
        if [next.min().x, next.min().y, next.max().x, next.max().y].iter().all(|value| value.is_finite()) {
            found = Some(found.map_or(next, |so_far| union(so_far, next)));
        }
    }
    found
}

/// The box round two boxes.
pub(super) fn union(one: Rect<f64>, other: Rect<f64>) -> Rect<f64> {
    Rect::new(
        (one.min().x.min(other.min().x), one.min().y.min(other.min().y)),
        (one.max().x.max(other.max().x), one.max().y.max(other.max().y)),
    )
}

/// What numbers look like, and what to type.
pub(super) fn proposal(bounds: Rect<f64>) -> String {
    let (seen, typed) = seen(bounds);
    format!("{seen}{typed}")
}

/// What numbers look like, and apart from it what to type.
fn seen(bounds: Rect<f64>) -> (String, String) {
    let centre = bounds.center();
    if let Some((what, epsg)) = looks_like(centre.x, centre.y) {
        return (format!("从坐标看像{what}"), format!("。确认后请指定坐标系（--crs EPSG:{epsg}）重新导入"));
    }
    if let Some((what, _)) = looks_like(centre.y, centre.x) {
        return (
            format!("从坐标看像{what}，但两个坐标轴互换了（纵坐标在前）。可请提供方把东坐标（经度）放在前面后重新导出"),
            "，或核对后选“互换两个坐标轴”（--fix swap-axes）重新导入".to_owned(),
        );
    }
    (
        format!("从坐标（{:.6}, {:.6}）看不出是哪一个坐标系。请向提供方问明", centre.x, centre.y),
        "后指定坐标系（--crs EPSG:代码）重新导入".to_owned(),
    )
}

/// The same for the first rows of a file.
pub(super) fn proposal_of(first: &[RawRow]) -> String {
    bounds(first).map(proposal).unwrap_or_default()
}

/// The CGCS2000 system that these numbers fit, inside China: EPSG:4490, a Gauss-Kruger plane by the size of the easting,
/// or Web Mercator.
fn looks_like(x: f64, y: f64) -> Option<(String, u32)> {
    let in_china = (73.0..=136.0).contains(&x) && (3.0..=54.0).contains(&y);
    let northing = (1_000_000.0..6_000_000.0).contains(&y);
    if in_china {
        return Some(("经纬度（CGCS2000）".to_owned(), 4490));
    }
    if northing && (25e6..46e6).contains(&x) {
        let zone = (x / 1e6).floor() as u32;
        return zone_code(zone)
            .map(|epsg| (format!(" EPSG:{epsg}（3 度带第 {zone} 带，中央经线 {}°，东坐标前有带号 {zone}）", zone * 3), epsg));
    }
    if northing && (200_000.0..800_000.0).contains(&x) {
        return Some((" EPSG:4549（3 度带，中央经线 120°，东坐标前没有带号；中央经线须另行确认）".to_owned(), 4549));
    }
    if (8.1e6..15.2e6).contains(&x) && (300_000.0..7_200_000.0).contains(&y) {
        return Some((" EPSG:3857（网络地图投影）".to_owned(), 3857));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> String {
        proposal(Rect::new((x - 1.0, y - 1.0), (x + 1.0, y + 1.0)))
    }

    #[test]
    fn the_size_of_the_easting_tells_the_plane() {
        assert!(at(40_571_815.0, 3_403_497.0).contains("--crs EPSG:4528"));
        assert!(at(571_815.0, 3_403_497.0).contains("--crs EPSG:4549"));
        assert!(at(39_571_815.0, 3_403_497.0).contains("第 39 带"));
        assert!(at(120.7, 30.7).contains("--crs EPSG:4490"));
        assert!(at(13_440_000.0, 3_600_000.0).contains("--crs EPSG:3857"));
        assert!(at(3_403_497.0, 40_571_815.0).contains("互换"));
        assert!(at(30.7, 120.7).contains("互换"));
        assert!(at(5.0, 5e9).contains("看不出"));
    }

    #[test]
    fn the_names_that_arcgis_writes_are_known() {
        assert_eq!(by_name("CGCS2000_3_Degree_GK_Zone_40"), Some(4528));
        assert_eq!(by_name("CGCS2000_3_Degree_GK_CM_120E"), Some(4549));
        assert_eq!(by_name("GCS_China_Geodetic_Coordinate_System_2000"), Some(4490));
        assert_eq!(by_name("Local_Grid"), None);
    }

    #[test]
    fn an_esri_prj_of_each_system_is_identified() {
        for epsg in [4528, 4549, 4490, 4326] {
            let written = SpatialRef::from_epsg(epsg).unwrap();
            written.morph_to_esri().unwrap();
            let read = SpatialRef::from_esri(&written.to_wkt().unwrap()).unwrap();
            let DeclaredCrs::Known(found, _) = declared(Some(read)) else { panic!("EPSG:{epsg} is not identified") };
            assert_eq!(found, epsg);
        }
    }

    #[test]
    fn beijing_54_and_xian_80_are_refused() {
        for epsg in [2364, 4610, 4214, 2436] {
            let read = SpatialRef::from_epsg(epsg).unwrap();
            assert!(matches!(declared(Some(read)), DeclaredCrs::Refused(_)), "EPSG:{epsg}");
        }
    }
}
