//! Looking at a file before it is imported: columns, units, position, and the mapping that is proposed unaided.

use std::path::{Path, PathBuf};

use mujun::ingest::{self, CellSort, GeometrySeen, Inspection, Mapping, MappingProposal, ReadOptions, WrittenUnit};
use mujun::register::RegisterKind;
use mujun_geometry::Crs;
use serde_json::json;
use tempfile::TempDir;

use crate::ingest::jiaxing;
use crate::ingest_real::shared_data;

fn inspected(path: &Path) -> Inspection {
    ingest::inspect(path, &ReadOptions::default(), &jiaxing()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn best(inspection: &Inspection) -> &MappingProposal {
    inspection.proposals.first().expect("a proposal")
}

fn column_of<'p>(proposal: &'p MappingProposal, field: &str) -> Option<&'p str> {
    proposal.fields.iter().find(|found| found.field == field).and_then(|found| found.column.as_deref())
}

fn unit_of<'p>(proposal: &'p MappingProposal, field: &str) -> Option<&'p str> {
    proposal.fields.iter().find(|found| found.field == field).and_then(|found| found.unit.as_deref())
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Square parcels of 0.001° beside each other in 南湖区, each with these properties.
fn parcels(folder: &TempDir, name: &str, properties: impl Fn(usize) -> serde_json::Value) -> PathBuf {
    let features: Vec<serde_json::Value> = (0..6)
        .map(|index| {
            let (x, y) = (120.75 + 0.002 * index as f64, 30.75);
            let ring = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y + 0.001], [x, y]];
            json!({"type": "Feature", "properties": properties(index), "geometry": {"type": "Polygon", "coordinates": [ring]}})
        })
        .collect();
    written(folder, name, &json!({"type": "FeatureCollection", "features": features}).to_string())
}

fn code(index: usize) -> String {
    format!("330402001002GB{index:05}")
}

/// m² of one of [`parcels`], by the lengths of a thousandth of a degree at 30.75° N: 110.86 m north, 95.75 m east.
const PARCEL_M2: f64 = 10_615.0;

#[test]
fn the_real_contracts_and_notices_are_known_unaided() {
    for (file, mapping) in [
        ("jiaxing/supply_2017_jiaxing.csv", "landchina-2017"),
        ("jiaxing/supply_2017_jiaxing_gbk.csv", "landchina-2017"),
        ("jiaxing/supply_2017_jiaxing.xlsx", "landchina-2017"),
        ("jiaxing/notices_2019_jiaxing.csv", "landchina-2019"),
        ("jiaxing/notices_2019_jiaxing.xlsx", "landchina-2019"),
    ] {
        let Some(path) = shared_data(file) else { return };
        let inspection = inspected(&path);
        let proposal = best(&inspection);
        assert_eq!((proposal.kind, proposal.built_in.as_deref()), (RegisterKind::Supplies, Some(mapping)), "{file}");
        assert!(proposal.is_certain(), "{file}: {:?}", proposal.to_confirm);
        assert_eq!(inspection.preview.len(), inspection.rows_looked_at.min(10), "{file}");
    }
}

#[test]
fn swapped_headers_of_plot_ratios_are_noticed_where_no_mapping_knows_them() {
    let Some(path) = shared_data("jiaxing/supply_2017_zhejiang_industrial.csv") else { return };
    let folder = TempDir::new().unwrap();
    // Under another name of one column, so that the built-in mapping no longer fits.
    let text = std::fs::read_to_string(path).unwrap().replacen("链接", "电子监管号", 1);
    let inspection = inspected(&written(&folder, "contracts.csv", &text));
    let proposal = best(&inspection);
    assert_eq!((proposal.kind, proposal.built_in.as_deref()), (RegisterKind::Supplies, None));
    assert_eq!(column_of(proposal, "contract_far_min"), Some("约定容积率(上限)"));
    assert_eq!(column_of(proposal, "contract_far_max"), Some("约定容积率(下限)"));
    assert!(proposal.to_confirm.iter().any(|words| words.contains("写反")), "{:?}", proposal.to_confirm);
    assert!(!proposal.is_certain());
    assert_eq!(unit_of(proposal, "documentary_area_m2"), Some("hectare"));
    let mapping = Mapping::parse("proposed", &proposal.mapping_toml).unwrap();
    // The listing is of the whole province: the first row of this city is the 49th, and a row set aside shows no values.
    let preview =
        ingest::preview(&folder.path().join("contracts.csv"), &mapping, &ReadOptions::default(), &jiaxing(), 100).unwrap();
    let at = preview.fields.iter().position(|field| field.field == "contract_far_min").unwrap();
    assert!(preview.rows.iter().any(|row| row.cells[at].read.is_some()));
}

#[test]
fn headers_the_right_way_round_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let mut text = "电子监管号,行政区代码,约定容积率下限,约定容积率上限\n".to_owned();
    for row in 0..8 {
        text.push_str(&format!("D{row},330402,1.{row},2.5\n"));
    }
    let inspection = inspected(&written(&folder, "contracts.csv", &text));
    let proposal = best(&inspection);
    assert_eq!(column_of(proposal, "contract_far_min"), Some("约定容积率下限"));
    assert!(proposal.is_certain(), "{:?}", proposal.to_confirm);
}

#[test]
fn pinyin_initials_and_the_outlines_tell_fields_and_units() {
    let folder = TempDir::new().unwrap();
    let mu = PARCEL_M2 * 3.0 / 2000.0;
    let path = parcels(
        &folder,
        "parcels.geojson",
        |index| json!({"ZDDM": code(index), "TDZL": format!("南湖区某路{index}号"), "TDSYQR": format!("某公司{index}"), "ZDMJ": mu}),
    );
    let inspection = inspected(&path);
    assert_eq!(inspection.layers[0].geometry, GeometrySeen::Polygons);
    let proposal = best(&inspection);
    assert_eq!(proposal.kind, RegisterKind::Parcels);
    for (field, column) in
        [("parcel_code", "ZDDM"), ("location", "TDZL"), ("right_holder", "TDSYQR"), ("documentary_area_m2", "ZDMJ")]
    {
        assert_eq!(column_of(proposal, field), Some(column), "{:#?}", proposal.fields);
    }
    assert_eq!(unit_of(proposal, "documentary_area_m2"), Some("mu"), "the outlines say so");
    assert!(proposal.is_certain(), "{:?}", proposal.to_confirm);
    let mapping = Mapping::parse("proposed", &proposal.mapping_toml).unwrap();
    let read = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!(read.rows.len(), 6);
    let ratio = read.rows[0].record.documentary_area_m2.unwrap() / read.rows[0].record.ground.ellipsoidal_area_m2;
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn a_unit_that_nothing_shows_is_never_assumed_silently() {
    let folder = TempDir::new().unwrap();
    let table = "电子监管号,行政区代码,供地面积,成交价款\nA1,330402,1.2,300\nA2,330402,2.4,500\nA3,330402,0.8,90\n";
    let inspection = inspected(&written(&folder, "contracts.csv", table));
    let proposal = best(&inspection);
    assert_eq!(proposal.kind, RegisterKind::Supplies);
    let asked: Vec<&String> = proposal.to_confirm.iter().filter(|words| words.contains("单位")).collect();
    assert_eq!(asked.len(), 2, "{:?}", proposal.to_confirm);
    let stated = table.replace("供地面积", "供地面积（公顷）").replace("成交价款", "成交价款(万元)");
    let inspection = inspected(&written(&folder, "stated.csv", &stated));
    assert!(best(&inspection).is_certain(), "{:?}", best(&inspection).to_confirm);
}

#[test]
fn a_header_that_contradicts_the_outlines_is_asked_about() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "parcels.geojson", |index| json!({"宗地代码": code(index), "证载面积(亩)": PARCEL_M2}));
    let inspection = inspected(&path);
    let asked = &best(&inspection).to_confirm;
    assert!(asked.len() == 1 && asked[0].contains("按平方米才与图形面积相符"), "{asked:?}");
}

#[test]
fn areas_measured_on_the_web_map_are_recognised() {
    let folder = TempDir::new().unwrap();
    let latitude = 30.7505_f64.to_radians();
    let too_large = PARCEL_M2 / latitude.cos().powi(2);
    let path = parcels(&folder, "parcels.geojson", |index| json!({"宗地代码": code(index), "宗地面积": too_large}));
    let inspection = inspected(&path);
    let asked = &best(&inspection).to_confirm;
    assert!(asked.iter().any(|words| words.contains("EPSG:3857")), "{asked:?}");
    let sound = parcels(&folder, "sound.geojson", |index| json!({"宗地代码": code(index), "宗地面积": PARCEL_M2}));
    assert!(best(&inspected(&sound)).is_certain());
}

#[test]
fn money_by_area_is_not_taken_for_money() {
    let folder = TempDir::new().unwrap();
    let table = "统一社会信用代码,行政区代码,年度,亩均税收(万元/亩)\n91330400MA0000001Y,330402,2025,12.5\n";
    let inspection = inspected(&written(&folder, "years.csv", table));
    let proposal = best(&inspection);
    assert_eq!(proposal.kind, RegisterKind::EnterpriseYears);
    assert_eq!(column_of(proposal, "tax_wan_yuan"), None);
    assert_eq!(inspection.columns[3].unit, Some(WrittenUnit::WanYuanPerMu));
    let note = &proposal.unused_columns.iter().find(|unused| unused.column.starts_with("亩均")).unwrap().note;
    assert!(note.contains("强度"), "{note}");
}

#[test]
fn the_awkward_shapefiles_propose_parcels_and_say_what_is_open() {
    for file in ["gbk_ldid4d_no_cpg", "gbk_no_hint", "utf8_cpg", "gbk_bytes_cpg_says_utf8", "utf8_long_name_cut"] {
        let Some(path) = shared_data(&format!("awkward/made/{file}.shp.zip")) else { return };
        let inspection = inspected(&path);
        let proposal = best(&inspection);
        assert_eq!(proposal.kind, RegisterKind::Parcels, "{file}");
        assert_eq!(column_of(proposal, "parcel_code"), Some("编号"), "{file}");
        assert_eq!(column_of(proposal, "location"), Some("坐落"), "{file}");
        if file != "utf8_long_name_cut" {
            assert_eq!(unit_of(proposal, "documentary_area_m2"), Some("m2"), "{file}: the outlines say so");
        }
        assert!(!proposal.is_certain(), "{file}: opaque keys and an unknown land use scheme are a person's business");
        assert!(Mapping::parse("proposed", &proposal.mapping_toml).is_ok(), "{file}");
    }
}

#[test]
fn several_layers_are_listed_and_one_must_be_named() {
    let Some(path) = shared_data("awkward/made/two_layers_in_folders.zip") else { return };
    let inspection = inspected(&path);
    let seen: Vec<(&str, Option<u64>)> = inspection.layers.iter().map(|layer| (layer.name.as_str(), layer.rows)).collect();
    assert_eq!(seen, [("a", Some(20)), ("b", Some(20))]);
    assert!(inspection.layer_must_be_named);
}

#[test]
fn codes_that_a_spreadsheet_damaged_are_told_apart_and_never_read() {
    let folder = TempDir::new().unwrap();
    let table = "宗地代码,统一社会信用代码,行政区代码,用地编号\n3.30402E+18,91330400MA0000001Y,330402,1\n3.30402E+18,91330400MA0000001Y,330402,2\n";
    let inspection = inspected(&written(&folder, "occupancies.csv", table));
    let sorts: Vec<CellSort> = inspection.columns.iter().map(|column| column.sort).collect();
    assert_eq!(sorts, [CellSort::DamagedCode, CellSort::CreditCode, CellSort::DivisionCode, CellSort::Whole]);
    let proposal = best(&inspection);
    assert_eq!(proposal.kind, RegisterKind::Occupancies);
    assert!(proposal.missing_keys.iter().any(|key| key.field == "parcel_code"));
    let note = &proposal.unused_columns.iter().find(|unused| unused.column == "宗地代码").unwrap().note;
    assert!(note.contains("文本"), "{note}");
}

#[test]
fn a_preview_shows_each_field_beside_its_cell_and_keeps_what_an_import_keeps() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "parcels.geojson", |index| {
        let area = if index == 2 { json!("一点二") } else { json!("2,163平方米") };
        let code = if index == 3 { "33040200100".to_owned() } else { code(index) };
        json!({"宗地代码": code, "宗地面积": area})
    });
    let mapping = Mapping::standard(RegisterKind::Parcels);
    let preview = ingest::preview(&path, &mapping, &ReadOptions::default(), &jiaxing(), 4).unwrap();
    assert_eq!(preview.rows.len(), 4);
    let at = preview.fields.iter().position(|field| field.field == "documentary_area_m2").unwrap();
    let cells: Vec<Option<&str>> = preview.rows.iter().map(|row| row.cells[at].read.as_deref()).collect();
    assert_eq!(cells, [Some("2163"), Some("2163"), None, None], "a row without key is read no further");
    assert_eq!(preview.rows[2].cells[at].raw, "一点二");
    let kept: Vec<bool> = preview.rows.iter().map(|row| row.is_kept).collect();
    assert_eq!(kept, [true, true, true, false]);
    assert_eq!(preview.rows[0].division.as_deref(), Some("330402"));
    let read = ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &jiaxing()).unwrap();
    let issues: Vec<_> = preview.rows.iter().flat_map(|row| row.issues.iter().map(|issue| (issue.row, issue.code))).collect();
    let imported: Vec<_> =
        read.issues.iter().filter(|issue| issue.row.is_some_and(|row| row <= 4)).map(|issue| (issue.row, issue.code)).collect();
    assert_eq!(issues, imported);
}

#[test]
fn the_position_is_told_and_a_crs_that_fits_the_city_is_offered() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "sound.geojson", |index| json!({"宗地代码": code(index)}));
    let inspection = inspected(&path);
    assert_eq!(inspection.crs.verdict, ingest::CrsVerdict::InCity, "{}", inspection.crs.explanation);
    assert!(inspection.crs.fixes.is_empty());
    // Metres of EPSG:4549 in a file that must be degrees.
    let ring = [[571_815.0, 3_403_497.0], [571_915.0, 3_403_497.0], [571_915.0, 3_403_597.0], [571_815.0, 3_403_497.0]];
    let feature =
        json!({"type": "Feature", "properties": {"宗地代码": code(1)}, "geometry": {"type": "Polygon", "coordinates": [ring]}});
    let metres = written(&folder, "metres.geojson", &json!({"type": "FeatureCollection", "features": [feature]}).to_string());
    let inspection = inspected(&metres);
    assert_eq!(inspection.crs.verdict, ingest::CrsVerdict::Contradicted);
    let offered: Vec<Option<Crs>> = inspection.crs.fixes.iter().map(|fix| fix.crs).collect();
    assert_eq!(offered, [Some(Crs::CGCS2000_GK_120E)], "{:?}", inspection.crs.fixes);
}

#[test]
fn an_inspection_is_json() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "parcels.geojson", |index| json!({"宗地代码": code(index), "宗地面积": PARCEL_M2}));
    let value = serde_json::to_value(inspected(&path)).unwrap();
    assert_eq!(value["proposals"][0]["kind"], "parcels");
    assert_eq!(value["columns"][0]["sort"], "cadastral_code");
    assert_eq!(value["layers"][0]["geometry"]["sort"], "polygons");
    assert_eq!(value["crs"]["verdict"], "in_city");
    assert_eq!(value["crs"]["read_as"], 4326);
}

#[test]
fn a_sample_file_renamed_to_pinyin_initials_is_still_known() {
    let folder = TempDir::new().unwrap();
    let as_of = chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    let options = mujun::sample::SampleOptions { parcels: 60, seed: 7, as_of };
    mujun::sample::write(folder.path(), &options, &mut |_| {}).unwrap();
    let text = std::fs::read_to_string(folder.path().join("occupancies.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut renamed = header.to_owned();
    for (name, letters) in [
        ("用地编号", "YDBH"),
        ("行政区代码", "XZQDM"),
        ("统一社会信用代码", "TYSHXYDM"),
        ("宗地代码", "ZDDM"),
        ("占用面积(平方米)", "ZYMJ_M2"),
        ("起始日期", "QSRQ"),
        ("截止日期", "JZRQ"),
        ("用地方式", "YDFS"),
    ] {
        assert!(renamed.contains(name), "{renamed}");
        renamed = renamed.replacen(name, letters, 1);
    }
    assert!(renamed.trim_start_matches('\u{feff}').trim_end().is_ascii(), "{renamed}");
    let path = written(&folder, "renamed.csv", &format!("{renamed}\n{rows}"));
    let inspection = inspected(&path);
    let proposal = best(&inspection);
    assert_eq!((proposal.kind, proposal.built_in.as_deref()), (RegisterKind::Occupancies, None));
    for (field, column) in [
        ("occupancy_code", "YDBH"),
        ("enterprise_code", "TYSHXYDM"),
        ("parcel_code", "ZDDM"),
        ("occupied_area_m2", "ZYMJ_M2"),
        ("from_on", "QSRQ"),
        ("until_on", "JZRQ"),
        ("tenure", "YDFS"),
    ] {
        assert_eq!(column_of(proposal, field), Some(column), "{:#?}", proposal.fields);
    }
    assert_eq!(unit_of(proposal, "occupied_area_m2"), Some("m2"));
    let proposed = Mapping::parse("proposed", &proposal.mapping_toml).unwrap();
    let one = ingest::read_occupancies(&path, &proposed, &ReadOptions::default(), &jiaxing()).unwrap();
    let known = Mapping::built_in("sample-occupancies").unwrap();
    let other =
        ingest::read_occupancies(&folder.path().join("occupancies.csv"), &known, &ReadOptions::default(), &jiaxing()).unwrap();
    assert_eq!(one.rows, other.rows, "the same records by either mapping");
}

#[test]
fn a_register_that_is_asked_for_is_proposed_however_little_the_table_looks_like_it() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, "t.csv", "a,b,c\n1,x,2020-01-01\n2,y,2021-01-01\n");
    assert!(inspected(&path).proposals.is_empty(), "nothing looks like a register here");
    let wanted = Some(RegisterKind::Supplies);
    let asked = ingest::inspect_for(&path, &ReadOptions::default(), &jiaxing(), wanted).unwrap();
    let [proposal] = asked.proposals.as_slice() else { panic!("{:?}", asked.proposals) };
    assert_eq!(proposal.kind, RegisterKind::Supplies);
    let missing: Vec<&str> = proposal.missing_keys.iter().map(|key| key.field.as_str()).collect();
    assert_eq!(missing, ["supply_code", "division"]);
    let price = proposal.other_fields.iter().find(|field| field.field == "price_wan_yuan").unwrap();
    assert_eq!(price.unit, Some("wan_yuan"), "a sum is read in a unit");
    let other = |name: &str| proposal.other_fields.iter().any(|field| field.field == name);
    assert!(other("contract_signed_on") && !other("supply_code"), "a key is missing, not merely another field");
    // Ground cannot be read from a table without any.
    let parcels = ingest::inspect_for(&path, &ReadOptions::default(), &jiaxing(), Some(RegisterKind::Parcels)).unwrap();
    assert!(parcels.proposals.is_empty());
}

#[test]
fn every_other_field_can_be_added_to_the_proposed_mapping_as_it_is_offered() {
    let folder = TempDir::new().unwrap();
    let path = parcels(&folder, "p.geojson", |index| json!({"宗地代码": code(index), "x": 1.0}));
    for kind in RegisterKind::ALL {
        let asked = ingest::inspect_for(&path, &ReadOptions::default(), &jiaxing(), Some(kind)).unwrap();
        let proposal = asked.proposals.iter().find(|proposal| proposal.kind == kind).expect("asked for");
        for field in &proposal.other_fields {
            let line = match field.unit {
                Some(unit) => format!("{} = {{ column = \"x\", unit = \"{unit}\" }}\n", field.field),
                None => format!("{} = \"x\"\n", field.field),
            };
            let toml = proposal.mapping_toml.replacen("[columns]\n", &format!("[columns]\n{line}"), 1);
            let faults = Mapping::parse("p", &toml).err().map(|faults| format!("{faults:?}")).unwrap_or_default();
            assert!(!faults.contains(field.field), "{kind:?}: {faults}");
        }
    }
}

#[test]
fn what_is_said_of_the_position_asks_for_no_option_of_the_command_line() {
    let folder = TempDir::new().unwrap();
    let wkt = |x: f64, y: f64| {
        format!("宗地代码,WKT\n{},\"POLYGON(({x} {y},{} {y},{} {},{x} {y}))\"\n", code(1), x + 50.0, x + 50.0, y + 50.0)
    };
    let plane = inspected(&written(&folder, "plane.csv", &wkt(40_571_815.0, 3_403_497.0)));
    assert_eq!(plane.crs.verdict, ingest::CrsVerdict::Undeclared);
    assert!(plane.crs.explanation.contains("EPSG:4528") && !plane.crs.explanation.contains("--"), "{}", plane.crs.explanation);
    assert!(!plane.crs.explanation.contains("plane.csv"), "the page knows the file: {}", plane.crs.explanation);
    assert_eq!(plane.crs.fixes[0].option, "--crs EPSG:4528", "the command line shows it at the fix");
}

#[test]
fn rows_that_were_set_aside_are_known_by_the_mapping_that_they_came_under() {
    let folder = TempDir::new().unwrap();
    let columns = [
        "ZL", "QLR", "BSDW", "GXSJ", "HYDM", "LDMJ", "YDBJ", "YTDM", "ZDDM", "ZZMJ", "GZWMJ", "JCYDMJ", "LTDCMJ", "XZBGJZMJ",
        "XZBGYDMJ",
    ];
    let row = |index: usize, more: &[(&str, &str)]| {
        let mut properties: serde_json::Map<_, _> = columns.map(|column| (column.to_owned(), json!("1"))).into_iter().collect();
        properties.insert("ZDDM".to_owned(), json!(code(index)));
        properties.extend(more.iter().map(|(column, text)| ((*column).to_owned(), json!(text))));
        serde_json::Value::Object(properties)
    };
    let beside = [("原行号", "5"), ("隔离代码", "ING-001"), ("隔离原因", "宗地代码为空"), ("处理办法", "请补齐")];
    let mended = inspected(&parcels(&folder, "隔离.geojson", |index| row(index, &beside)));
    assert_eq!(best(&mended).built_in.as_deref(), Some("sample-parcels"));
    assert_eq!(best(&mended).unused_columns, []);
    assert_eq!(mended.columns.len(), columns.len() + beside.len(), "all are shown");
    // Another column is one that the mapping was not made for.
    let other = inspected(&parcels(&folder, "其他.geojson", |index| row(index, &[("备考", "一")])));
    assert_eq!(best(&other).built_in, None);
}
