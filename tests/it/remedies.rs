//! Faults of a whole file that an operator may have put right: found, explained, applied only on request, and recorded.

use std::path::{Path, PathBuf};

use mujun::ingest::{self, Confidence, CrsVerdict, IngestError, IssueCode, Mapping, Neighbours, Place, ReadOptions, Remedy};
use mujun::register::RegisterKind;
use mujun_geometry::Crs;
use mujun_geometry::geo::CoordsIter;
use mujun_geometry::shift::{Shift, metres_between};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ingest::{jiaxing, of, told};
use crate::ingest_real::shared_data;

fn asking(remedies: &[Remedy]) -> ReadOptions {
    ReadOptions { remedies: remedies.to_vec(), ..ReadOptions::default() }
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Six square parcels in 南湖区 whose corners go through `place`, in the CRS of this code if one is named.
fn parcels(folder: &TempDir, name: &str, crs: Option<u32>, place: impl Fn(f64, f64) -> [f64; 2]) -> PathBuf {
    let features: Vec<Value> = (0..6)
        .map(|index| {
            let (x, y) = (120.75 + 0.002 * f64::from(index), 30.75);
            let ring = [place(x, y), place(x + 0.001, y), place(x + 0.001, y + 0.001), place(x, y + 0.001), place(x, y)];
            let properties = json!({"宗地代码": format!("330402001002GB{index:05}")});
            json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    let mut collection = json!({"type": "FeatureCollection", "features": features});
    if let Some(epsg) = crs {
        collection["crs"] = json!({"type": "name", "properties": {"name": format!("urn:ogc:def:crs:EPSG::{epsg}")}});
    }
    written(folder, name, &collection.to_string())
}

fn read(path: &Path, options: &ReadOptions) -> Result<ingest::Ingested<mujun::register::ParcelRecord>, IngestError> {
    ingest::read_parcels(path, &Mapping::standard(RegisterKind::Parcels), options, &jiaxing())
}

/// The lower left corner of the first parcel as it was read.
fn first_corner(read: &ingest::Ingested<mujun::register::ParcelRecord>) -> (f64, f64) {
    let bounds = read.rows[0].record.ground.surface.bounds();
    (bounds.min().x, bounds.min().y)
}

/// Metres in the plane of EPSG:4549, by PROJ.
fn in_plane(x: f64, y: f64) -> [f64; 2] {
    let plane = mujun_geometry::reproject::with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point((x, y)));
    let (x, y) = plane.unwrap().unwrap();
    [x, y]
}

fn coordinates(path: &Path) -> Vec<(f64, f64)> {
    // The names are GBK; the numbers are ASCII all the same.
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    fn walk(value: &Value, found: &mut Vec<(f64, f64)>) {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::Number(x), Value::Number(y), ..]) => found.push((x.as_f64().unwrap(), y.as_f64().unwrap())),
            Some(items) => items.iter().for_each(|item| walk(item, found)),
            None => {}
        }
    }
    let collection: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let mut found = Vec::new();
    collection["features"].as_array().unwrap().iter().for_each(|feature| walk(&feature["geometry"]["coordinates"], &mut found));
    found
}

#[test]
fn the_published_pair_of_boundaries_is_met_both_ways() {
    let (Some(true_ones), Some(shifted)) =
        (shared_data("jiaxing/boundaries_wgs84/330400.json"), shared_data("jiaxing/boundaries_gcj02/330400.json"))
    else {
        return;
    };
    let (true_ones, shifted) = (coordinates(&true_ones), coordinates(&shifted));
    assert_eq!(true_ones.len(), shifted.len());
    assert!(true_ones.len() > 2900, "{}", true_ones.len());
    for (here, there) in true_ones.iter().zip(&shifted) {
        let forward = metres_between(Shift::Gcj02.forward(*here), *there);
        let back = metres_between(Shift::Gcj02.back(*there).unwrap(), *here);
        assert!(forward < 0.01 && back < 0.01, "{here:?}: {forward} m there, {back} m back");
    }
}

#[test]
fn a_shifted_boundary_is_found_out_by_the_boundaries_and_a_true_one_is_not() {
    let (Some(true_one), Some(shifted)) =
        (shared_data("jiaxing/boundaries_wgs84/330400.json"), shared_data("jiaxing/boundaries_gcj02/330400.json"))
    else {
        return;
    };
    let inspection = ingest::inspect(&shifted, &ReadOptions::default(), &jiaxing()).unwrap();
    let fix = inspection.crs.fixes.first().expect("a fix");
    assert_eq!((fix.remedies.as_slice(), fix.confidence), (&[Remedy::FromGcj02][..], Confidence::Strong), "{fix:?}");
    assert_eq!(fix.option, "--fix from-gcj02");
    let inspection = ingest::inspect(&true_one, &ReadOptions::default(), &jiaxing()).unwrap();
    assert!(inspection.crs.fixes.is_empty(), "{:?}", inspection.crs.fixes);
    assert!(inspection.crs.explanation.contains("没有偏移的迹象"), "{}", inspection.crs.explanation);
}

#[test]
fn a_shift_is_taken_away_on_request_and_recorded() {
    let (Some(true_one), Some(shifted)) =
        (shared_data("jiaxing/boundaries_wgs84/330400.json"), shared_data("jiaxing/boundaries_gcj02/330400.json"))
    else {
        return;
    };
    let mapping = Mapping::standard(RegisterKind::Divisions);
    let plain = ingest::read_divisions(&true_one, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    let untouched = ingest::read_divisions(&shifted, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    let back = ingest::read_divisions(&shifted, &mapping, &asking(&[Remedy::FromGcj02]), &Place::default()).unwrap();
    let corner = |read: &ingest::Ingested<mujun::register::DivisionRecord>| {
        let bounds = read.rows[0].record.ground.surface.bounds();
        (bounds.min().x, bounds.min().y)
    };
    assert!(metres_between(corner(&plain), corner(&back)) < 0.01);
    assert!(metres_between(corner(&plain), corner(&untouched)) > 300.0, "never applied unasked");
    assert!(of(&untouched.issues, IssueCode::ShiftRemoved).is_empty());
    let issue = of(&back.issues, IssueCode::ShiftRemoved)[0];
    let vertices: usize = coordinates(&shifted).len();
    assert!(issue.message.contains(&format!("{vertices} 个顶点")), "{}", issue.message);
    // README: the shift is 391..443 m east, 227..291 m south.
    let metres: f64 = issue.message.split("平均移动 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((452.0..530.0).contains(&metres), "{}", issue.message);
}

#[test]
fn parcels_are_held_against_registered_neighbours() {
    let folder = TempDir::new().unwrap();
    let sound = parcels(&folder, "sound.geojson", None, |x, y| [x, y]);
    let registered: Vec<_> =
        read(&sound, &ReadOptions::default()).unwrap().rows.into_iter().map(|row| row.record.ground.surface).collect();
    let place = Place { neighbours: Neighbours::new(move |_| registered.clone()), ..jiaxing() };
    let shifted = |shift: Shift| move |x: f64, y: f64| <[f64; 2]>::from(shift.forward((x, y)));
    for (shift, remedy) in [(Shift::Gcj02, Remedy::FromGcj02), (Shift::Bd09, Remedy::FromBd09)] {
        let file = parcels(&folder, "shifted.geojson", None, shifted(shift));
        let inspection = ingest::inspect(&file, &ReadOptions::default(), &place).unwrap();
        assert_eq!(inspection.crs.verdict, CrsVerdict::InCity, "half a kilometre off is still in the city");
        let offered: Vec<&[Remedy]> = inspection.crs.fixes.iter().map(|fix| fix.remedies.as_slice()).collect();
        assert_eq!(offered, [&[remedy][..], &[Remedy::KeepPosition]], "{shift:?}");
        let inspection = ingest::inspect(&file, &asking(&[remedy]), &place).unwrap();
        assert!(inspection.crs.fixes.is_empty());
        let back = read(&file, &asking(&[remedy])).unwrap();
        assert!(metres_between(first_corner(&back), (120.75, 30.75)) < 0.01, "{shift:?}");
    }
    let inspection = ingest::inspect(&sound, &ReadOptions::default(), &place).unwrap();
    assert!(
        inspection.crs.fixes.is_empty() && inspection.crs.explanation.contains("没有偏移的迹象"),
        "{}",
        inspection.crs.explanation
    );
    let inspection = ingest::inspect(&sound, &ReadOptions::default(), &jiaxing()).unwrap();
    assert!(inspection.crs.fixes.is_empty() && inspection.crs.explanation.contains("无从判断"), "{}", inspection.crs.explanation);
}

#[test]
fn swapped_axes_are_explained_and_put_right_on_request() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "swapped.geojson", None, |x, y| [y, x]);
    let error = told(&read(&path, &ReadOptions::default()).unwrap_err());
    assert!(error.contains("互换") && error.contains("--fix swap-axes"), "{error}");
    let inspection = ingest::inspect(&path, &ReadOptions::default(), &jiaxing()).unwrap();
    let offered: Vec<&str> = inspection.crs.fixes.iter().map(|fix| fix.option.as_str()).collect();
    assert_eq!(offered, ["--fix swap-axes"]);
    let back = read(&path, &asking(&[Remedy::SwapAxes])).unwrap();
    assert_eq!(back.rows.len(), 6);
    assert!(metres_between(first_corner(&back), (120.75, 30.75)) < 1e-6);
    assert!(of(&back.issues, IssueCode::AxesSwapped)[0].message.contains("30 个顶点"));
}

#[test]
fn swapped_planes_and_scaled_degrees_are_put_right_on_request() {
    let folder = TempDir::new().unwrap();
    let plane = parcels(&folder, "plane.geojson", Some(4549), |x, y| {
        let [x, y] = in_plane(x, y);
        [y, x]
    });
    let inspection = ingest::inspect(&plane, &ReadOptions::default(), &jiaxing()).unwrap();
    assert!(inspection.crs.fixes.iter().any(|fix| fix.option == "--fix swap-axes"), "{:?}", inspection.crs.fixes);
    let back = read(&plane, &asking(&[Remedy::SwapAxes])).unwrap();
    assert!(metres_between(first_corner(&back), (120.75, 30.75)) < 0.01);

    let scaled = parcels(&folder, "scaled.geojson", None, |x, y| [x * 1e6, y * 1e6]);
    assert!(read(&scaled, &ReadOptions::default()).is_err());
    let inspection = ingest::inspect(&scaled, &ReadOptions::default(), &jiaxing()).unwrap();
    assert!(inspection.crs.fixes.iter().any(|fix| fix.remedies == [Remedy::UnscaleDegrees]), "{:?}", inspection.crs.fixes);
    let mut options = asking(&[Remedy::UnscaleDegrees]);
    let back = read(&scaled, &options).unwrap();
    assert!(metres_between(first_corner(&back), (120.75, 30.75)) < 0.01);
    assert!(of(&back.issues, IssueCode::DegreesUnscaled)[0].message.contains("1000000"));
    // Sound degrees are not to be divided.
    options.crs = None;
    let sound = parcels(&folder, "sound.geojson", None, |x, y| [x, y]);
    assert!(matches!(read(&sound, &options), Err(IngestError::RemedyUnfit { .. })));
}

#[test]
fn a_wrong_meridian_and_a_missing_zone_are_found_out_by_the_city() {
    let folder = TempDir::new().unwrap();
    for declared in [4548, 4528] {
        let path = parcels(&folder, "wrong.geojson", Some(declared), in_plane);
        assert!(read(&path, &ReadOptions::default()).is_err(), "EPSG:{declared}");
        let inspection = ingest::inspect(&path, &ReadOptions::default(), &jiaxing()).unwrap();
        let offered: Vec<&str> = inspection.crs.fixes.iter().map(|fix| fix.option.as_str()).collect();
        assert_eq!(offered, ["--crs EPSG:4549"], "EPSG:{declared}: {}", inspection.crs.explanation);
    }
    let path = parcels(&folder, "right.geojson", Some(4549), in_plane);
    assert!(ingest::inspect(&path, &ReadOptions::default(), &jiaxing()).unwrap().crs.fixes.is_empty());
}

/// The plane of EPSG:4549 as a pipeline: nothing in it is a parameter between two datums.
const PLANE: &str = "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80";

#[test]
fn beijing_and_xian_need_a_pipeline_whose_parameters_are_kept_to_the_operator() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "xian.geojson", Some(2364), in_plane);
    let refused = told(&read(&path, &ReadOptions::default()).unwrap_err());
    assert!(refused.contains("1980") && refused.contains("--pipeline"), "{refused}");
    let plain = parcels(&folder, "plain.geojson", None, |x, y| [x, y]);
    for epsg in [4610, 4214] {
        let refused = read(&plain, &ReadOptions::in_crs(Crs::from_epsg(epsg)));
        assert!(matches!(refused, Err(IngestError::CrsRefused { .. })), "EPSG:{epsg} on the operator's word");
    }
    let given = |pipeline: &str| ReadOptions { pipeline: Some(pipeline.to_owned()), ..ReadOptions::default() };
    let radians = told(&read(&path, &given(PLANE)).unwrap_err());
    assert!(radians.contains("弧度"), "{radians}");
    let options = given(&format!("{PLANE} +step +proj=unitconvert +xy_in=rad +xy_out=deg"));
    let back = read(&path, &options).unwrap();
    assert!(metres_between(first_corner(&back), (120.75, 30.75)) < 0.01);
    let issue = of(&back.issues, IssueCode::PipelineApplied)[0];
    assert!(issue.message.contains("30 个顶点") && !issue.message.contains("lon_0"), "{}", issue.message);
    let recorded = serde_json::to_string(&options).unwrap();
    assert!(recorded.contains("sha256:") && !recorded.contains("lon_0"), "{recorded}");
    let both = ReadOptions { crs: Some(Crs::CGCS2000_GK_120E), ..options };
    assert!(matches!(read(&path, &both), Err(IngestError::RemedyUnfit { .. })));
    for wrong in ["EPSG:4610", "+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd", "+proj=pipeline +step +proj=nothing"] {
        assert!(read(&path, &given(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn remedies_that_exclude_each_other_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "sound.geojson", None, |x, y| [x, y]);
    let error = told(&read(&path, &asking(&[Remedy::FromGcj02, Remedy::FromBd09])).unwrap_err());
    assert!(error.contains("不能同时使用"), "{error}");
    let error = told(&read(&path, &asking(&[Remedy::SwapPlotRatioColumns])).unwrap_err());
    assert!(error.contains("容积率"), "{error}");
    assert_eq!("from-gcj02".parse(), Ok(Remedy::FromGcj02));
    assert!("gcj".parse::<Remedy>().unwrap_err().to_string().contains("swap-axes"));
}

#[test]
fn options_without_remedies_are_written_as_before() {
    assert_eq!(serde_json::to_value(ReadOptions::default()).unwrap(), json!({}));
    let read: ReadOptions = serde_json::from_value(json!({"remedies": ["swap-axes"], "crs": 4549})).unwrap();
    assert_eq!(read, ReadOptions { crs: Some(Crs::CGCS2000_GK_120E), ..asking(&[Remedy::SwapAxes]) });
}

/// Headers as they stand, which is the wrong way round in this source.
const AS_THE_HEADERS_SAY: &str = r#"
kind = "supplies"
division = { fixed = "330402" }

[columns]
supply_code = { column = "链接", after = "recorderguid=" }
contract_far_min = "约定容积率(下限)"
contract_far_max = "约定容积率(上限)"
"#;

#[test]
fn reversed_limits_are_noticed_and_swapped_on_request() {
    let Some(path) = shared_data("jiaxing/supply_2017_jiaxing.csv") else { return };
    let mapping = Mapping::parse("test", AS_THE_HEADERS_SAY).unwrap();
    let plain = ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    let noticed = of(&plain.issues, IssueCode::LimitsReversed);
    assert!(noticed.len() == 1 && noticed[0].message.contains("18 行下限大于上限"), "{noticed:?}");
    let swapped = ingest::read_supplies(&path, &mapping, &asking(&[Remedy::SwapPlotRatioColumns]), &jiaxing()).unwrap();
    assert!(of(&swapped.issues, IssueCode::LimitsReversed).is_empty());
    assert_eq!(of(&swapped.issues, IssueCode::PlotRatiosSwapped).len(), 1);
    let known = Mapping::built_in("landchina-2017").unwrap();
    let right = ingest::read_supplies(&path, &known, &ReadOptions::default(), &jiaxing()).unwrap();
    assert!(of(&right.issues, IssueCode::LimitsReversed).is_empty());
    let limits = |read: &ingest::Ingested<mujun::register::SupplyRecord>| -> Vec<(Option<f64>, Option<f64>)> {
        read.rows.iter().map(|row| (row.record.contract_far_min, row.record.contract_far_max)).collect()
    };
    assert_eq!(limits(&swapped), limits(&right));
}

#[test]
fn what_spreadsheets_did_to_codes_and_dates_is_said() {
    let folder = TempDir::new().unwrap();
    let table = "用地编号,行政区代码,统一社会信用代码,宗地代码,起始日期,截止日期\n\
        1,330402,91330400MA0000001Y,330402001002GB00012,2017.9,2019年2月\n\
        2,330402,91330400MA0000001Y,3.30402E+18,1900-01-00,2017.1\n";
    let path = written(&folder, "occupancies.csv", table);
    let mapping = Mapping::standard(RegisterKind::Occupancies);
    let read = ingest::read_occupancies(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    let kept = &read.rows[0].record;
    let shown = (kept.from_on.unwrap().to_string(), kept.until_on.unwrap().to_string());
    assert_eq!(shown, ("2017-09-01".to_owned(), "2019-02-28".to_owned()), "what is due is due at the end of the month");
    assert_eq!(of(&read.issues, IssueCode::DateWithoutDay).len(), 2);
    let damaged = of(&read.issues, IssueCode::CodeDamaged);
    assert_eq!((damaged.len(), damaged[0].row, read.rows.len()), (1, Some(2), 1), "{:?}", read.issues);

    let sound = parcels(&folder, "parcels.geojson", None, |x, y| [x, y]);
    let text = std::fs::read_to_string(&sound).unwrap();
    let unit = text.replacen("330402001002GB00000", "330402001002GB00000W00000000", 1).replacen(
        "GB00001\"",
        "GB00001\",\"YTDM\":\"601\"",
        1,
    );
    let read = read_text(&folder, &unit);
    let refused = of(&read.issues, IssueCode::UnitCodeAsParcelCode);
    assert!(refused.len() == 1 && refused[0].message.contains("330402001002GB00000"), "{refused:?}");
    assert!(of(&read.issues, IssueCode::LeadingZeroLost)[0].message.contains("0601"), "{:?}", read.issues);
    assert_eq!(read.rows[0].record.land_use_code.as_deref(), Some("601"), "kept as it came");
    let sound = read_text(&folder, &text.replacen("GB00001\"", "GB00001\",\"YTDM\":\"0601\"", 1));
    assert!(of(&sound.issues, IssueCode::LeadingZeroLost).is_empty());
}

fn read_text(folder: &TempDir, text: &str) -> ingest::Ingested<mujun::register::ParcelRecord> {
    read(&written(folder, "again.geojson", text), &ReadOptions::default()).unwrap()
}

#[test]
fn documentary_areas_of_the_web_map_are_told_once() {
    let folder = TempDir::new().unwrap();
    let sound = parcels(&folder, "parcels.geojson", None, |x, y| [x, y]);
    let ground = read(&sound, &ReadOptions::default()).unwrap().rows[0].record.ground.clone();
    let scale = ground.surface.bounds().center().y.to_radians().cos().powi(-2);
    let vertices = ground.surface.multi_polygon().coords_count();
    assert_eq!(vertices, 5);
    let text = std::fs::read_to_string(&sound).unwrap();
    let with = |area: f64| text.replace("\"properties\":{", &format!("\"properties\":{{\"宗地面积\":{area},"));
    let told = read_text(&folder, &with(ground.ellipsoidal_area_m2 * scale));
    assert_eq!(of(&told.issues, IssueCode::AreaOnWebMap).len(), 1, "{:?}", told.issues);
    let silent = read_text(&folder, &with(ground.ellipsoidal_area_m2 * 1.2));
    assert!(of(&silent.issues, IssueCode::AreaOnWebMap).is_empty());
}
