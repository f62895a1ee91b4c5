//! Rows that were set aside come back as a file: with their columns, their outline where they came from, and the reason; mended
//! and sent again, they are in.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use calamine::{Data, Reader, Xlsx, open_workbook};
use gdal::vector::{Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use http_body_util::BodyExt;
use mujun::app::import::{ImportEnding, ImportReport, ImportRequest, MappingChoice, import, unwatched};
use mujun::app::quarantine::{QuarantineError, QuarantineFormat, export};
use mujun::ingest::write::{Cell, Field, LayerSpec, VectorFormat, VectorWriter, WorkbookSpec, WorkbookWriter};
use mujun::register::RegisterKind;
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::MultiPolygon;
use tower::ServiceExt;

use super::{present, routes};
use crate::runs::world::World;
use crate::town::{day, rectangle};

const MAPPING: &str = r#"
name = "office-parcels"
kind = "parcels"
code_scheme = "opaque"
division = { by = "location" }
[columns]
parcel_code = "宗地代码"
location = "坐落"
documentary_area_m2 = { column = "面积", unit = "mu" }
"#;

const FIELDS: [Field<'_>; 4] =
    [Field::text("宗地代码", 40), Field::text("坐落", 80), Field::text("面积", 20), Field::text("Geom", 20)];

/// What an office sent: one good row, one without a code, one whose code was given twice, one far outside the city.
fn office_file(folder: &Path) -> PathBuf {
    let path = folder.join("宗地.gpkg");
    let layer =
        LayerSpec {
            name: "宗地", description: "示例", crs: Crs::CGCS2000_GK_120E, fields: &FIELDS, dated: day("2026-06-30")
        };
    let mut writer = VectorWriter::create(&path, VectorFormat::GeoPackage, &layer).unwrap();
    let rows: Vec<(MultiPolygon<f64>, [&str; 4])> = vec![
        (rectangle(0.0, 0.0, 100.0, 100.0), ["Z1", "甲路1号", "15", "a"]),
        (rectangle(200.0, 0.0, 100.0, 100.0), ["", "乙路2号", "15.0", "b"]),
        (rectangle(400.0, 0.0, 100.0, 100.0), ["Z1", "丙路3号", "24.9480;", "c"]),
        (rectangle(100_000.0, 0.0, 100.0, 100.0), ["Z4", "远处", "15", "d"]),
    ];
    let cells = |cells: &[&str; 4]| cells.iter().map(|cell| if cell.is_empty() { Cell::Empty } else { (*cell).into() }).collect();
    writer.append(rows.iter().map(|(outline, row)| (Some(outline), cells(row)))).unwrap();
    writer.finish(day("2026-06-30")).unwrap();
    path
}

async fn send(world: &World, path: &Path) -> (i64, ImportReport) {
    let mapping = MappingChoice::Text { name: "office-parcels".into(), toml: MAPPING.into() };
    let request = ImportRequest { mapping, ..ImportRequest::new(RegisterKind::Parcels, path.to_owned()) };
    let report = import(&world.city.pool, request, &unwatched).await.unwrap();
    let ImportEnding::Committed { import_id, .. } = report.ending else { panic!("{:?}", report.ending) };
    (import_id, report)
}

fn open(path: &Path, flags: GdalOpenFlags) -> Dataset {
    Dataset::open_ex(path, DatasetOptions { open_flags: flags | GdalOpenFlags::GDAL_OF_VECTOR, ..DatasetOptions::default() })
        .unwrap()
}

#[tokio::test]
async fn rows_that_were_set_aside_are_mended_and_sent_again() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (id, report) = send(&world, &office_file(folder.path())).await;
    assert_eq!((report.source.rows_quarantined, report.appended.new), (3, 1), "{:#?}", report.issues);

    let mended = folder.path().join("mended.gpkg");
    let exported = export(&world.city.pool, id, QuarantineFormat::GeoPackage, &mended).await.unwrap();
    assert_eq!((exported.rows, exported.file_name.as_str()), (3, format!("宗地-隔离-{id}.gpkg").as_str()));
    {
        let dataset = open(&mended, GdalOpenFlags::GDAL_OF_UPDATE);
        let layer = dataset.layer(0).unwrap();
        assert_eq!(layer.spatial_ref().unwrap().auth_code().unwrap(), 4549, "in the reference system in which it came");
        let names: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
        for name in ["宗地代码", "坐落", "面积", "Geom", "原行号", "隔离代码", "隔离原因", "处理办法"] {
            assert!(names.contains(&name.to_owned()), "{name} is not in {names:?}");
        }
        let at = |name: &str| names.iter().position(|known| known == name).unwrap();
        let mut layer = dataset.layer(0).unwrap();
        let rows: Vec<_> = layer.features().collect();
        let text = |row: &gdal::vector::Feature<'_>, name: &str| row.field_as_string(at(name)).unwrap().unwrap_or_default();
        assert_eq!(rows.iter().map(|row| text(row, "原行号")).collect::<Vec<_>>(), ["2", "3", "4"]);
        assert_eq!(rows.iter().map(|row| text(row, "隔离代码")).collect::<Vec<_>>(), ["ING-001", "ING-003", "ING-017"]);
        assert_eq!(rows.iter().map(|row| text(row, "面积")).collect::<Vec<_>>(), ["15.0", "24.9480;", "15"], "as it came");
        assert_eq!(rows.iter().map(|row| text(row, "Geom")).collect::<Vec<_>>(), ["b", "c", "d"]);
        assert!(rows.iter().all(|row| !text(row, "隔离原因").is_empty() && !text(row, "处理办法").is_empty()));
        for row in &rows {
            assert!((row.geometry().unwrap().area() - 10_000.0).abs() < 1e-6);
        }
        let far = Geometry::from_wkt(
            "MULTIPOLYGON (((572415 3403497, 572515 3403497, 572515 3403597, 572415 3403597, 572415 3403497)))",
        );
        let writing = dataset.layer(0).unwrap();
        for (mut row, code) in rows.into_iter().zip(["Z2", "Z3", "Z4"]) {
            row.set_field_string(at("宗地代码"), code).unwrap();
            if code == "Z4" {
                row.set_geometry(far.clone().unwrap()).unwrap();
            }
            writing.set_feature(row).unwrap();
        }
    }
    let (again, report) = send(&world, &mended).await;
    assert_eq!((report.source.rows_quarantined, report.appended.new), (0, 3), "{:#?}", report.issues);
    assert_eq!(present(&world).await.keys().collect::<Vec<_>>(), ["Z1", "Z2", "Z3", "Z4"]);
    let nothing = export(&world.city.pool, again, QuarantineFormat::Workbook, &folder.path().join("none.xlsx")).await;
    assert!(matches!(nothing, Err(QuarantineError::Nothing { import_id }) if import_id == again));
}

#[tokio::test]
async fn a_workbook_of_rows_set_aside_is_mended_and_sent_again() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("合同.xlsx");
    let headers = ["行政区代码", "电子监管号", "项目名称", "签订日期"];
    let spec = WorkbookSpec { sheet: "合同", headers: &headers, title: "示例", remark: "示例", dated: day("2026-06-30") };
    let mut writer = WorkbookWriter::create(&path, &spec).unwrap();
    writer.append(&["330402".into(), "S1".into(), "甲项目".into(), day("2020-05-01").into()]).unwrap();
    writer.append(&["330402".into(), Cell::Empty, "乙项目".into(), day("2021-05-01").into()]).unwrap();
    writer.append(&["999999".into(), "S3".into(), "丙项目".into(), Cell::Empty]).unwrap();
    writer.finish().unwrap();
    let take = |path: PathBuf| async {
        let request = ImportRequest::new(RegisterKind::Supplies, path);
        let report = import(&world.city.pool, request, &unwatched).await.unwrap();
        let ImportEnding::Committed { import_id, .. } = report.ending else { panic!("{:?}", report.ending) };
        (import_id, report)
    };
    let (id, report) = take(path).await;
    assert_eq!((report.source.rows_quarantined, report.appended.new), (2, 1), "{:#?}", report.issues);
    let aside = folder.path().join("aside.xlsx");
    assert_eq!(export(&world.city.pool, id, QuarantineFormat::Workbook, &aside).await.unwrap().rows, 2);

    let mut book: Xlsx<_> = open_workbook(&aside).unwrap();
    let range = book.worksheet_range("合同").unwrap();
    let lines: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    let at = |name: &str| lines[0].iter().position(|header| header == name).unwrap_or_else(|| panic!("{name}: {:?}", lines[0]));
    assert_eq!((lines[1][at("项目名称")].as_str(), lines[1][at("隔离代码")].as_str()), ("乙项目", "ING-001"));
    assert_eq!((lines[2][at("原行号")].as_str(), lines[2][at("隔离代码")].as_str()), ("3", "ING-018"));

    let mended = folder.path().join("mended.xlsx");
    let headers: Vec<&str> = lines[0].iter().map(String::as_str).collect();
    let spec = WorkbookSpec { sheet: "合同", headers: &headers, title: "示例", remark: "示例", dated: day("2026-06-30") };
    let mut writer = WorkbookWriter::create(&mended, &spec).unwrap();
    for (line, (column, value)) in lines[1..].iter().zip([("电子监管号", "S2"), ("行政区代码", "330481")]) {
        let mut line = line.clone();
        line[at(column)] = value.to_owned();
        let cells = line.into_iter().map(|cell| if cell.is_empty() { Cell::Empty } else { cell.into() });
        writer.append(&cells.collect::<Vec<_>>()).unwrap();
    }
    writer.finish().unwrap();
    let (_, report) = take(mended).await;
    assert_eq!((report.source.rows_quarantined, report.appended.new), (0, 2), "{:#?}", report.issues);
    let signed: Option<chrono::NaiveDate> = sqlx::query_scalar("select contract_signed_on from supply where supply_code = 'S2'")
        .fetch_one(&world.city.pool)
        .await
        .unwrap();
    assert_eq!(signed, Some(day("2021-05-01")), "what was not touched is as it was");
}

/// Runs one of GDAL's own programs.
fn run(program: &str, arguments: &[&OsStr]) {
    let run = Command::new(program).args(arguments).output().unwrap();
    assert!(run.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// What the server answers, when all is well.
async fn downloaded(routes: &Router, address: String, to: PathBuf) -> PathBuf {
    let response = routes.clone().oneshot(Request::get(&address).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{address}");
    fs::write(&to, response.into_body().collect().await.unwrap().to_bytes()).unwrap();
    to
}

#[tokio::test]
async fn what_was_set_aside_is_downloaded_mended_with_other_programs_and_sent_again_and_nothing_is_there_twice() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (id, _) = send(&world, &office_file(folder.path())).await;
    let versions = async || -> Vec<(String, i64)> {
        let sql = "select parcel_code, version_id from parcel order by parcel_code, version_id";
        sqlx::query_as(sql).fetch_all(&world.city.pool).await.unwrap()
    };
    let first = versions().await;
    let routes = routes(&world, std::sync::Arc::new(mujun::app::rulebook::load(None).unwrap()), folder.path());
    let address = |format: &str| format!("/api/v1/imports/{id}/quarantine?format={format}");
    let aside = downloaded(&routes, address("gpkg"), folder.path().join("隔离.gpkg")).await;
    let book = downloaded(&routes, address("xlsx"), folder.path().join("隔离.xlsx")).await;

    // The clerk looks the codes up; what lies far off is not hers to mend.
    let mended = folder.path().join("改正.gpkg");
    run("ogr2ogr", &["-f".as_ref(), "GPKG".as_ref(), mended.as_os_str(), aside.as_os_str()]);
    for (row, code) in [(2, "Z2"), (3, "Z3")] {
        let change = format!("update \"宗地\" set \"宗地代码\" = '{code}' where \"原行号\" = {row}");
        run("ogrinfo", &[mended.as_os_str(), "-sql".as_ref(), change.as_ref()]);
    }
    let (_, report) = send(&world, &mended).await;
    assert_eq!((report.appended.new, report.appended.changed, report.source.rows_quarantined), (2, 0, 1), "{:#?}", report.issues);
    let second = versions().await;
    assert_eq!(second.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["Z1", "Z2", "Z3"]);
    assert_eq!(second[0], first[0], "what was in is as it was");

    // The same rows as the workbook has them, from another desk: they are there already.
    let mut workbook: Xlsx<_> = open_workbook(&book).unwrap();
    let lines: Vec<Vec<String>> =
        workbook.worksheet_range("宗地").unwrap().rows().map(|row| row.iter().map(Data::to_string).collect()).collect();
    let at = |name: &str| lines[0].iter().position(|header| header == name).unwrap_or_else(|| panic!("{name}: {:?}", lines[0]));
    let mut table = format!("{}\n", lines[0].join(","));
    for line in &lines[1..] {
        let mut line: Vec<String> = line.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        if let Some(code) = [("\"2\"", "Z2"), ("\"3\"", "Z3")].iter().find(|(row, _)| *row == line[at("原行号")]) {
            line[at("宗地代码")] = code.1.to_owned();
        }
        table.push_str(&format!("{}\n", line.join(",")));
    }
    let sheet = folder.path().join("改正.csv");
    fs::write(&sheet, table).unwrap();
    let again = folder.path().join("改正.xlsx");
    run("ogr2ogr", &["-f".as_ref(), "XLSX".as_ref(), again.as_os_str(), sheet.as_os_str()]);
    let mapping = MappingChoice::Text { name: "office-parcels".into(), toml: MAPPING.into() };
    let mut request = ImportRequest { mapping, ..ImportRequest::new(RegisterKind::Parcels, again) };
    request.options.crs = Some(Crs::CGCS2000_GK_120E);
    let report = import(&world.city.pool, request, &unwatched).await.unwrap();
    assert_eq!((report.appended.new, report.appended.changed, report.appended.unchanged), (0, 0, 2), "{:#?}", report.issues);
    assert_eq!(versions().await, second);
}

#[tokio::test]
async fn the_file_can_be_downloaded_and_what_is_not_there_is_said() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (id, _) = send(&world, &office_file(folder.path())).await;
    let rulebook = std::sync::Arc::new(mujun::app::rulebook::load(None).unwrap());
    let routes = routes(&world, rulebook, folder.path());
    let get = async |address: String| {
        let response = routes.clone().oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
    };
    for (format, start, media_type) in [
        ("gpkg", &b"SQLite format 3\0"[..], "application/geopackage+sqlite3"),
        ("xlsx", &b"PK\x03\x04"[..], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        let (status, headers, body) = get(format!("/api/v1/imports/{id}/quarantine?format={format}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.starts_with(start));
        assert_eq!(headers[header::CONTENT_TYPE], media_type);
        let disposition = headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.contains(&format!("filename=\"quarantine-{id}.{format}\"")), "{disposition}");
        assert!(disposition.contains("filename*=UTF-8''%E5%AE%97%E5%9C%B0"), "{disposition}");
    }
    for (address, status, kind) in [
        (format!("/api/v1/imports/{id}/quarantine?format=dwg"), StatusCode::BAD_REQUEST, "invalid-parameter"),
        ("/api/v1/imports/987654/quarantine".to_owned(), StatusCode::NOT_FOUND, "import-not-found"),
        // The divisions came without a fault.
        ("/api/v1/imports/1/quarantine".to_owned(), StatusCode::NOT_FOUND, "nothing-quarantined"),
    ] {
        let (found, _, body) = get(address.clone()).await;
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((found, problem["type"].as_str().unwrap()), (status, format!("/problems/{kind}").as_str()), "{address}");
    }
}
