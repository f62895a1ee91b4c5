//! The map drawn on the server: pixels where the flags are, drawings that stand alone, pages that other programs read.

use std::io::Write;
use std::process::{Command, Stdio};

use axum::http::{StatusCode, header};
use mujun_domain::unit::grouped;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::Document;
use serde_json::Value;
use sqlx::Row;

use super::seed::{Answer, Api, encoded};

/// Part of a degree: some 190 m of longitude here.
const STEP: f64 = 0.001;

async fn drawn(api: &Api, query: &str) -> Answer {
    let answer = api.get(&format!("/api/v1/map?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", String::from_utf8_lossy(&answer.body));
    answer
}

/// Where the label of a parcel stands.
async fn label_of(api: &Api, code: &str) -> (f64, f64) {
    let items = api.json(&format!("/api/v1/parcels?q={code}")).await;
    let item = items["items"].as_array().unwrap().iter().find(|item| item["parcel_code"] == code).unwrap().clone();
    (item["label_lon"].as_f64().unwrap(), item["label_lat"].as_f64().unwrap())
}

fn around((lon, lat): (f64, f64), half: f64) -> String {
    format!("{},{},{},{}", lon - half, lat - half, lon + half, lat + half)
}

fn rgb(hex: u32) -> [f64; 3] {
    [16, 8, 0].map(|shift| f64::from(hex >> shift & 255))
}

/// `over` laid over `under` with an opacity.
fn laid(over: [f64; 3], opacity: f64, under: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| over[i] * opacity + under[i] * (1.0 - opacity))
}

fn is_near(pixels: &Pixmap, (x, y): (u32, u32), colour: [f64; 3]) -> bool {
    let pixel = pixels.pixel(x, y).unwrap();
    let found = [pixel.red(), pixel.green(), pixel.blue()].map(f64::from);
    (0..3).all(|i| (found[i] - colour[i]).abs() <= 3.0)
}

/// How many pixels of the square around the middle have the colour.
fn near_the_middle(pixels: &Pixmap, half: u32, colour: [f64; 3]) -> usize {
    let (x, y) = (pixels.width() / 2, pixels.height() / 2);
    let square = (x - half..x + half).flat_map(|x| (y - half..y + half).map(move |y| (x, y)));
    square.filter(|at| is_near(pixels, *at, colour)).count()
}

#[tokio::test]
async fn a_flagged_parcel_has_the_tint_and_the_hatch_of_its_kind() {
    let api = Api::town().await;
    const INSIDE: u32 = 0xf8f8f5;
    for (code, layer, fill, ink) in [("P01", "underused", 0x0072b2, 0x004f7d), ("P02", "supplied_not_used", 0xe69f00, 0x8a5c00)] {
        let bbox = around(label_of(&api, code).await, STEP);
        let answer = drawn(&api, &format!("bbox={bbox}&layout=bare&width=500&height=400&layers={layer}")).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), "image/png");
        let pixels = Pixmap::decode_png(&answer.body).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (500, 400));
        let tint = laid(rgb(fill), 0.4, rgb(INSIDE));
        let hatched = laid(rgb(ink), 0.75, tint);
        assert!(near_the_middle(&pixels, 60, tint) > 2_000, "{layer}: tint");
        assert!(near_the_middle(&pixels, 60, hatched) > 500, "{layer}: hatch");
        let other = drawn(&api, &format!("bbox={bbox}&layout=bare&width=500&height=400&layers=zones")).await;
        let other = Pixmap::decode_png(&other.body).unwrap();
        assert_eq!(near_the_middle(&other, 60, tint), 0, "{layer} is switched off");
    }
}

#[tokio::test]
async fn seen_from_afar_a_kind_is_a_dot() {
    let api = Api::town().await;
    let bbox = around(label_of(&api, "P01").await, 200.0 * STEP);
    let answer = drawn(&api, &format!("bbox={bbox}&layout=bare&width=500&height=500&layers=underused")).await;
    let pixels = Pixmap::decode_png(&answer.body).unwrap();
    assert!(near_the_middle(&pixels, 3, rgb(0x0072b2)) >= 4);
}

#[tokio::test]
async fn no_seam_shows_where_two_tiles_meet() {
    let api = Api::town().await;
    // Zone Z1 is 205 × 200 m; at this size a tile is some 60 m across.
    let (lon, lat) = label_of(&api, "P01").await;
    // 60 m to the west of the middle of P01: away from the edges of the zone and from its name.
    let bbox = around((lon - 0.63 * STEP, lat), STEP / 4.0);
    let answer = drawn(&api, &format!("bbox={bbox}&layout=bare&width=800&height=800&layers=zones")).await;
    let pixels = Pixmap::decode_png(&answer.body).unwrap();
    let zone = laid(rgb(0xcfa57c), 0.35, rgb(0xf8f8f5));
    let edge: Vec<_> =
        (100..700).flat_map(|x| (100..700).map(move |y| (x, y))).filter(|at| !is_near(&pixels, *at, zone)).collect();
    assert!(edge.is_empty(), "{} pixels differ, the first at {:?}", edge.len(), edge[0]);
}

#[tokio::test]
async fn what_is_selected_is_outlined_in_red() {
    let api = Api::town().await;
    let bbox = around(label_of(&api, "P03").await, STEP);
    let address = format!("bbox={bbox}&layout=bare&width=400&height=400&layers=parcels");
    let red = |answer: &Answer| near_the_middle(&Pixmap::decode_png(&answer.body).unwrap(), 190, rgb(0xd6001c));
    assert_eq!(red(&drawn(&api, &address).await), 0);
    assert!(red(&drawn(&api, &format!("{address}&selected=parcel:330402:P03")).await) > 300, "though its layer is off");
    assert_eq!(red(&drawn(&api, &format!("{address}&selected=parcel:330481:P03")).await), 0, "another county's");
}

#[tokio::test]
async fn a_drawing_stands_alone_and_says_what_it_shows() {
    let api = Api::town().await;
    let bbox = around(label_of(&api, "P02").await, 3.0 * STEP);
    let title = encoded("</title><script>alert(1)</script>&\"图");
    let query = format!("bbox={bbox}&format=svg&paper=A3&title={title}&maker={}&watermark={}", encoded("某局"), encoded("内部"));
    let answer = drawn(&api, &query).await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "image/svg+xml");
    let text = String::from_utf8(answer.body).unwrap();
    let drawing = Document::parse(&text).unwrap();
    for node in drawing.descendants().filter(|node| node.is_element()) {
        assert!(!["script", "image", "use", "a", "style", "foreignObject"].contains(&node.tag_name().name()), "{node:?}");
        for attribute in node.attributes() {
            assert!(!attribute.name().contains("href") && !attribute.name().starts_with("on"), "{attribute:?}");
            assert!(!attribute.value().contains("url(") || attribute.value().starts_with("url(#"), "{attribute:?}");
        }
    }
    assert_eq!(text.matches("http").count(), 1, "the name space is no reference");
    let words: Vec<&str> =
        drawing.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
    let all = words.join("\n");
    for expected in [
        "</title><script>alert(1)</script>&\"图",
        "图例",
        "批而未供 · 疑似",
        "供而未用 · 疑似",
        "用而未尽 · 疑似",
        "工矿用地",
        "县（市、区）界",
        "示例数据（合成）",
        "比例尺 1:",
        "EPSG:4490",
        "2026-06-30",
        "某局",
        "内部",
        "审图号",
        "北",
    ] {
        assert!(all.contains(expected), "“{expected}” is not in:\n{all}");
    }
    // 100 × 100 m are 15 亩, and there is one of each in the frame.
    assert!(all.contains("图内 1 宗 · 15.00 亩"), "{all}");
}

#[tokio::test]
async fn the_legend_of_a_sheet_sums_what_the_legend_of_the_page_sums() {
    let api = Api::town().await;
    let summary = api.json("/api/v1/summary").await;
    let (lon, lat) = label_of(&api, "P02").await;
    // Near enough to see outlines, and so far away that parcels are dots.
    for half in [0.06, 0.6] {
        let svg = drawn(&api, &format!("format=svg&bbox={}", around((lon, lat), half))).await;
        let text = String::from_utf8(svg.body).unwrap();
        let drawing = Document::parse(&text).unwrap();
        let words: Vec<&str> = drawing.descendants().filter_map(|node| node.text()).collect();
        for kind in summary["kinds"].as_array().unwrap() {
            let area = grouped(kind["area_m2"].as_f64().unwrap() * 3.0 / 2000.0, 2);
            let name = format!("{} · 疑似", kind["label"].as_str().unwrap());
            let at = words.iter().position(|word| *word == name).unwrap_or_else(|| panic!("{name} is not in {words:?}"));
            let figures = words[at..].iter().find(|word| word.starts_with("图内")).unwrap();
            assert!(figures.ends_with(&format!("· {area} 亩")), "{half}: {name} {figures}, expected {area}");
        }
    }
}

#[tokio::test]
async fn the_scale_bar_is_as_long_as_the_ground() {
    let api = Api::town().await;
    let (lon, lat) = label_of(&api, "P02").await;
    let (west, east) = (lon - 40.0 * STEP, lon + 40.0 * STEP);
    // Wider than high, so that the width decides; the middle of the map is the middle of the box, near enough.
    let bbox = format!("{west},{},{east},{}", lat - STEP, lat + STEP);
    let answer = drawn(&api, &format!("bbox={bbox}&format=svg&layout=bare&width=900&height=500&layers=divisions")).await;
    let text = String::from_utf8(answer.body).unwrap();
    let drawing = Document::parse(&text).unwrap();
    let scale = drawing.descendants().find(|node| node.attribute("id") == Some("scale")).unwrap();
    let bar: f64 = scale
        .children()
        .filter(|node| node.attribute("height") == Some("4"))
        .map(|node| node.attribute("width").unwrap().parse::<f64>().unwrap())
        .sum();
    let words: Vec<&str> = scale.children().filter_map(|node| node.text()).map(str::trim).collect();
    let label = words.iter().find_map(|word| word.strip_suffix(" 公里")).unwrap();
    let length: f64 = label.parse::<f64>().unwrap() * 1_000.0;
    let ground: f64 = sqlx::query("select st_distance(st_makepoint($1, $3)::geography, st_makepoint($2, $3)::geography)")
        .bind(west)
        .bind(east)
        .bind(lat)
        .fetch_one(&api.city.pool)
        .await
        .unwrap()
        .get(0);
    let bar_on_the_ground = bar / 900.0 * ground;
    assert!((bar_on_the_ground / length - 1.0).abs() < 1e-3, "{bar_on_the_ground} m are marked {length} m");
}

/// Gives bytes to a program and takes what it writes.
fn through(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("{program}: {fault}; scripts/setup.sh installs poppler-utils"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{program}");
    output.stdout
}

#[tokio::test]
async fn a_page_is_read_by_other_programs() {
    let api = Api::town().await;
    let bbox = around(label_of(&api, "P01").await, 2.0 * STEP);
    let title = encoded("南湖区低效用地图");
    for (paper, size) in [("paper=A4", "841.89 x 595.2"), ("paper=A3&orientation=portrait", "841.89 x 1190.5")] {
        let page = drawn(&api, &format!("bbox={bbox}&format=pdf&{paper}&title={title}")).await;
        assert_eq!(page.header(header::CONTENT_TYPE), "application/pdf");
        let words = String::from_utf8(through("pdftotext", &["-layout", "-", "-"], &page.body)).unwrap();
        let words: String = words.split_whitespace().collect();
        for expected in ["南湖区低效用地图", "比例尺1:", "用而未尽·疑似", "坐标系：2000国家大地坐标系", "示例数据（合成）"]
        {
            assert!(words.contains(expected), "“{expected}” is not in:\n{words}");
        }
        let facts = String::from_utf8(through("pdfinfo", &["-"], &page.body)).unwrap();
        assert!(facts.contains(size) && facts.contains("南湖区低效用地图"), "{facts}");
        let fonts = String::from_utf8(through("pdffonts", &["-"], &page.body)).unwrap();
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.contains(" yes ")), "{fonts}");
        let images = String::from_utf8(through("pdfimages", &["-list", "-"], &page.body)).unwrap();
        assert_eq!(images.lines().count(), 2, "a map is lines and areas, no picture: {images}");
    }
}

#[tokio::test]
async fn a_page_looks_like_the_picture() {
    let api = Api::town().await;
    let bbox = around(label_of(&api, "P01").await, STEP);
    let address = format!("bbox={bbox}&layout=bare&width=400&height=400&layers=underused,parcels");
    let picture = Pixmap::decode_png(&drawn(&api, &address).await.body).unwrap();
    let page = drawn(&api, &format!("{address}&format=pdf")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page").display().to_string();
    through("pdftoppm", &["-png", "-r", "96", "-singlefile", "-", &path], &page.body);
    let page = Pixmap::decode_png(&std::fs::read(format!("{path}.png")).unwrap()).unwrap();
    assert_eq!((page.width(), page.height()), (400, 400));
    let mean = |pixels: &Pixmap| {
        let sum: u64 = pixels.pixels().iter().map(|p| u64::from(p.red()) + u64::from(p.green()) + u64::from(p.blue())).sum();
        sum as f64 / f64::from(400 * 400 * 3)
    };
    assert!((mean(&picture) - mean(&page)).abs() < 3.0, "{} against {}", mean(&picture), mean(&page));
    let tint = laid(rgb(0x0072b2), 0.4, rgb(0xf8f8f5));
    assert!(near_the_middle(&page, 50, tint) > 1_000);
}

#[tokio::test]
async fn a_map_that_has_not_changed_is_not_drawn_again() {
    let api = Api::town().await;
    let address = "/api/v1/map?layout=bare&width=200&height=200&layers=divisions";
    let first = api.get(address).await;
    let etag = first.header(header::ETAG).to_owned();
    assert_eq!((first.status, first.header(header::CACHE_CONTROL)), (StatusCode::OK, "no-cache"));
    let again = api.get_with(address, header::IF_NONE_MATCH, &etag).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = api.get("/api/v1/map?layout=bare&width=200&height=201&layers=divisions").await;
    assert_ne!(other.header(header::ETAG), etag);
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused_by_name() {
    let api = Api::town().await;
    for (query, kind, words) in [
        ("bbox=1,2,3", "invalid-parameter", "西,南,东,北"),
        ("bbox=120.8,30.7,120.7,30.8", "invalid-parameter", "西小于东"),
        ("bbox=120.7,30.8,120.8,30.7", "invalid-parameter", "南小于北"),
        ("bbox=100,20,130,35", "invalid-parameter", "20°"),
        ("bbox=120.7,30.7,120.70001,30.70001", "invalid-parameter", "0.0001°"),
        ("bbox=30.7,60.7,30.8,60.8", "invalid-parameter", "先经度"),
        ("bbox=120.7,86,120.8,87", "invalid-parameter", "±85°"),
        ("layers=streets", "unknown-layer", "underused"),
        ("layers=zones,zones", "unknown-layer", "不重复"),
        ("format=tiff", "invalid-parameter", "png"),
        ("width=63", "invalid-parameter", "64"),
        ("width=4001", "invalid-parameter", "4000"),
        ("width=4000&height=4000", "invalid-parameter", "1200 万"),
        ("width=200&height=200", "invalid-parameter", "layout=bare"),
        ("paper=A0", "invalid-parameter", "A4"),
        ("paper=A4&width=800", "invalid-parameter", "paper"),
        ("orientation=portrait", "invalid-parameter", "paper"),
        ("layout=poster", "invalid-parameter", "sheet"),
        ("selected=building:330402:1", "invalid-parameter", "parcel"),
        ("zoom=3", "unknown-parameter", "bbox"),
    ] {
        let answer = api.get(&format!("/api/v1/map?{query}")).await;
        let problem: Value = answer.json();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {problem}");
        assert_eq!(problem["type"], format!("/problems/{kind}"), "{query}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{query}: {problem}");
    }
    let long = encoded(&"长".repeat(61));
    assert_eq!(api.get(&format!("/api/v1/map?title={long}")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn before_the_first_import_a_map_needs_an_extent_and_is_empty() {
    let api = Api::empty().await;
    let answer = api.get("/api/v1/map").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.json()["detail"].as_str().unwrap().contains("行政区"), "{}", answer.json());
    let drawing = drawn(&api, "bbox=120.5,30.5,120.9,30.9&format=svg").await;
    let text = String::from_utf8(drawing.body).unwrap();
    assert!(text.contains("图内没有所选图层的对象") && text.contains("还没有现行评价批"), "{text}");
}
