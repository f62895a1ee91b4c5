//! Intake of the registers on contracts, deductions and enterprises: clean rows, and each fault with its code; then from the
//! files to the registers that an evaluation reads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use mujun::app::evaluation::registers;
use mujun::ingest::{self, IngestIssue, Ingested, IssueCode, Mapping, Place, ReadOptions, RegisteredKeys, Severity};
use mujun::register::{ConstructionState, DeductionKind, RegisterKind, SizeClass, SupplyEventKind, Tenure};
use mujun::sample::{self, DIVISIONS_GEOJSON, SampleManifest, SampleOptions};
use tempfile::TempDir;

use crate::ingest::{codes, of};
use crate::support::{TestCity, take};

/// GB 32100 with a registration class that no enterprise has.
const RIGHT: &str = "Y1330402EX0000001X";
const WRONG: &str = "Y1330402EX00000010";

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

/// These codes of 330402, as a register holds them.
fn keys(codes: &[&str]) -> RegisteredKeys {
    RegisteredKeys::of_marks(codes.iter().map(|code| RegisteredKeys::mark("330402", code)).collect())
}

/// Reads a table by the standard mapping of its register.
macro_rules! read {
    ($read:ident, $kind:expr, $place:expr, $text:expr) => {{
        let folder = TempDir::new().unwrap();
        let path = write(&folder, "a.csv", $text);
        ingest::$read(&path, &Mapping::standard($kind), &ReadOptions::default(), $place).unwrap()
    }};
}

/// The faults of one row, by code; those of the file as a whole are left out.
fn at<R>(read: &Ingested<R>, row: i32) -> Vec<(&'static str, Severity)> {
    read.issues.iter().filter(|issue| issue.row == Some(row)).map(|issue| (issue.code, issue.severity)).collect()
}

fn only(issues: &[IngestIssue], code: IssueCode) -> &IngestIssue {
    let found = of(issues, code);
    assert_eq!(found.len(), 1, "{:?}", codes(issues));
    found[0]
}

fn numbers<R>(read: &Ingested<R>) -> Vec<i32> {
    read.rows.iter().map(|row| row.number).collect()
}

#[test]
fn an_extension_and_a_suspension_are_read_with_their_days() {
    let table = "\
行政区代码,事件编号,电子监管号,种类,起始日期,截止日期,新约定开工日期,新约定竣工日期,文号,文件日期,备注
330402,E1,S1,延期补充协议,2024年3月1日,,2025-03-01,2027-03-01,补 1 号,2024-03-01,协商
330402,E2,S1,司法查封,2024-05-01,2024-05-01,,,法 2 号,2024-05-02,
330402,E3,S1,不可抗力,2024-06-01,,,,证 3 号,,
";
    let read = read!(read_supply_events, RegisterKind::SupplyEvents, &Place::default(), table);
    assert!(read.issues.iter().all(|issue| issue.row.is_none()), "{:#?}", read.issues);
    let [extension, seizure, storm] = [0, 1, 2].map(|index| &read.rows[index].record);
    assert_eq!((extension.event_kind, extension.starts_on), (SupplyEventKind::Extension, day("2024-03-01").unwrap()));
    assert_eq!((extension.new_start_on, extension.new_finish_on), (day("2025-03-01"), day("2027-03-01")));
    assert_eq!((extension.document_number.as_deref(), extension.remark.as_deref()), (Some("补 1 号"), Some("协商")));
    assert_eq!((seizure.event_kind, seizure.ends_on), (SupplyEventKind::CourtSeizure, day("2024-05-01")), "one day long");
    assert_eq!((storm.event_kind, storm.ends_on), (SupplyEventKind::ForceMajeure, None), "not ended");
}

#[test]
fn events_that_cannot_be_used_are_set_aside_with_the_reason() {
    let table = "\
行政区代码,事件编号,电子监管号,种类,起始日期,截止日期,新约定开工日期,新约定竣工日期,文号
330402,E1,S1,延期补充协议,2024-03-01,,,2027-03-01,补 1 号
330402,E2,S1,政府原因,2024-05-02,2024-05-01,,,函 2 号
330402,E3,S1,停工,2024-05-02,,,,函 3 号
330402,E4,S1,政府原因,,,,,函 4 号
330402,E5,,政府原因,2024-05-02,,,,函 5 号
";
    let read = read!(read_supply_events, RegisterKind::SupplyEvents, &Place::default(), table);
    assert_eq!((read.rows.len(), read.source.rows_quarantined), (0, 5));
    assert_eq!(at(&read, 1), [(IssueCode::KeyMissing.code(), Severity::BlocksRow)]);
    assert_eq!(at(&read, 2), [(IssueCode::PeriodReversed.code(), Severity::BlocksRow)]);
    for row in [3, 4, 5] {
        assert_eq!(at(&read, row), [(IssueCode::KeyMissing.code(), Severity::BlocksRow)], "row {row}");
    }
    let missing = read.issues.iter().find(|issue| issue.row == Some(1)).unwrap();
    assert!(missing.message.contains("新的约定开工日期"), "{}", missing.message);
    assert_eq!(missing.raw_row.as_ref().unwrap()["事件编号"], "E1");
    let reversed = only(&read.issues, IssueCode::PeriodReversed);
    assert!(reversed.message.contains("2024-05-01") && reversed.message.contains("2024-05-02"), "{}", reversed.message);
}

#[test]
fn an_event_without_a_document_is_kept_and_told_that_it_stops_no_clock() {
    let table = "\
行政区代码,事件编号,电子监管号,种类,起始日期,截止日期,新约定开工日期,新约定竣工日期,文号
330402,E1,S1,政府原因,2024-05-02,,,,
330402,E2,S1,延期补充协议,2024-05-02,2024-06-01,2025-05-02,2025-05-01,补 2 号
330402,E3,S1,不可抗力,2024-05-02,,2025-05-02,,证 3 号
";
    let read = read!(read_supply_events, RegisterKind::SupplyEvents, &Place::default(), table);
    assert_eq!(numbers(&read), [1, 2, 3]);
    let undocumented = only(&read.issues, IssueCode::EventUndocumented);
    assert_eq!((undocumented.row, undocumented.severity), (Some(1), Severity::Notice));
    assert!(undocumented.message.contains("不停止期限的计算"), "{}", undocumented.message);
    assert_eq!(
        at(&read, 2),
        [(IssueCode::Contradiction.code(), Severity::Degrades), (IssueCode::FinishBeforeStart.code(), Severity::Degrades)]
    );
    let extension = &read.rows[1].record;
    assert_eq!((extension.ends_on, extension.new_start_on, extension.new_finish_on), (None, day("2025-05-02"), None));
    assert_eq!(at(&read, 3), [(IssueCode::Contradiction.code(), Severity::Degrades)]);
    assert_eq!(read.rows[2].record.new_start_on, None, "only an extension moves the agreed start");
}

#[test]
fn the_progress_and_the_plan_of_a_contract_are_read_in_their_units() {
    let table = "\
行政区代码,电子监管号,约定开工日期,约定竣工日期,施工情况,实际开工日期,规划条件容积率下限,规划条件容积率上限,规划条件建筑密度上限(%),\
规划条件文号,应动工开发面积(公顷),已动工开发面积(公顷),总投资额(万元),已投资额(万元),中止开发建设日期
330402,S1,2023-01-01,2025-01-01,在建,2023-02-01,1.2,2.0,55,规 1 号,2,1500平方米,1亿元,2500000元,2024-05-06
330402,S2,2023-01-01,2022-12-31,在建,2023-02-01,2.0,1.2,155,,3亩,4亩,1000,1300,2022-05-06
330402,S3,2023-01-01,2025-01-01,未开工,,,,,,0,-1,0,三百,
330402,S4,2023-01-01,2025-01-01,未开工,,,,,,,,,,2024-01-01
";
    let read = read!(read_supplies, RegisterKind::Supplies, &Place::default(), table);
    assert_eq!(numbers(&read), [1, 2, 3, 4], "no contract is dropped");
    let clean = &read.rows[0].record;
    assert_eq!((clean.plan_far_min, clean.plan_far_max, clean.plan_density_max), (Some(1.2), Some(2.0), Some(0.55)));
    assert_eq!((clean.due_area_m2, clean.developed_area_m2), (Some(20_000.0), Some(1_500.0)), "the cell's unit wins");
    assert_eq!((clean.total_investment_wan_yuan, clean.invested_wan_yuan), (Some(10_000.0), Some(250.0)));
    assert_eq!((clean.plan_condition_document.as_deref(), clean.stopped_on), (Some("规 1 号"), day("2024-05-06")));
    assert_eq!(at(&read, 1), []);
    let odd = &read.rows[1].record;
    assert_eq!((odd.agreed_start_on, odd.agreed_finish_on), (day("2023-01-01"), None));
    assert_eq!(only(&read.issues, IssueCode::FinishBeforeStart).code, "ING-036");
    assert_eq!((odd.plan_far_min, odd.plan_far_max, odd.plan_density_max, odd.stopped_on), (None, None, None, None));
    assert_eq!((odd.total_investment_wan_yuan, odd.invested_wan_yuan), (Some(1_000.0), Some(1_300.0)), "both are kept");
    let wholes = of(&read.issues, IssueCode::PartExceedsWhole);
    assert_eq!(wholes.iter().map(|issue| (issue.row, issue.severity)).collect::<Vec<_>>(), [(Some(2), Severity::Notice); 2]);
    let idle = &read.rows[2].record;
    assert_eq!((idle.due_area_m2, idle.developed_area_m2), (None, None));
    assert_eq!((idle.total_investment_wan_yuan, idle.invested_wan_yuan), (None, None));
    assert_eq!(idle.construction_state, Some(ConstructionState::NotStarted));
    let halted = &read.rows[3].record;
    assert_eq!((halted.construction_state, halted.stopped_on), (None, day("2024-01-01")), "what stopped had begun");
}

#[test]
fn the_layout_and_the_mark_of_a_parcel_and_the_approval_of_a_project_are_read() {
    let folder = TempDir::new().unwrap();
    let ring = "[[[120.7,30.75],[120.701,30.75],[120.701,30.751],[120.7,30.751],[120.7,30.75]]]";
    let feature = |properties: &str| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}]}}"#
        )
    };
    let parcel = feature(
        r#""宗地代码":"330402001002GB00012","已建成用地面积":"15亩","构筑物占地面积":-3,"露天堆场用地面积":0,"行政办公及生活服务设施用地面积":600.5,"行政办公及生活服务设施建筑面积":"1公顷","绿地面积":"不详","用地标记":"M0""#,
    );
    let path = write(&folder, "parcels.geojson", &parcel);
    let read = ingest::read_parcels(&path, &Mapping::standard(RegisterKind::Parcels), &ReadOptions::default(), &Place::default())
        .unwrap();
    let row = &read.rows[0].record;
    assert!((row.stated_built_land_m2.unwrap() - 10_000.0).abs() < 1e-6, "15 亩");
    assert_eq!((row.stated_structures_m2, row.stated_yard_m2), (None, Some(0.0)));
    assert_eq!((row.stated_office_land_m2, row.stated_office_floor_m2), (Some(600.5), Some(10_000.0)));
    assert_eq!((row.stated_green_m2, row.land_use_mark.as_deref()), (None, Some("M0")));
    assert_eq!(only(&read.issues, IssueCode::OutOfRange).column.as_deref(), Some("构筑物占地面积"));
    let project = feature(
        r#""行政区代码":"330402","项目编号":"X1","项目名称":"甲","改造方式":"改造提升","批准文号":"改 1 号","通用类厂房":"是","符合规划":"大概","例外理由":"工艺","例外批准文件":"例 1 号""#,
    );
    let path = write(&folder, "projects.geojson", &project);
    let read =
        ingest::read_projects(&path, &Mapping::standard(RegisterKind::Projects), &ReadOptions::default(), &Place::default())
            .unwrap();
    let row = &read.rows[0].record;
    assert_eq!((row.general_purpose_factory, row.conforms_to_plan), (Some(true), None));
    assert_eq!(only(&read.issues, IssueCode::WordUnknown).value.as_deref(), Some("大概"));
    let texts = [&row.approval_document, &row.exception_reason, &row.exception_document].map(|text| text.as_deref());
    assert_eq!(texts, [Some("改 1 号"), Some("工艺"), Some("例 1 号")]);
}

#[test]
fn a_property_that_a_feature_lacks_is_missing_and_not_zero() {
    let folder = TempDir::new().unwrap();
    let ring = "[[[120.7,30.75],[120.701,30.75],[120.701,30.751],[120.7,30.751],[120.7,30.75]]]";
    let feature = |code: &str, more: &str| {
        format!(
            r#"{{"type":"Feature","properties":{{"宗地代码":"{code}"{more}}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}"#
        )
    };
    let whole = r#","绿地面积":0,"露天堆场用地面积":0.0"#;
    let features = [feature("330402001002GB00012", whole), feature("330402001002GB00013", "")].join(",");
    let path = write(&folder, "a.geojson", &format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#));
    let read = ingest::read_parcels(&path, &Mapping::standard(RegisterKind::Parcels), &ReadOptions::default(), &Place::default())
        .unwrap();
    let areas = |index: usize| (read.rows[index].record.stated_green_m2, read.rows[index].record.stated_yard_m2);
    assert_eq!((areas(0), areas(1)), ((Some(0.0), Some(0.0)), (None, None)));
}

#[test]
fn a_deduction_needs_its_ground_and_may_name_no_approval() {
    let folder = TempDir::new().unwrap();
    let square =
        r#"{"type":"Polygon","coordinates":[[[120.7,30.75],[120.701,30.75],[120.701,30.751],[120.7,30.751],[120.7,30.75]]]}"#;
    let feature = |code: &str, more: &str, geometry: &str| {
        format!(r#"{{"type":"Feature","properties":{{"行政区代码":"330402","核减编号":"{code}",{more}}},"geometry":{geometry}}}"#)
    };
    let named = r#""核减种类":"准予扣除","批准文号":"土 9 号","核减理由":"绿地","文号":"核 1 号","决定日期":"2024-05-06","核减面积(公顷)":1.06"#;
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{},{},{},{}]}}"#,
        feature("D1", named, square),
        feature("D2", r#""核减种类":"收回""#, square),
        feature("D3", r#""核减种类":"收回""#, "null"),
        feature("D4", r#""核减种类":"核销""#, square),
    );
    let path = write(&folder, "a.geojson", &text);
    let mut place = Place::default();
    place.registered.insert(RegisterKind::Approvals, keys(&["土 1 号"]));
    let read =
        ingest::read_deductions(&path, &Mapping::standard(RegisterKind::Deductions), &ReadOptions::default(), &place).unwrap();
    assert_eq!(numbers(&read), [1, 2]);
    let [first, second] = [&read.rows[0].record, &read.rows[1].record];
    assert_eq!((first.deduction_kind, first.reason.as_deref()), (DeductionKind::Permitted, Some("绿地")));
    assert_eq!((first.documentary_area_m2, first.decided_on), (Some(10_600.0), day("2024-05-06")));
    assert_eq!((second.deduction_kind, second.approval_number.as_deref()), (DeductionKind::Withdrawn, None));
    assert_eq!(at(&read, 1), [(IssueCode::NotRegistered.code(), Severity::Notice)], "the approval is not registered");
    assert_eq!(at(&read, 2), [], "{:#?}", read.issues);
    assert_eq!(at(&read, 3), [(IssueCode::GeometryMissing.code(), Severity::BlocksRow)]);
    assert_eq!(at(&read, 4), [(IssueCode::KeyMissing.code(), Severity::BlocksRow)]);
}

#[test]
fn a_credit_code_with_a_wrong_check_character_is_kept_and_told() {
    let table = format!(
        "行政区代码,统一社会信用代码,企业名称,行业代码\n330402,{RIGHT},甲,C35\n330402,{WRONG},乙,3511\n330402,本地-7,丙,\n330402,,丁,35\n330402,戊1,,35\n"
    );
    let read = read!(read_enterprises, RegisterKind::Enterprises, &Place::default(), &table);
    assert_eq!(numbers(&read), [1, 2, 3]);
    assert_eq!((at(&read, 1), at(&read, 3)), (vec![], vec![]), "a local key is not checked");
    assert_eq!(at(&read, 2), [(IssueCode::CreditCodeDoubtful.code(), Severity::Notice)]);
    let doubtful = only(&read.issues, IssueCode::CreditCodeDoubtful);
    assert!(doubtful.message.contains("校验位应为“X”"), "{}", doubtful.message);
    assert_eq!((doubtful.value.as_deref(), read.rows[1].record.enterprise_code.as_str()), (Some(WRONG), WRONG));
    assert_eq!(read.rows[1].record.industry_code.as_deref(), Some("35"));
    assert_eq!((at(&read, 4)[0].0, at(&read, 5)[0].0), (IssueCode::KeyMissing.code(), IssueCode::KeyMissing.code()));
}

#[test]
fn an_occupancy_of_an_unknown_parcel_is_kept_and_one_that_ends_before_it_begins_is_not() {
    let small = RIGHT.to_lowercase();
    let table = format!(
        "行政区代码,用地编号,统一社会信用代码,宗地代码,占用面积(平方米),起始日期,截止日期,用地方式\n\
         330402,O1,{small},P1,12亩,2020-01-01,2024-12-31,租赁\n\
         330402,O2,{RIGHT},P9,0,,,借用\n\
         330411,O3,{RIGHT},P1,500,,,自有\n\
         330402,O4,{RIGHT},P1,500,2024-01-02,2024-01-01,自有\n"
    );
    let registered = BTreeMap::from([(RegisterKind::Enterprises, keys(&[RIGHT])), (RegisterKind::Parcels, keys(&["P1"]))]);
    let place = Place { registered, ..Place::default() };
    let read = read!(read_occupancies, RegisterKind::Occupancies, &place, &table);
    assert_eq!(numbers(&read), [1, 2, 3]);
    let first = &read.rows[0].record;
    assert_eq!(first.enterprise_code, RIGHT, "capitals and small letters are one code");
    assert_eq!((first.occupied_area_m2, first.tenure, first.until_on), (Some(8_000.0), Some(Tenure::Lease), day("2024-12-31")));
    assert_eq!(at(&read, 1), []);
    let told: Vec<&str> = at(&read, 2).into_iter().map(|(code, _)| code).collect();
    assert_eq!(told, [IssueCode::NotRegistered, IssueCode::OutOfRange, IssueCode::WordUnknown].map(IssueCode::code));
    let elsewhere = [(IssueCode::NotRegistered.code(), Severity::Notice); 2];
    assert_eq!(at(&read, 3), elsewhere, "neither is registered in that county");
    assert_eq!(at(&read, 4), [(IssueCode::PeriodReversed.code(), Severity::BlocksRow)]);
}

#[test]
fn years_out_of_range_are_set_aside_and_a_refund_is_kept_with_a_notice() {
    let table = format!(
        "行政区代码,统一社会信用代码,年份,企业规模,税收实际贡献(万元),用地面积(亩),评价等次,评价说明\n\
         330402,{RIGHT},2024,规上,1234.5,30,D类,亩均偏低\n\
         330402,{RIGHT},2025年,规下,-12.5,3公顷,不评定,投产未满两年\n\
         330402,{RIGHT},1989,规下,1,3,A,\n\
         330402,{RIGHT},2101,规下,1,3,A,\n\
         330402,{RIGHT},2024,规下,1,3,A,\n\
         330402,本地-7,2024,中型,12万,-3,E,\n"
    );
    let read = read!(read_enterprise_years, RegisterKind::EnterpriseYears, &Place::default(), &table);
    assert_eq!(numbers(&read), [1, 2, 6]);
    let [first, second, third] = [0, 1, 2].map(|index| &read.rows[index].record);
    assert_eq!((first.year, first.size_class, first.tax_wan_yuan), (2024, Some(SizeClass::AboveScale), Some(1_234.5)));
    assert_eq!((first.land_area_m2, first.grade.as_deref()), (Some(20_000.0), Some("D")));
    assert_eq!((second.year, second.tax_wan_yuan, second.land_area_m2), (2025, Some(-12.5), Some(30_000.0)));
    assert_eq!((second.grade.as_deref(), second.grade_reason.as_deref()), (Some("not_assessed"), Some("投产未满两年")));
    assert_eq!(at(&read, 2), [(IssueCode::TaxNegative.code(), Severity::Notice)]);
    for row in [3, 4] {
        assert_eq!(at(&read, row), [(IssueCode::KeyMissing.code(), Severity::BlocksRow)], "row {row}");
    }
    assert_eq!(at(&read, 5), [(IssueCode::DuplicateKey.code(), Severity::BlocksRow)], "one row an enterprise and year");
    assert_eq!((third.size_class, third.tax_wan_yuan, third.land_area_m2, &third.grade), (None, Some(12.0), None, &None));
}

#[test]
fn every_register_is_named_where_people_look_for_its_word() {
    for file in ["README.md", "geodata/mappings/README.md", "src/cli/import.rs"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        for kind in RegisterKind::ALL {
            assert!(text.contains(kind.as_str()), "{file} does not name {}", kind.as_str());
        }
    }
}

#[test]
fn an_empty_register_is_told_once_and_not_once_a_row() {
    let table = format!("行政区代码,统一社会信用代码,年份\n330402,{RIGHT},2023\n330402,{RIGHT},2024\n");
    let place =
        Place { registered: BTreeMap::from([(RegisterKind::Enterprises, RegisteredKeys::default())]), ..Place::default() };
    let read = read!(read_enterprise_years, RegisterKind::EnterpriseYears, &place, &table);
    let told = only(&read.issues, IssueCode::NotRegistered);
    assert_eq!((told.row, read.rows.len()), (None, 2));
    assert!(told.message.contains("2 行"), "{}", told.message);
}

#[tokio::test]
async fn the_sample_city_reaches_the_registers_that_an_evaluation_reads() {
    let city = TestCity::new().await;
    let folder = TempDir::new().unwrap();
    let boundaries = write(&folder, "divisions.geojson", DIVISIONS_GEOJSON);
    take(&city, RegisterKind::Divisions, boundaries, "divisions-standard").await;
    let options = SampleOptions { parcels: 400, seed: 7, as_of: "2026-06-30".parse().unwrap() };
    let manifest = sample::write(folder.path(), &options, &mut |_| {}).unwrap();
    let mut told: BTreeMap<String, Vec<IngestIssue>> = BTreeMap::new();
    for file in &manifest.files {
        let report = take(&city, file.kind.parse().unwrap(), folder.path().join(&file.path), &file.mapping).await;
        told.insert(file.path.clone(), report.issues);
    }
    let mut conn = city.connection().await;
    let registers = registers(&mut conn, None).await.unwrap();
    let rows = |path: &str| manifest.files.iter().find(|file| file.path == path).unwrap().rows as usize;
    assert_eq!(registers.supply_events.len(), rows("supply-events.xlsx") - 2, "the two that cannot be used are set aside");
    assert_eq!(registers.deductions.len(), rows("deductions.gpkg"));
    assert_eq!(registers.enterprises.len(), rows("enterprises.csv"));
    assert_eq!(registers.occupancies.len(), rows("occupancies.csv"));
    assert_eq!(registers.enterprise_years.len(), rows("enterprise-years.csv") - 1, "1899 is no year");
    assert!(registers.supplies.iter().any(|row| row.record.plan_condition_document.is_some()));
    assert!(registers.parcels.iter().any(|row| row.record.stated_green_m2.is_some()));
    assert!(registers.projects.iter().any(|row| row.record.conforms_to_plan == Some(true)));
    told_in_the_right_row(&manifest, &told, "enterprise-years.csv", "unknown-enterprise", IssueCode::NotRegistered);
    told_in_the_right_row(&manifest, &told, "occupancies.csv", "unknown-parcel", IssueCode::NotRegistered);
    told_in_the_right_row(&manifest, &told, "enterprises.csv", "wrong-check-character", IssueCode::CreditCodeDoubtful);
    told_in_the_right_row(&manifest, &told, "supplies.xlsx", "invested-above-total", IssueCode::PartExceedsWhole);
    let case = manifest.cases.iter().find(|case| case.case == "tenant").unwrap();
    let tenant = registers.occupancies.iter().find(|row| row.record.occupancy_code == case.key).unwrap();
    assert_eq!((tenant.record.tenure, tenant.source_row as u64), (Some(Tenure::Lease), case.row));
    let path = Path::new(&case.file);
    assert_eq!(registers.files[&tenant.import_id].as_ref(), path.file_name().unwrap().to_str().unwrap());
}

fn told_in_the_right_row(
    manifest: &SampleManifest,
    told: &BTreeMap<String, Vec<IngestIssue>>,
    file: &str,
    fault: &str,
    code: IssueCode,
) {
    let planted = manifest.planted.iter().find(|planted| planted.fault == fault).unwrap();
    let rows: Vec<Option<i32>> = of(&told[file], code).into_iter().map(|issue| issue.row).collect();
    assert_eq!(rows, [Some(planted.row as i32)], "{fault}: {:#?}", told[file]);
}
