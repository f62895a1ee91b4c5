//! Intake of files made here: the sample city as an office sends it, and small files with one fault each.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use mujun::ingest::{self, IngestError, IngestIssue, IssueCode, Mapping, Place, ReadOptions, Severity};
use mujun::register::{ApprovalRecord, ConstructionState, ParcelRecord, RegisterKind, SupplyRecord};
use mujun::sample::{self, SampleManifest, SampleOptions};
use mujun_domain::code::DivisionCode;
use mujun_geometry::Crs;
use mujun_geometry::geo::Rect;
use tempfile::TempDir;

/// The seven counties, read by the intake itself.
pub fn jiaxing() -> Place {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/boundaries/jiaxing-divisions.geojson");
    let read =
        ingest::read_divisions(&path, &Mapping::standard(RegisterKind::Divisions), &ReadOptions::default(), &Place::default())
            .unwrap();
    place_of(read.rows.into_iter().map(|row| (row.record.division_code, row.record.ground.surface)))
}

pub fn place_of(divisions: impl Iterator<Item = (String, mujun_geometry::Surface)>) -> Place {
    let divisions: Vec<_> = divisions.map(|(code, surface)| (DivisionCode::parse(&code).unwrap(), surface)).collect();
    let extent = divisions.iter().map(|(_, surface)| surface.bounds()).reduce(|a, b| {
        Rect::new((a.min().x.min(b.min().x), a.min().y.min(b.min().y)), (a.max().x.max(b.max().x), a.max().y.max(b.max().y)))
    });
    Place { extent, divisions, ..Place::default() }
}

pub fn codes(issues: &[IngestIssue]) -> Vec<&'static str> {
    issues.iter().map(|issue| issue.code).collect()
}

pub fn of(issues: &[IngestIssue], code: IssueCode) -> Vec<&IngestIssue> {
    issues.iter().filter(|issue| issue.code == code.code()).collect()
}

/// An error as a user sees it, causes and all.
pub fn told(error: &IngestError) -> String {
    let mut text = error.to_string();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(" ← ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

struct Sample {
    folder: TempDir,
    manifest: SampleManifest,
    place: Place,
}

impl Sample {
    fn new(parcels: usize) -> Sample {
        let folder = TempDir::new().unwrap();
        let as_of = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
        let options = SampleOptions { parcels, seed: 20_230_330, as_of };
        let manifest = sample::write(folder.path(), &options, &mut |_| {}).unwrap();
        Sample { folder, manifest, place: jiaxing() }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn planted(&self, fault: &str) -> i32 {
        let found = self.manifest.planted.iter().find(|planted| planted.fault == fault).unwrap();
        i32::try_from(found.row).unwrap()
    }
}

#[test]
fn the_sample_city_comes_back_as_it_was_written() {
    let sample = Sample::new(300);
    let rows = |file: &str| sample.manifest.files.iter().find(|known| known.path == file).unwrap().rows;
    let map = |name: &str| Mapping::built_in(name).unwrap();

    let read = ingest::read_parcels(&sample.path("parcels.shp"), &map("sample-parcels"), &ReadOptions::default(), &sample.place)
        .unwrap();
    assert_eq!(read.source.rows_read as u64, rows("parcels.shp"));
    assert_eq!(read.source.crs, Some(Crs::CGCS2000_GK_ZONE_40));
    assert_eq!(read.source.encoding.as_deref(), Some("GB18030"), "no .cpg: the bytes decide");
    assert_eq!(of(&read.issues, IssueCode::EncodingSniffed).len(), 1);
    let parcel = &read.rows[0].record;
    assert!(parcel.location.as_ref().unwrap().chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{parcel:?}");
    assert_eq!(parcel.land_use_code.as_deref(), Some("0601"));
    let ratio = parcel.documentary_area_m2.unwrap() / parcel.ground.ellipsoidal_area_m2;
    assert!((0.8..1.25).contains(&ratio), "mu became square metres: {ratio}");
    let plane = parcel.ground.planar_area_m2.unwrap();
    assert!((plane / parcel.ground.ellipsoidal_area_m2 - 1.0).abs() < 0.0005, "plane and ellipsoid agree");

    let read =
        ingest::read_buildings(&sample.path("buildings.gpkg"), &map("sample-buildings"), &ReadOptions::default(), &sample.place)
            .unwrap();
    assert_eq!(read.rows.len() as u64, rows("buildings.gpkg"));
    assert!(read.rows.iter().any(|row| row.record.storey_height_m.is_some()));

    let read = ingest::read_approvals(
        &sample.path("approvals.geojson"),
        &map("sample-approvals"),
        &ReadOptions::default(),
        &sample.place,
    )
    .unwrap();
    assert_eq!(read.rows.len() as u64, rows("approvals.geojson"));
    let undated = sample.planted("approval-without-date");
    assert!(read.rows.iter().any(|row| row.number == undated && row.record.approved_on.is_none()));

    let read =
        ingest::read_zones(&sample.path("zones.gpkg"), &map("sample-zones"), &ReadOptions::default(), &sample.place).unwrap();
    assert_eq!(read.rows.len() as u64, rows("zones.gpkg"));
    let industrial = |code: &str| read.rows.iter().find(|row| row.record.zone_type_code == code).unwrap().record.is_industrial;
    assert_eq!((industrial("100102"), industrial("1101")), (Some(true), Some(false)));

    let read =
        ingest::read_projects(&sample.path("projects.geojson"), &map("sample-projects"), &ReadOptions::default(), &sample.place)
            .unwrap();
    assert_eq!(read.rows.len() as u64, rows("projects.geojson"));
    assert!(read.rows.iter().all(|row| row.record.renewal_measure.is_some()));

    let events = sample.path("project-events.xlsx");
    let read =
        ingest::read_project_events(&events, &map("sample-project-events"), &ReadOptions::default(), &sample.place).unwrap();
    assert_eq!(read.rows.len() as u64, rows("project-events.xlsx"));

    let read = ingest::read_targets(&sample.path("targets.xlsx"), &map("sample-targets"), &ReadOptions::default(), &sample.place)
        .unwrap();
    let target = &read.rows[0].record;
    assert_eq!((target.division_code.as_str(), target.base_year, target.end_year), ("330400", 2023, 2027));
    assert!((target.target_area_m2 - 32_000_000.0 / 3.0).abs() < 1e-6, "16000 mu");
    assert_eq!(target.counted_event, "accepted");
}

#[test]
fn faults_planted_in_the_parcels_are_each_found() {
    let sample = Sample::new(300);
    let mapping = Mapping::built_in("sample-parcels").unwrap();
    let read = ingest::read_parcels(&sample.path("parcels.shp"), &mapping, &ReadOptions::default(), &sample.place).unwrap();
    let at = |fault: &str| {
        let row = sample.planted(fault);
        read.issues.iter().filter(|issue| issue.row == Some(row)).collect::<Vec<_>>()
    };
    for (fault, code) in [
        ("duplicate-code", IssueCode::DuplicateKey),
        ("short-code", IssueCode::CodeMalformed),
        ("empty-geometry", IssueCode::GeometryMissing),
    ] {
        let found = at(fault);
        assert_eq!(found.iter().map(|issue| issue.code).collect::<Vec<_>>(), [code.code()], "{fault}");
        assert!(found[0].raw_row.as_ref().unwrap()["ZDDM"].is_string(), "the row is kept as it came");
        assert!(!read.rows.iter().any(|row| row.number == sample.planted(fault)));
    }
    let found = at("bow-tie");
    assert_eq!(found[0].code, IssueCode::GeometryRepaired.code());
    let (lon, lat) = found[0].place.unwrap();
    assert!((120.0..122.0).contains(&lon) && (30.0..31.5).contains(&lat), "the place is on the map: {lon} {lat}");
    assert!(read.rows.iter().any(|row| row.number == sample.planted("bow-tie")), "a repaired row is kept");
    assert_eq!(at("area-typo")[0].code, IssueCode::AreaDisagrees.code());
    assert_eq!(read.source.rows_quarantined, 3);
    assert_eq!(read.source.rows_read, read.source.rows_quarantined + i32::try_from(read.rows.len()).unwrap());
}

#[test]
fn contracts_without_geometry_are_kept_and_their_dirt_is_told() {
    let sample = Sample::new(300);
    let mapping = Mapping::built_in("sample-supplies").unwrap();
    let read = ingest::read_supplies(&sample.path("supplies.xlsx"), &mapping, &ReadOptions::default(), &sample.place).unwrap();
    let record =
        |fault: &str| -> &SupplyRecord { &read.rows.iter().find(|row| row.number == sample.planted(fault)).unwrap().record };
    assert_eq!(read.source.rows_quarantined, 0);
    assert_eq!(of(&read.issues, IssueCode::KeptWithoutGeometry).len(), 1, "said once for the file");
    assert_eq!(record("text-date").contract_signed_on, NaiveDate::from_ymd_opt(2019, 9, 10));
    assert_eq!(record("number-with-semicolon").price_wan_yuan, Some(24.948));
    assert_eq!(record("unknown-construction").construction_state, None);
    let unknown = of(&read.issues, IssueCode::WordUnknown);
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].value.as_deref(), Some("停工待核"));
    assert!(unknown[0].message.contains("未开工"), "{}", unknown[0].message);
    assert_eq!(record("finish-before-start").agreed_finish_on, None);
    assert_eq!(of(&read.issues, IssueCode::FinishBeforeStart).len(), 1);
    assert!(read.rows.iter().any(|row| row.record.construction_state.is_none()), "blank is unknown, not 'not started'");
    assert!(read.rows.iter().any(|row| row.record.construction_state == Some(ConstructionState::NotStarted)));
    assert!(read.rows.iter().all(|row| row.record.contract_density_max.is_none_or(|share| share <= 1.0)));
}

fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn parcels(text: &str) -> Mapping {
    Mapping::parse("test", &format!("kind = \"parcels\"\ndivision = {{ fixed = \"330402\" }}\n{text}")).unwrap()
}

fn code_only() -> Mapping {
    parcels("[columns]\nparcel_code = \"code\"\n")
}

/// A GeoJSON file of squares: code, lower left corner, side.
fn squares(rows: &[(&str, f64, f64, f64)], head: &str) -> String {
    let features: Vec<String> = rows
        .iter()
        .map(|(code, x, y, side)| {
            let (right, top) = (x + side, y + side);
            format!(
                r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},{y}],[{right},{y}],[{right},{top}],[{x},{top}],[{x},{y}]]]}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection",{head}"features":[{}]}}"#, features.join(","))
}

fn refused(path: &Path, mapping: &Mapping, crs: Option<Crs>, place: &Place) -> IngestError {
    match ingest::read_parcels(path, mapping, &ReadOptions { crs, ..ReadOptions::default() }, place) {
        Ok(read) => panic!("{} was taken: {:?}", path.display(), read.issues),
        Err(error) => error,
    }
}

#[test]
fn a_file_that_cannot_be_taken_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let place = Place::default();
    let told = |path: &Path| told(&refused(path, &code_only(), None, &place));
    assert!(told(&folder.path().join("missing.gpkg")).contains("找不到文件"));
    assert!(told(folder.path()).contains("文件夹"));
    assert!(told(&write(&folder, "empty.geojson", "")).contains("空的"));
    assert!(told(&write(&folder, "words.gpkg", "not a database")).contains("不是可识别的数据格式"));
    assert!(told(&write(&folder, "broken.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{")).contains("损坏"));
    assert!(told(&write(&folder, "broken.xlsx", "PK\u{3}\u{4}nothing")).contains("工作簿"));
    assert!(told(&write(&folder, "alone.shp", "x")).contains(".dbf"));
    assert!(told(&write(&folder, "none.geojson", r#"{"type":"FeatureCollection","features":[]}"#)).contains("没有一行数据"));
    assert!(told(&write(&folder, "table.csv", "code\n1\n")).contains("没有图形"));
}

#[test]
fn missing_columns_are_all_named_with_the_nearest() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.geojson", squares(&[("1", 120.7, 30.7, 0.001)], ""));
    let mapping = parcels("[columns]\nparcel_code = \"codes\"\nlocation = \"坐落\"\n");
    let error = refused(&path, &mapping, None, &Place::default());
    let IngestError::ColumnsMissing { missing, present, .. } = &error else { panic!("{error}") };
    assert_eq!(present, &["code"]);
    assert_eq!(missing.iter().map(|column| column.field.as_str()).collect::<Vec<_>>(), ["parcel_code", "location"]);
    assert_eq!(missing[0].nearest.as_deref(), Some("code"));
    let text = error.to_string();
    assert!(text.contains("是否为“code”？") && text.contains("“坐落”"), "{text}");
}

#[test]
fn a_mapping_of_another_register_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.geojson", squares(&[("1", 120.7, 30.7, 0.001)], ""));
    let error = refused(&path, &Mapping::standard(RegisterKind::Zones), None, &Place::default());
    assert!(error.to_string().contains("规划分区"), "{error}");
}

#[test]
fn a_crs_is_demanded_with_a_proposal_and_never_guessed() {
    let folder = TempDir::new().unwrap();
    let metres = [("1", 40_571_815.0, 3_403_497.0, 100.0)];
    let path = write(&folder, "a.geojson", squares(&metres, ""));
    let error = refused(&path, &code_only(), None, &jiaxing()).to_string();
    assert!(error.contains("--crs EPSG:4528"), "{error}");

    let read = ingest::read_parcels(&path, &code_only(), &ReadOptions::in_crs(Crs::CGCS2000_GK_ZONE_40), &jiaxing()).unwrap();
    assert_eq!(read.source.crs, Some(Crs::CGCS2000_GK_ZONE_40));
    assert!((read.rows[0].record.ground.planar_area_m2.unwrap() - 10_000.0).abs() < 0.01);
    assert!(codes(&read.issues).contains(&IssueCode::CrsOverridden.code()), "GeoJSON says degrees unless told otherwise");
}

#[test]
fn data_outside_the_city_is_refused_with_a_diagnosis() {
    let folder = TempDir::new().unwrap();
    let place = jiaxing();
    let swapped = write(&folder, "swapped.geojson", squares(&[("1", 30.7, 120.7, 0.001)], ""));
    let error = refused(&swapped, &code_only(), None, &place).to_string();
    assert!(error.contains("互换"), "{error}");
    let elsewhere = write(&folder, "beijing.geojson", squares(&[("1", 116.4, 39.9, 0.001)], ""));
    let error = refused(&elsewhere, &code_only(), None, &place).to_string();
    assert!(error.contains("全部落在城市范围之外") && error.contains("116.4"), "{error}");

    let mixed = [("1", 120.7, 30.7, 0.001), ("2", 116.4, 39.9, 0.001)];
    let mixed = write(&folder, "mixed.geojson", squares(&mixed, ""));
    let read = ingest::read_parcels(&mixed, &code_only(), &ReadOptions::default(), &place).unwrap();
    assert_eq!((read.rows.len(), read.source.rows_quarantined), (1, 1));
    let outside = of(&read.issues, IssueCode::OutsideCity);
    assert_eq!((outside[0].row, outside[0].severity), (Some(2), Severity::BlocksRow));
}

#[test]
fn a_wrong_central_meridian_is_suspected_by_the_size_of_the_numbers() {
    let folder = TempDir::new().unwrap();
    let metres = write(&folder, "a.geojson", squares(&[("1", 571_815.0, 3_403_497.0, 100.0)], ""));
    let wrong = refused(&metres, &code_only(), Some(Crs::from_epsg(4528)), &jiaxing()).to_string();
    assert!(wrong.contains("EPSG:4549"), "{wrong}");
}

#[test]
fn rows_with_bad_cells_are_kept_with_gaps_and_rows_with_bad_keys_are_set_aside() {
    let folder = TempDir::new().unwrap();
    let table = "合同,面积,下限,上限,开工,情况\n\
        A,2163平方米,大于或等于1.1并且小于或等于2.5,大于或等于1.1并且小于或等于2.5,2017年09月10日,未开工\n\
        ,1,1,2,2017/1/3,在建\n\
        B,很多,abc,2,20170931,停\n\
        A,1,1,2,2017-01-03,在建\n\
        C,0.5,3,2,1901-01-02,\n";
    let mapping = Mapping::parse(
        "test",
        r#"kind = "supplies"
division = { fixed = "330402" }
[columns]
supply_code = "合同"
documentary_area_m2 = { column = "面积", unit = "hectare" }
contract_far_min = "下限"
contract_far_max = "上限"
agreed_start_on = "开工"
construction_state = { column = "情况", values = { "未开工" = "not_started", "在建" = "started" }, blank = "unknown" }
"#,
    )
    .unwrap();
    let path = write(&folder, "a.csv", table);
    let read = ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    assert_eq!(read.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3, 5]);
    let a = &read.rows[0].record;
    assert_eq!(a.documentary_area_m2, Some(2163.0), "the unit in the cell wins over the mapping's");
    assert_eq!((a.contract_far_min, a.contract_far_max), (Some(1.1), Some(2.5)));
    assert_eq!(a.agreed_start_on, NaiveDate::from_ymd_opt(2017, 9, 10));
    let b = &read.rows[1].record;
    assert_eq!((b.documentary_area_m2, b.contract_far_min, b.agreed_start_on), (None, None, None));
    let c = &read.rows[2].record;
    assert_eq!((c.documentary_area_m2, c.contract_far_min, c.agreed_start_on), (Some(5000.0), None, None));
    let row = |number: i32| -> Vec<&str> {
        read.issues.iter().filter(|issue| issue.row == Some(number)).map(|issue| issue.code).collect()
    };
    assert_eq!(row(2), [IssueCode::KeyMissing.code()]);
    assert_eq!(row(4), [IssueCode::DuplicateKey.code()]);
    let mut third = row(3);
    third.sort_unstable();
    let expected = [IssueCode::NumberUnreadable, IssueCode::NumberUnreadable, IssueCode::DateUnreadable, IssueCode::WordUnknown];
    assert_eq!(third, expected.map(IssueCode::code));
    assert_eq!(row(5), [IssueCode::Contradiction.code()], "a lower limit above the upper one");
    let sentinel = of(&read.issues, IssueCode::SentinelAsMissing);
    assert_eq!(sentinel.len(), 1, "1901-01-02 means no date, and it is said");
}

#[test]
fn a_slip_of_unit_is_suspected_and_the_unit_named() {
    let folder = TempDir::new().unwrap();
    let side = 0.001;
    let text = squares(&[("1", 120.7, 30.7, side)], "").replace("\"code\":\"1\"", "\"code\":\"1\",\"area\":15.93");
    let path = write(&folder, "a.geojson", text);
    let mapping = parcels("[columns]\nparcel_code = \"code\"\ndocumentary_area_m2 = { column = \"area\", unit = \"m2\" }\n");
    let read = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    let suspected = of(&read.issues, IssueCode::UnitSuspected);
    assert!(suspected[0].message.contains("若单位是亩则相符"), "{:?}", read.issues);
    assert_eq!(read.rows[0].record.documentary_area_m2, Some(15.93), "reported, never silently corrected");
}

#[test]
fn the_same_file_gives_the_same_digest_and_rows() {
    let folder = TempDir::new().unwrap();
    let path = write(&folder, "a.geojson", squares(&[("1", 120.7, 30.7, 0.001), ("2", 120.8, 30.7, 0.001)], ""));
    let read = || ingest::read_parcels(&path, &code_only(), &ReadOptions::default(), &jiaxing()).unwrap();
    let (one, other): (ingest::Ingested<ParcelRecord>, _) = (read(), read());
    assert_eq!(one, other);
    assert_eq!(one.source.sha256.len(), 64);
    fs::write(&path, squares(&[("1", 120.7, 30.7, 0.001)], "")).unwrap();
    assert_ne!(read().source.sha256, one.source.sha256);
}

#[test]
fn an_approval_whose_shape_is_a_line_is_kept_without_it() {
    let folder = TempDir::new().unwrap();
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"no":"浙土批〔2021〕1号"},
        "geometry":{"type":"LineString","coordinates":[[120.7,30.7],[120.8,30.7]]}},
        {"type":"Feature","properties":{"no":"浙土批〔2021〕2号"},"geometry":null}]}"#;
    let mapping =
        Mapping::parse("test", "kind = \"approvals\"\ndivision = { fixed = \"330402\" }\n[columns]\napproval_number = \"no\"\n")
            .unwrap();
    let path = write(&folder, "a.geojson", text);
    let read = ingest::read::<ApprovalRecord>(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    assert_eq!(read.rows.len(), 2);
    assert!(read.rows.iter().all(|row| row.record.ground.is_none()));
    let line = of(&read.issues, IssueCode::NotPolygon);
    assert_eq!(line[0].severity, Severity::Degrades);
    assert_eq!(of(&read.issues, IssueCode::KeptWithoutGeometry).len(), 1);
}

/// A half disc drawn with an arc, and a square with heights.
fn write_arcs(path: &Path) {
    let driver = gdal::DriverManager::get_driver_by_name("GPKG").unwrap();
    let mut dataset = driver.create_vector_only(path).unwrap();
    let srs = gdal::spatial_ref::SpatialRef::from_epsg(4549).unwrap();
    let options = gdal::vector::LayerOptions { name: "a", srs: Some(&srs), ..Default::default() };
    let layer = dataset.create_layer(options).unwrap();
    use gdal::vector::LayerAccess;
    layer.create_defn_fields(&[("code", gdal::vector::OGRFieldType::OFTString)]).unwrap();
    for (code, wkt) in [
        (
            "arc",
            "CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(571900 3403400,572000 3403500,571900 3403600),(571900 3403600,571900 3403400)))",
        ),
        ("high", "POLYGON Z((571900 3403700 5,572000 3403700 5,572000 3403800 5,571900 3403800 5,571900 3403700 5))"),
    ] {
        let mut feature = gdal::vector::Feature::new(layer.defn()).unwrap();
        feature.set_geometry(gdal::vector::Geometry::from_wkt(wkt).unwrap()).unwrap();
        feature.set_field_string(0, code).unwrap();
        feature.create(&layer).unwrap();
    }
}

#[test]
fn arcs_become_chords_and_heights_go_with_a_notice() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.gpkg");
    write_arcs(&path);
    let read = ingest::read_parcels(&path, &code_only(), &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!(read.rows.len(), 2, "{:?}", read.issues);
    let half_disc = read.rows[0].record.ground.planar_area_m2.unwrap();
    let exact = std::f64::consts::PI * 100.0 * 100.0 / 2.0;
    assert!((half_disc / exact - 1.0).abs() < 0.002, "{half_disc} against {exact}");
    assert_eq!(of(&read.issues, IssueCode::CurvesLinearised).len(), 1);
    assert_eq!(of(&read.issues, IssueCode::HeightsDropped).len(), 1);
}

#[test]
fn several_layers_must_be_chosen_from() {
    let sample = Sample::new(30);
    let path = sample.path("zones.gpkg");
    let elsewhere = Mapping::parse(
        "test",
        "kind = \"parcels\"\nlayer = \"宗地\"\ndivision = { fixed = \"330402\" }\n[columns]\nparcel_code = \"图斑编号\"\n",
    )
    .unwrap();
    let error = refused(&path, &elsewhere, None, &sample.place).to_string();
    assert!(error.contains("“宗地”") && error.contains("规划分区"), "{error}");
}

#[test]
fn a_mapping_reports_all_its_faults_with_lines() {
    let text = "kind = \"parcels\"\n\
        division = { fixed = \"3304\" }\n\
        colour = 1\n\
        [columns]\n\
        documentary_area_m2 = \"ZZMJ\"\n\
        parcel = \"ZDDM\"\n";
    let faults = Mapping::parse("test", text).unwrap_err();
    let told: Vec<(usize, &str)> = faults.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
    let has = |line: usize, part: &str| told.iter().any(|(at, message)| *at == line && message.contains(part));
    assert!(has(2, "6 位数字") && has(3, "colour") && has(5, "单位") && has(6, "没有字段 parcel"), "{told:#?}");
    assert!(has(1, "缺少必填项 parcel_code"), "{told:#?}");
    let faults = Mapping::parse("test", "kind = ").unwrap_err();
    assert!(faults[0].message.contains("TOML"));
}

#[test]
fn the_page_of_issues_is_complete() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ISSUES.md");
    let page = fs::read_to_string(path).unwrap();
    for issue in IssueCode::ALL {
        let line = format!(
            "| {} | {} | {} | {} | {} |",
            issue.code(),
            issue.title_zh(),
            issue.severity().label_zh(),
            issue.party().label_zh(),
            issue.remedy()
        );
        assert!(page.contains(&line), "docs/ISSUES.md lacks or has outdated:\n{line}");
    }
}

#[test]
fn one_feature_a_line_is_read_as_well() {
    let folder = TempDir::new().unwrap();
    let one = |code: &str, x: f64| {
        let collection = squares(&[(code, x, 30.7, 0.001)], "");
        let start = collection.find("[").unwrap() + 1;
        collection[start..collection.len() - 2].to_owned()
    };
    let path = write(&folder, "a.geojsonl", format!("{}\n{}\n", one("1", 120.7), one("2", 120.8)));
    let read = ingest::read_parcels(&path, &code_only(), &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!(read.rows.iter().map(|row| row.record.parcel_code.as_str()).collect::<Vec<_>>(), ["1", "2"]);
}
