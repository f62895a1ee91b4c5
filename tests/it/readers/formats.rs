//! Each format, written by a program of its own kind, read back.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use mujun::ingest::{self, IngestError, IssueCode};
use tempfile::TempDir;

use super::{options, read_contracts, read_plots};
use crate::ingest::{of, told};
use crate::ingest_real::shared_data;

const TWO: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"A1","坐落":"嘉善大道1号"},"geometry":{"type":"Polygon","coordinates":[[[120.7,30.7],[120.701,30.7],[120.701,30.701],[120.7,30.701],[120.7,30.7]]]}},
{"type":"Feature","properties":{"code":"A2","坐落":"世纪大道2号"},"geometry":{"type":"Polygon","coordinates":[[[120.702,30.7],[120.703,30.7],[120.703,30.701],[120.702,30.701],[120.702,30.7]]]}}]}"#;

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Another format of the two plots, by GDAL's own program.
fn converted(folder: &Path, format: &str, name: &str, more: &[&str]) -> PathBuf {
    let source = put(folder, "two.geojson", TWO);
    let path = folder.join(name);
    let run = Command::new("ogr2ogr").args(["-f", format]).args(more).arg(&path).arg(source).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    path
}

fn codes(path: &Path, column: &str, crs: Option<u32>) -> Vec<String> {
    let read =
        read_plots(path, column, &options(crs, None)).unwrap_or_else(|error| panic!("{}: {}", path.display(), told(&error)));
    assert_eq!(read.source.rows_quarantined, 0, "{}: {:#?}", path.display(), read.issues);
    let square = read.rows[0].record.ground.ellipsoidal_area_m2;
    assert!((square - 10_620.0).abs() < 20.0, "{}: {square} m²", path.display());
    // Some formats keep their rows in an order of their own.
    let mut codes: Vec<String> = read.rows.into_iter().map(|row| row.record.parcel_code).collect();
    codes.sort();
    codes
}

#[test]
fn the_same_plots_are_read_from_every_vector_format() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    for (format, name, column, more) in [
        ("GPKG", "a.gpkg", "code", &[][..]),
        ("FlatGeobuf", "a.fgb", "code", &[]),
        ("GeoJSONSeq", "a.geojsonl", "code", &[]),
        ("GeoJSONSeq", "b.geojsons", "code", &["-lco", "RS=YES"]),
        ("LIBKML", "a.kml", "Name", &["-lco", "LIBKML_NAME_FIELD=code", "--config", "LIBKML_NAME_FIELD", "code"]),
        ("LIBKML", "a.kmz", "Name", &["--config", "LIBKML_NAME_FIELD", "code"]),
        ("MapInfo File", "a.tab", "code", &[]),
        ("MapInfo File", "a.mif", "code", &[]),
        ("GML", "a.gml", "code", &["-dsco", "FORMAT=GML3"]),
        ("ESRI Shapefile", "a.shp", "code", &["-lco", "ENCODING=GBK"]),
    ] {
        let path = converted(folder, format, name, more);
        assert_eq!(codes(&path, column, Some(4326)), ["A1", "A2"], "{name}");
        let again = read_plots(&path, column, &options(Some(4326), None)).unwrap();
        assert_eq!(again.source.sha256, read_plots(&path, column, &options(Some(4326), None)).unwrap().source.sha256);
    }
    assert!(!folder.join("a.gfs").exists(), "nothing is written beside what was sent");
}

#[test]
fn the_text_of_a_mapinfo_table_in_gbk_is_read() {
    let folder = TempDir::new().unwrap();
    let path = converted(folder.path(), "MapInfo File", "gbk.tab", &["-lco", "ENCODING=CP936"]);
    let read = read_plots(&path, "坐落", &options(Some(4326), None)).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(read.rows[0].record.parcel_code, "嘉善大道1号");
}

#[test]
fn a_geodatabase_is_read_as_a_folder_and_zipped_with_its_curves_and_heights_told() {
    let Some(zipped) = shared_data("awkward/gdal-autotest/filegdb/curves.gdb.zip") else { return };
    let Err(error @ IngestError::SeveralLayers { .. }) = read_contracts(&zipped, "OBJECTID", &options(Some(3857), None)) else {
        panic!("which of two layers?")
    };
    let text = told(&error);
    assert!(text.contains("line（线，9 行）") && text.contains("polygon（面，5 行）") && text.contains("--layer"), "{text}");
    let layer = options(Some(3857), Some("polygon"));
    let Err(IngestError::ColumnsMissing { present, .. }) = read_contracts(&zipped, "?", &layer) else { panic!() };
    let read = read_contracts(&zipped, &present[0], &layer).unwrap();
    assert_eq!(read.source.rows_read, 5);
    let told = of(&read.issues, IssueCode::CurvesLinearised);
    assert!(told[0].message.contains("最大相距") && told[0].message.contains("米"), "{}", told[0].message);

    let folder = TempDir::new().unwrap();
    let status = Command::new("unzip").arg("-q").arg(&zipped).arg("-d").arg(folder.path()).status().unwrap();
    assert!(status.success());
    let database = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    let unpacked = read_contracts(&database, &present[0], &layer).unwrap();
    assert_eq!(unpacked.rows, read.rows);
    // The same tables without their folder, as a browser packs them.
    let flat = folder.path().join("flat.zip");
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("cd '{}' && zip -q '{}' *", database.display(), flat.display()))
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(read_contracts(&flat, &present[0], &layer).unwrap().rows, read.rows);
}

#[test]
fn layers_are_listed_with_their_sort_and_rows() {
    let folder = TempDir::new().unwrap();
    let path = converted(folder.path(), "GPKG", "several.gpkg", &["-nln", "宗地"]);
    let source = folder.path().join("two.geojson");
    let run = Command::new("ogr2ogr")
        .args(["-f", "GPKG", "-update", "-nln", "界址线", "-nlt", "LINESTRING", "-dialect", "SQLite", "-sql"])
        .arg("select ST_ExteriorRing(geometry), code from two limit 1")
        .args([&path, &source])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let layers = ingest::layers(&path).unwrap();
    let shown: Vec<String> = layers.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["宗地（面，2 行）", "界址线（线，1 行）"]);
    assert!(matches!(read_plots(&path, "code", &options(None, None)), Err(IngestError::SeveralLayers { .. })));
    let read = read_plots(&path, "code", &options(None, Some("宗地"))).unwrap();
    assert_eq!(read.rows.len(), 2);
    assert!(of(&read.issues, IssueCode::OtherLayers)[0].message.contains("界址线（线，1 行）"));
}

/// A sheet of OpenDocument with a header and two rows.
fn ods() -> Vec<u8> {
    let row = |text: &str| {
        format!(
            r#"<table:table-row><table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row>"#
        )
    };
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="表1">{}{}{}</table:table></office:spreadsheet></office:body></office:document-content>"#,
        row("code"),
        row("A1"),
        row("A2")
    );
    let manifest = r#"<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>"#;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn tables_with_geometry_in_a_cell_are_ground() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let ring = "120.7 30.7,120.701 30.7,120.701 30.701,120.7 30.701,120.7 30.7";
    let corners = "120.7,30.7;120.701,30.7;120.701,30.701;120.7,30.701";
    let wkt = put(folder, "wkt.csv", format!("code,图形\nA1,\"POLYGON(({ring}))\"\n"));
    assert_eq!(codes(&wkt, "code", Some(4490)), ["A1"]);
    let ewkt = put(folder, "ewkt.tsv", format!("code\tgeom\nA1\tSRID=4490;POLYGON(({ring}))\n"));
    assert_eq!(codes(&ewkt, "code", None), ["A1"], "the system is said in the cell");
    let listed = put(folder, "corners.csv", format!("code,坐标串\nA1,\"{corners}\"\n"));
    assert_eq!(codes(&listed, "code", Some(4490)), ["A1"]);
    // Nothing says in which system: it is asked for.
    assert!(matches!(read_plots(&wkt, "code", &options(None, None)), Err(IngestError::CrsMissing { .. })));
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, (code, shape)) in [("code", "shape"), ("A1", &format!("MULTIPOLYGON((({ring})))"))].iter().enumerate() {
        sheet.write(row as u32, 0, *code).unwrap();
        sheet.write(row as u32, 1, *shape).unwrap();
    }
    let path = folder.join("wkt.xlsx");
    book.save(&path).unwrap();
    assert_eq!(codes(&path, "code", Some(4490)), ["A1"]);
    let ods = put(folder, "a.ods", ods());
    let read = read_contracts(&ods, "code", &options(None, None)).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(read.rows.len(), 2);
    // One bad cell is an issue of its row, not the end of the table.
    let broken = put(folder, "broken.csv", format!("code,wkt\nA1,\"POLYGON(({ring}))\"\nA2,\"POLYGON((1 2\"\n"));
    let read = read_plots(&broken, "code", &options(Some(4490), None)).unwrap();
    assert_eq!((read.rows.len(), of(&read.issues, IssueCode::ShapeUnreadable).len()), (1, 1), "{:#?}", read.issues);
}

#[test]
fn the_text_of_a_survey_is_read_in_gbk() {
    let folder = TempDir::new().unwrap();
    let text = "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n带号=40\r\n精度=0.001\r\n转换参数=0,0,0,0,0,0,0\r\n[地块坐标]\r\n\
        5,1.0,DK-1,地块一,面,,工业用地,,@\r\nJ1,1,3403500,40571800\r\nJ2,1,3403500,40571900\r\nJ3,1,3403400,40571900\r\nJ4,1,3403400,40571800\r\nJ1,1,3403500,40571800\r\n";
    let path = put(folder.path(), "报批.txt", encoding_rs::GBK.encode(text).0);
    let read = read_plots(&path, "地块编号", &options(None, None)).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(read.rows[0].record.parcel_code, "DK-1");
    assert_eq!(read.source.crs.map(|crs| crs.epsg()), Some(4528));
    assert!((read.rows[0].record.ground.planar_area_m2.unwrap() - 10_000.0).abs() < 0.01);
    let old = put(folder.path(), "旧.txt", text.replace("2000国家大地", "1980西安"));
    assert!(matches!(read_plots(&old, "地块编号", &options(None, None)), Err(IngestError::CrsRefused { .. })));
}

/// A drawing in which plots are closed polylines with their numbers and names inside, on layers of their own.
fn drawing() -> String {
    let mut text = String::from(
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n",
    );
    let mut line = |layer: &str, flag: u8, corners: &[(f64, f64)]| {
        text.push_str(&format!(
            "0\nLWPOLYLINE\n8\n{layer}\n100\nAcDbEntity\n100\nAcDbPolyline\n90\n{}\n70\n{flag}\n",
            corners.len()
        ));
        for (x, y) in corners {
            text.push_str(&format!("10\n{x}\n20\n{y}\n"));
        }
    };
    line("宗地", 1, &[(571_800.0, 3_403_400.0), (571_900.0, 3_403_400.0), (571_900.0, 3_403_500.0), (571_800.0, 3_403_500.0)]);
    line("宗地", 0, &[(572_000.0, 3_403_400.0), (572_100.0, 3_403_400.0), (572_100.0, 3_403_500.0), (572_000.0, 3_403_400.5)]);
    line("道路", 0, &[(572_000.0, 3_403_000.0), (572_900.0, 3_403_000.0), (573_000.0, 3_403_100.0), (574_000.0, 3_403_100.0)]);
    let mut word = |layer: &str, x: f64, y: f64, said: &str| {
        text.push_str(&format!(
            "0\nTEXT\n8\n{layer}\n100\nAcDbEntity\n100\nAcDbText\n10\n{x}\n20\n{y}\n30\n0\n40\n5\n1\n{said}\n"
        ));
    };
    word("宗地号", 571_850.0, 3_403_480.0, "330402001");
    word("权利人", 571_820.0, 3_403_420.0, "嘉兴某某厂");
    word("注记", 570_000.0, 3_403_420.0, "图外");
    text + "0\nENDSEC\n0\nEOF\n"
}

#[test]
fn a_drawing_gives_plots_with_the_texts_inside_them() {
    let folder = TempDir::new().unwrap();
    let path = put(folder.path(), "宗地.dxf", encoding_rs::GBK.encode(&drawing()).0);
    let read = read_plots(&path, "文字:宗地号", &options(Some(4549), None)).unwrap_or_else(|error| panic!("{}", told(&error)));
    assert_eq!(read.rows.len(), 1, "{:#?}", read.issues);
    assert_eq!(read.rows[0].record.parcel_code, "330402001");
    assert!((read.rows[0].record.ground.planar_area_m2.unwrap() - 10_000.0).abs() < 0.01);
    assert_eq!(read.source.encoding.as_deref(), Some("GBK"));
    let open = of(&read.issues, IssueCode::LineNotClosed);
    assert!(open[0].message.contains("首尾相距 0.5") && open[0].row == Some(2), "{open:?}");
    assert!(of(&read.issues, IssueCode::EntitiesPassedOver)[0].message.contains("1 个对象"));
    assert!(of(&read.issues, IssueCode::TextWithoutOutline)[0].message.contains("图外"));
    let all = read_plots(&path, "文字", &options(Some(4549), None)).unwrap();
    assert_eq!(all.rows[0].record.parcel_code, "330402001；嘉兴某某厂");
    // A code page that lies, as drawings do that passed through a foreign program.
    let lying = drawing().replace("ANSI_936", "ANSI_1252");
    let path = put(folder.path(), "lying.dxf", encoding_rs::GBK.encode(&lying).0);
    assert_eq!(
        read_plots(&path, "文字", &options(Some(4549), None)).unwrap().rows[0].record.parcel_code,
        "330402001；嘉兴某某厂"
    );
}

#[test]
fn formats_that_are_known_and_not_read_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    for (name, bytes, advice) in [
        ("a.dwg", &b"AC1027\0\0\0\0"[..], "DXF"),
        ("a.rar", b"Rar!\x1a\x07\0", ".zip"),
        ("a.mdb", b"\0\x01\0\0Standard Jet DB\0", "FileGDB"),
        (
            "view.tab",
            b"!Table\n!Version 100\nOpen Table \"../../secret\" Hide\nCreate View v As Select * From secret\n",
            "独立的表",
        ),
    ] {
        let path = put(folder.path(), name, bytes);
        let error = read_plots(&path, "code", &options(Some(4490), None)).unwrap_err();
        assert!(told(&error).contains(advice), "{name}: {}", told(&error));
    }
}
