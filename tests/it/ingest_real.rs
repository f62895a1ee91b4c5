//! Intake of real files: Jiaxing, Cambridge, PLATEAU and the awkward cases, where the folder of test data is present.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use mujun::ingest::{self, IngestError, IssueCode, Mapping, Place, ReadOptions};
use mujun::register::RegisterKind;
use mujun_geometry::Crs;

use crate::ingest::{codes, jiaxing, of, place_of, told};

/// A file of the test data beside the repository; none, said aloud, where it is not there.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let elsewhere = std::env::var_os("MUJUN_SHARED_DATA").map(|folder| PathBuf::from(folder).join(name));
    let found = elsewhere.into_iter().chain([path]).find(|path| path.exists());
    if found.is_none() {
        eprintln!("跳过：没有测试数据 {name}（../shared/data 或 MUJUN_SHARED_DATA）");
    }
    found
}

fn standard(kind: RegisterKind) -> Mapping {
    Mapping::standard(kind)
}

#[test]
fn gbk_boundaries_are_read_as_the_utf8_ones() {
    let (Some(gbk), Some(utf8)) =
        (shared_data("jiaxing/boundaries_wgs84/330400.json"), shared_data("jiaxing/jiaxing_units_wgs84.geojson"))
    else {
        return;
    };
    let mapping = standard(RegisterKind::Divisions);
    let one = ingest::read_divisions(&gbk, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    let other = ingest::read_divisions(&utf8, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    assert_eq!(one.source.encoding.as_deref(), Some("GB18030"));
    assert_eq!(codes(&one.issues)[0], IssueCode::EncodingSniffed.code());
    assert_eq!(one.rows.len(), 7);
    // README: area in EPSG:4549, km².
    let stated = HashMap::from([
        ("南湖区", 435.854),
        ("秀洲区", 548.739),
        ("嘉善县", 505.821),
        ("海盐县", 942.035),
        ("海宁市", 863.279),
        ("平湖市", 581.064),
        ("桐乡市", 728.827),
    ]);
    for (gbk, utf8) in one.rows.iter().zip(&other.rows) {
        assert_eq!((&gbk.record.division_code, &gbk.record.name), (&utf8.record.division_code, &utf8.record.name));
        let area = gbk.record.ground.planar_area_m2.unwrap() / 1e6;
        assert!((area - stated[gbk.record.name.as_str()]).abs() < 0.001, "{}: {area} km²", gbk.record.name);
    }
    for code in ["330402", "330411", "330421", "330424", "330481", "330482", "330483"] {
        let single = shared_data(&format!("jiaxing/boundaries_gcj02/{code}.json")).unwrap();
        let read = ingest::read_divisions(&single, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
        assert_eq!(read.rows[0].record.division_code, code);
    }
}

#[test]
fn the_real_industrial_polygons_become_parcels() {
    let Some(path) = shared_data("jiaxing/osm_landuse.geojson") else { return };
    let mapping = Mapping::built_in("jiaxing-osm-landuse").unwrap();
    let read = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!((read.rows.len(), read.source.rows_read, read.source.rows_quarantined), (18, 18, 0));
    assert!(of(&read.issues, IssueCode::RowsPassedOver)[0].message.contains("略过 56 行"));
    let hectares: f64 = read.rows.iter().map(|row| row.record.ground.ellipsoidal_area_m2).sum::<f64>() / 10_000.0;
    assert!((hectares - 424.5).abs() < 0.1, "{hectares} ha, the README says 424.5");
    let by = |code: &str| read.rows.iter().filter(|row| row.record.division_code == code).count();
    assert_eq!((by("330481"), by("330483")), (8, 10), "Haining 8, Tongxiang 10");
}

#[test]
fn without_divisions_nothing_can_be_located_and_it_says_so() {
    let Some(path) = shared_data("jiaxing/osm_landuse.geojson") else { return };
    let mapping = Mapping::built_in("jiaxing-osm-landuse").unwrap();
    let error = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap_err();
    assert!(error.to_string().contains("先导入行政区"), "{error}");
}

#[test]
fn all_real_contracts_are_kept_without_geometry() {
    let mapping = Mapping::built_in("landchina-2017").unwrap();
    let place = jiaxing();
    let mut digests = Vec::new();
    for file in ["supply_2017_jiaxing.csv", "supply_2017_jiaxing.xlsx", "supply_2017_jiaxing_gbk.csv"] {
        let Some(path) = shared_data(&format!("jiaxing/{file}")) else { return };
        let read = ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &place).unwrap();
        assert_eq!((read.rows.len(), read.source.rows_quarantined), (26, 0), "{file}: {:#?}", read.issues);
        assert!(read.rows.iter().all(|row| row.record.ground.is_none()));
        let industrial: Vec<_> = read.rows.iter().filter(|row| row.record.land_use_name.as_deref() == Some("工业用地")).collect();
        let hectares: f64 = industrial.iter().map(|row| row.record.documentary_area_m2.unwrap()).sum::<f64>() / 10_000.0;
        assert_eq!(industrial.len(), 18);
        assert!((hectares - 36.772486).abs() < 1e-6, "{file}: {hectares} ha");
        let first = &read.rows[0].record;
        assert_eq!((first.contract_far_min, first.contract_far_max), (Some(1.2), Some(3.5)), "headers are swapped");
        assert_eq!(first.agreed_start_on.map(|day| day.to_string()).as_deref(), Some("2017-09-10"));
        assert_eq!(first.price_wan_yuan, Some(627.0001));
        assert_eq!(first.supply_code, "8b3eba67-a89c-4c66-900d-e51b9edaca57");
        assert_eq!(of(&read.issues, IssueCode::DivisionAssumed).len(), 3, "嘉兴市本级");
        assert_eq!(of(&read.issues, IssueCode::Contradiction).len(), 0, "{:#?}", read.issues);
        digests.push(read.rows);
    }
    assert_eq!(digests[0], digests[1], "the workbook and the text table hold the same contracts");
    assert_eq!(digests[0], digests[2], "so does the GBK one");
}

#[test]
fn the_contracts_of_the_province_outside_the_city_are_set_aside_one_by_one() {
    let Some(path) = shared_data("jiaxing/supply_2017_zhejiang_industrial.csv") else { return };
    let mapping = Mapping::built_in("landchina-2017").unwrap();
    let read = ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!(read.source.rows_read, 92);
    assert_eq!(read.rows.len(), 18);
    assert_eq!(read.source.rows_quarantined, 74);
    assert!(of(&read.issues, IssueCode::DivisionUnknown).iter().all(|issue| issue.raw_row.is_some()));
}

#[test]
fn cambridge_lots_get_the_floor_area_of_their_one_record() {
    let (Some(path), Some(oracle)) =
        (shared_data("cambridge/parcels_fy2014.geojson.gz"), shared_data("cambridge/oracle_plot_ratio.csv"))
    else {
        return;
    };
    let mapping = Mapping::built_in("cambridge-parcels").unwrap();
    let read = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    assert_eq!(read.source.rows_read, 13_116);
    assert_eq!(read.rows.len() + read.source.rows_quarantined as usize, 13_116);
    let by_code: HashMap<&str, _> = read.rows.iter().map(|row| (row.record.parcel_code.as_str(), &row.record)).collect();
    let text = fs::read_to_string(oracle).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap();
    let (ml, polygons, lot) = (column("ML"), column("n_polygons"), column("lot_area_m2"));
    let (land, gross, ratio) = (column("land_area_m2"), column("gross_area_m2"), column("plot_ratio"));
    let (mut compared, mut close, mut floors, mut ratios, mut worst, mut total) = (0, 0, 0, 0, 0.0f64, (0.0, 0.0));
    for line in lines {
        // No quoted field stands before the figures that are read here in any row that is compared.
        let fields: Vec<&str> = line.split(',').collect();
        if fields.len() != header.len() || fields[polygons] != "1" {
            continue;
        }
        let Some(record) = by_code.get(fields[ml]) else { continue };
        compared += 1;
        let expected: f64 = fields[lot].parse().unwrap();
        let measured = record.ground.ellipsoidal_area_m2;
        total = (total.0 + measured, total.1 + expected);
        // The file keeps 7 decimals of a degree, about a centimetre, the oracle was measured before that rounding.
        close += usize::from((measured - expected).abs() <= 1.0 + expected * 2e-4);
        worst = worst.max((measured / expected - 1.0).abs());
        let same = |stated: Option<f64>, text: &str| match text.parse::<f64>() {
            Ok(value) => stated.is_some_and(|stated| (stated - value).abs() <= 0.006) || (stated.is_none() && value <= 0.0),
            Err(_) => stated.is_none(),
        };
        floors += usize::from(
            same(record.stated_counting_floor_area_m2, fields[gross]) && same(record.documentary_area_m2, fields[land]),
        );
        if let (Ok(value), Some(floor), Some(site)) =
            (fields[ratio].parse::<f64>(), record.stated_counting_floor_area_m2, record.documentary_area_m2)
        {
            ratios += usize::from((floor / site - value).abs() < 0.0002);
        }
    }
    let sum = total.0 / total.1 - 1.0;
    println!(
        "cambridge: {compared} compared, {close} lot areas within 1 m² (worst {worst:.4}, sum {sum:.6}), {floors} floor areas, {ratios} ratios"
    );
    assert!(compared > 10_500, "{compared}");
    assert!(close as f64 / compared as f64 > 0.995, "{close} of {compared} lot areas");
    assert!(sum.abs() < 2e-4, "the sum of areas is off by {sum}");
    assert_eq!(floors, compared, "floor and land areas agree with the oracle");
    assert!(ratios > 10_000, "{ratios}");
}

#[test]
fn plateau_sentinels_are_missing_and_not_9999_storeys() {
    let Some(path) = shared_data("plateau/buildings.geojson") else { return };
    let mapping = Mapping::built_in("plateau-buildings").unwrap();
    let read = ingest::read_buildings(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    assert_eq!(read.rows.len(), 242, "{:#?}", read.issues);
    let missing = |value: fn(&mujun::register::BuildingRecord) -> bool| read.rows.iter().filter(|row| value(&row.record)).count();
    assert_eq!(missing(|building| building.storeys_above.is_none()), 61);
    assert_eq!(missing(|building| building.height_m.is_none()), 62);
    assert_eq!(missing(|building| building.stated_floor_area_m2.is_none()), 61);
    assert_eq!(missing(|building| building.stated_footprint_m2.is_none()), 61);
    assert!(of(&read.issues, IssueCode::SentinelAsMissing).len() >= 2);
    assert!(read.rows.iter().all(|row| row.record.ground.planar_area_m2.is_none()), "outside the zone of EPSG:4549");
}

fn made() -> Option<Mapping> {
    shared_data("awkward/made/cases.csv")?;
    let text = r#"kind = "parcels"
division = { fixed = "025017" }
[columns]
parcel_code = ["地块编号", "编号", "case", "kind", "id", "n"]
location = { column = ["坐落", "地址"], optional = true }
documentary_area_m2 = { column = ["面积_平方米", "面积"], unit = "m2", optional = true }
"#;
    Some(Mapping::parse("made", text).unwrap())
}

fn cambridge() -> Place {
    let ring = vec![(-71.17, 42.35), (-71.06, 42.35), (-71.06, 42.41), (-71.17, 42.41), (-71.17, 42.35)];
    let polygon = mujun_geometry::geo::Polygon::new(ring.into(), vec![]);
    let surface = mujun_geometry::Surface::from_trusted(polygon.into(), Crs::CGCS2000).unwrap();
    place_of([("025017".to_owned(), surface)].into_iter())
}

#[test]
fn every_made_case_gives_rows_or_a_named_fault() {
    let Some(mapping) = made() else { return };
    let place = cambridge();
    let read = |name: &str, crs: Option<u32>| {
        let path = shared_data(&format!("awkward/made/{name}")).unwrap();
        ingest::read_parcels(&path, &mapping, &ReadOptions { crs: crs.map(Crs::from_epsg), ..ReadOptions::default() }, &place)
    };
    let good = |name: &str, crs: Option<u32>| read(name, crs).unwrap_or_else(|error| panic!("{name}: {}", told(&error)));
    let bad = |name: &str| match read(name, None) {
        Ok(taken) => panic!("{name} was taken: {} rows, {:#?}", taken.rows.len(), taken.issues),
        Err(error) => error,
    };
    let reference = good("reference.geojson", None);
    assert_eq!(reference.rows.len(), 40);
    for row in &reference.rows {
        let stated = row.record.documentary_area_m2.unwrap();
        assert!((row.record.ground.ellipsoidal_area_m2 / stated - 1.0).abs() < 0.001);
    }
    for name in ["gbk.geojson", "utf8_bom.geojson", "epsg3857_declared.geojson", "utf8_bom_array.json"] {
        let taken = good(name, None);
        assert_eq!(taken.rows.len(), 40, "{name}: {:#?}", taken.issues);
        for (one, other) in taken.rows.iter().zip(&reference.rows) {
            assert_eq!((&one.record.parcel_code, &one.record.location), (&other.record.parcel_code, &other.record.location));
            let (a, b) = (one.record.ground.ellipsoidal_area_m2, other.record.ground.ellipsoidal_area_m2);
            assert!((a / b - 1.0).abs() < 1e-3, "{name}: {a} against {b}");
        }
    }
    let taken = good("null_geometry.geojson", None);
    let without: Vec<i32> = of(&taken.issues, IssueCode::GeometryMissing).iter().filter_map(|issue| issue.row).collect();
    assert_eq!((taken.rows.len(), without), (36, vec![4, 12, 28, 36]));
    assert!(bad("swapped_axes.geojson").to_string().contains("互换"));
    assert!(matches!(bad("scaled_1e6.geojson"), IngestError::NotDegrees { .. }));
    assert!(matches!(bad("epsg3857_metres_no_crs.geojson"), IngestError::NotDegrees { .. }));
    let taken = good("duplicates.geojson", None);
    assert_eq!((taken.rows.len(), of(&taken.issues, IssueCode::DuplicateKey).len()), (40, 5));
    let taken = good("mixed_types.geojson", None);
    let numbers: Vec<i32> = taken.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 4, 5, 6], "{:#?}", taken.issues);
    assert_eq!(of(&taken.issues, IssueCode::NotPolygon).iter().filter_map(|issue| issue.row).collect::<Vec<_>>(), [2, 3]);
    assert!(matches!(bad("truncated.geojson"), IngestError::UnknownFormat { .. }));
    let taken = good("bad_rings.geojson", None);
    assert_eq!(taken.source.rows_read, 12);
    assert!(!taken.issues.is_empty());
}

#[test]
fn made_shapefiles_are_read_in_their_encoding_or_refused_with_the_reason() {
    let Some(mapping) = made() else { return };
    let place = cambridge();
    let read = |name: &str, crs: Option<u32>| {
        let path = shared_data(&format!("awkward/made/{name}")).unwrap();
        ingest::read_parcels(&path, &mapping, &ReadOptions { crs: crs.map(Crs::from_epsg), ..ReadOptions::default() }, &place)
    };
    let reference = read("reference.geojson", None).unwrap();
    for (name, encoding) in [
        ("gbk_ldid4d_no_cpg.shp.zip", "GBK"),
        ("gbk_no_hint.shp.zip", "GB18030"),
        ("utf8_cpg.shp.zip", "UTF-8"),
        ("gbk_bytes_cpg_says_utf8.shp.zip", "GB18030"),
        ("utf8_long_name_cut.shp.zip", "UTF-8"),
        ("gbk_entry_names.zip", "GBK"),
    ] {
        let taken = read(name, None).unwrap_or_else(|error| panic!("{name}: {}", told(&error)));
        assert_eq!((taken.rows.len(), taken.source.encoding.as_deref()), (40, Some(encoding)), "{name}: {:?}", taken.issues);
        for (one, other) in taken.rows.iter().zip(&reference.rows) {
            assert_eq!(one.record.parcel_code, other.record.parcel_code, "{name}");
            assert_eq!(one.record.location, other.record.location, "{name}");
        }
    }
    let refused = |name: &str| match read(name, None) {
        Ok(taken) => panic!("{name} was taken: {:#?}", taken.issues),
        Err(error) => error,
    };
    assert!(matches!(refused("no_prj.shp.zip"), IngestError::CrsMissing { .. }));
    assert_eq!(read("no_prj.shp.zip", Some(26_986)).unwrap().rows.len(), 40);
    assert!(matches!(refused("no_shx.shp.zip"), IngestError::MissingPart { .. }));
    assert!(matches!(refused("no_dbf.shp.zip"), IngestError::MissingPart { .. }));
    assert!(matches!(refused("dbf_only.zip"), IngestError::NoGeometry { .. }));
    let IngestError::SeveralLayers { present, .. } = refused("two_layers_in_folders.zip") else { panic!() };
    assert_eq!(present.len(), 2);
}

#[test]
fn made_tables_are_read_in_four_encodings() {
    if made().is_none() {
        return;
    }
    let mapping = Mapping::parse(
        "tables",
        "kind = \"supplies\"\ndivision = { fixed = \"330402\" }\n[columns]\nsupply_code = [\"地块编号\", \"编号\"]\nlocation = { column = [\"坐落\", \"地址\"], optional = true }\n",
    )
    .unwrap();
    let read = |name: &str| {
        let path = shared_data(&format!("awkward/made/{name}")).unwrap();
        ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &Place::default())
            .unwrap_or_else(|error| panic!("{name}: {}", told(&error)))
    };
    let expected = read("table_utf8_bom.csv");
    assert_eq!(expected.rows.len(), 20);
    for name in ["table_gbk.csv", "table_utf16le.txt"] {
        assert_eq!(read(name).rows, expected.rows, "{name}");
    }
    let rare = read("table_gb18030_4byte.csv");
    assert_eq!(rare.rows.len(), 4);
    assert_eq!(rare.rows[0].record.location.as_deref(), Some("㐂𠮷𬭎号地块"));
}

#[test]
fn the_dirty_cells_are_read_or_refused_as_their_table_says() {
    let Some(path) = shared_data("awkward/made/dirty_values.csv") else { return };
    // The cells of one column, each tried as area, date and ratio; the table's second column says what it should become.
    let text = r#"kind = "supplies"
division = { fixed = "330402" }
[columns]
supply_code = "原文"
documentary_area_m2 = { column = "原文", unit = "m2" }
agreed_start_on = "原文"
contract_far_min = "原文"
contract_far_max = "原文"
"#;
    let mapping = Mapping::parse("dirty", text).unwrap();
    let read = ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &Place::default()).unwrap();
    let by: HashMap<&str, _> = read.rows.iter().map(|row| (row.record.supply_code.as_str(), &row.record)).collect();
    let area = |cell: &str| by[cell].documentary_area_m2;
    assert_eq!(area("2163平方米"), Some(2163.0));
    assert!((area("1.672815公顷").unwrap() - 16_728.15).abs() < 1e-6);
    assert!((area("12.5亩").unwrap() - 8_333.333_333).abs() < 1e-5);
    assert_eq!(area("1,234.5"), Some(1234.5));
    assert_eq!(area("24.9480;"), Some(24.948));
    assert_eq!(area("12.0000;12.9480;"), None, "two instalments are not one number");
    assert_eq!(area("7500万元/公顷"), None, "money is no area");
    let day = |cell: &str| by[cell].agreed_start_on.map(|day| day.to_string());
    for cell in ["2017年09月10日", "2017/9/10", "42988"] {
        assert_eq!(day(cell).as_deref(), Some("2017-09-10"), "{cell}");
    }
    assert_eq!(day("20170931"), None);
    let limits = |cell: &str| (by[cell].contract_far_min, by[cell].contract_far_max);
    assert_eq!(limits("大于或等于1.1并且小于或等于2.5"), (Some(1.1), Some(2.5)));
    assert_eq!(limits("小于或等于60"), (None, Some(60.0)));
    assert_eq!(limits("210%"), (Some(2.1), Some(2.1)));
}
