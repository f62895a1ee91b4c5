//! The synthetic city: where it lies, how its pieces fit together, and what the files look like to somebody else's program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::NaiveDate;
use mujun::ingest::{self, IngestError, IngestIssue, Ingested, Mapping, Place, ReadOptions, Severity, SourceDescription};
use mujun::register::RegisterKind;
use mujun::sample::{self, Construction, Park, SampleCity, SampleManifest, SampleOptions};
use mujun_geometry::geo::{Area, Contains, Coord, LineString, MultiPolygon, Validation};
use mujun_geometry::overlay::{SliverTolerance, intersection_area, subtract, union_all};
use mujun_geometry::reproject::with_reprojector;
use mujun_geometry::{Crs, Surface, mend};
use sha2::{Digest, Sha256};

fn options(parcels: usize) -> SampleOptions {
    SampleOptions { parcels, seed: 7, as_of: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() }
}

fn city(parcels: usize) -> SampleCity {
    sample::generate(&options(parcels)).unwrap()
}

fn surface(ground: &MultiPolygon<f64>) -> Surface {
    Surface::from_trusted(ground.clone(), Crs::CGCS2000_GK_120E).unwrap()
}

/// Rows that were put in faulty on purpose are left out.
fn sound_parcels<'a>(city: &SampleCity, park: &'a Park) -> Vec<(&'a str, &'a MultiPolygon<f64>)> {
    let planted: BTreeSet<&str> =
        city.planted.iter().filter(|p| p.file == "parcels.shp" && p.fault != "area-typo").map(|p| p.key.as_str()).collect();
    park.parcels
        .iter()
        .filter(|row| !row.location.contains("问题行") && (row.ground.is_some() || !planted.contains(row.code.as_str())))
        .map(|row| (row.code.as_str(), row.ground.as_ref().unwrap()))
        .collect()
}

fn rings(ground: &MultiPolygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    ground.0.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()))
}

fn written(parcels: usize) -> (tempfile::TempDir, SampleManifest) {
    let dir = tempfile::tempdir().unwrap();
    let manifest = sample::write(dir.path(), &options(parcels), &mut |_| {}).unwrap();
    (dir, manifest)
}

fn ogrinfo(file: &Path, arguments: &[&str]) -> String {
    let output = Command::new("ogrinfo").arg("-ro").arg(file).args(arguments).output().unwrap();
    assert!(output.status.success(), "ogrinfo {}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_boundary_file_has_the_seven_counties_and_they_touch_without_overlap() {
    let file: geojson::FeatureCollection = sample::DIVISIONS_GEOJSON.parse().unwrap();
    let mut codes = Vec::new();
    let mut counties = Vec::new();
    for feature in file.features {
        codes.push(feature.property("adcode").unwrap().as_str().unwrap().to_owned());
        let geometry: MultiPolygon<f64> = feature.geometry.unwrap().try_into().unwrap();
        let plane =
            with_reprojector(Crs::WGS84, Crs::CGCS2000_GK_120E, |reprojector| reprojector.multi_polygon(&geometry)).unwrap();
        counties.push(mend(plane.unwrap(), Crs::CGCS2000_GK_120E).unwrap().surface);
    }
    assert_eq!(codes, ["330402", "330411", "330421", "330424", "330481", "330482", "330483"]);
    let areas: Vec<i64> = counties.iter().map(|county| (county.multi_polygon().unsigned_area() / 1e6).round() as i64).collect();
    assert_eq!(areas, [442, 544, 506, 943, 863, 582, 727], "km²");
    let sum: f64 = counties.iter().map(|county| county.multi_polygon().unsigned_area()).sum();
    let union = union_all(&counties).unwrap().multi_polygon().unsigned_area();
    assert!((sum - union).abs() < 1.0, "sum {sum} m², union {union} m²");
}

#[test]
fn every_parcel_and_building_lies_inside_the_county_whose_code_it_carries() {
    let city = city(1200);
    let file: geojson::FeatureCollection = sample::DIVISIONS_GEOJSON.parse().unwrap();
    let counties: BTreeMap<String, MultiPolygon<f64>> = file
        .features
        .into_iter()
        .map(|feature| {
            let code = feature.property("adcode").unwrap().as_str().unwrap().to_owned();
            let degrees: MultiPolygon<f64> = feature.geometry.unwrap().try_into().unwrap();
            let plane = with_reprojector(Crs::WGS84, Crs::CGCS2000_GK_120E, |r| r.multi_polygon(&degrees)).unwrap().unwrap();
            (code, plane)
        })
        .collect();
    let mut counted = BTreeSet::new();
    for park in &city.parks {
        counted.insert(park.division_code);
        let county = &counties[park.division_code];
        for row in &park.parcels {
            assert_eq!(&row.code[..6], park.division_code);
            for ring in row.ground.iter().flat_map(rings) {
                assert!(ring.0.iter().all(|&at| county.contains(&at)), "{} lies outside", row.code);
            }
        }
        for row in &park.buildings {
            assert!(rings(&row.ground).all(|ring| ring.0.iter().all(|&at| county.contains(&at))), "{}", row.code);
        }
    }
    assert_eq!(counted.len(), 7);
}

#[test]
fn parcels_share_their_edges_exactly_and_do_not_overlap() {
    let city = city(900);
    for park in &city.parks {
        let parcels = sound_parcels(&city, park);
        let sum: f64 = parcels.iter().map(|(_, ground)| ground.unsigned_area()).sum();
        let surfaces: Vec<Surface> = parcels.iter().map(|(_, ground)| surface(ground)).collect();
        let union = union_all(&surfaces).unwrap().multi_polygon().unsigned_area();
        assert!((sum - union).abs() < 0.01, "sum {sum} m², union {union} m²");

        let key = |at: Coord<f64>| (at.x.to_bits(), at.y.to_bits());
        let mut edges = BTreeSet::new();
        for (code, ground) in &parcels {
            assert!(ground.is_valid(), "{code}: {:?}", ground.check_validation());
            for ring in rings(ground) {
                for pair in ring.0.windows(2) {
                    assert!(edges.insert((key(pair[0]), key(pair[1]))), "{code}: two parcels run along one edge the same way");
                }
            }
        }
        let shared = edges.iter().filter(|(from, to)| edges.contains(&(*to, *from))).count();
        assert!(shared > parcels.len(), "only {shared} shared edges among {} parcels", parcels.len());

        // A corner that lies on a neighbour's edge without being a corner there would leave a sliver.
        let corners: BTreeSet<(u64, u64)> = edges.iter().map(|(from, _)| *from).collect();
        for (from, to) in &edges {
            let at = |key: &(u64, u64)| (f64::from_bits(key.0), f64::from_bits(key.1));
            let ((ax, ay), (bx, by)) = (at(from), at(to));
            let length = (bx - ax).hypot(by - ay);
            for corner in corners.iter().filter(|corner| *corner != from && *corner != to) {
                let (px, py) = at(corner);
                let along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length;
                let off = ((px - ax) * (by - ay) - (py - ay) * (bx - ax)).abs() / length;
                assert!(!(along > 0.0 && along < length && off < 0.002), "corner {px} {py} lies unshared on an edge");
            }
        }
    }
}

#[test]
fn a_city_of_any_size_has_as_many_parcels_as_asked_and_they_vary_in_size() {
    for parcels in [0, 1, 6, 40] {
        let city = city(parcels);
        let made: usize = city.parks.iter().map(|park| park.parcels.len()).sum();
        let planted = city.planted.iter().filter(|p| p.file == "parcels.shp" && p.fault != "area-typo").count();
        assert_eq!(made, parcels + planted);
    }
    let city = city(3000);
    assert_eq!(city.linear_scale, 1.0);
    let mut mu: Vec<f64> = city
        .parks
        .iter()
        .flat_map(|park| sound_parcels(&city, park))
        .map(|(_, ground)| ground.unsigned_area() * 0.0015)
        .collect();
    mu.sort_by(f64::total_cmp);
    assert_eq!(mu.len(), 3000);
    assert!(mu[30] > 5.0 && mu[2970] < 120.0, "1 % {} 亩, 99 % {} 亩", mu[30], mu[2970]);
    assert!(mu[2700] / mu[300] > 3.0);
}

#[test]
fn too_many_parcels_are_refused_with_the_limit() {
    let refusal = sample::generate(&options(3_000_000)).unwrap_err();
    assert_eq!(refusal.to_string(), "宗地数 3000000 过大：最多 2000000");
}

#[test]
fn the_shares_of_the_city_are_those_of_a_city() {
    let city = city(3000);
    let supplies: Vec<_> = city.parks.iter().flat_map(|park| &park.supplies).collect();
    let parcels: BTreeMap<&str, f64> = city
        .parks
        .iter()
        .flat_map(|park| sound_parcels(&city, park))
        .map(|(code, ground)| (code, ground.unsigned_area()))
        .collect();
    let share = |count: usize, of: usize| count as f64 / of as f64;
    let codes: BTreeSet<&str> = supplies.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes.len(), supplies.len(), "电子监管号 repeats");
    let named: BTreeSet<&str> = supplies.iter().map(|row| row.parcel_code.as_str()).collect();
    let strays = named.iter().filter(|code| !parcels.contains_key(**code)).count();
    assert!((0.01..0.06).contains(&share(strays, supplies.len())), "{strays} contracts without parcel");
    let bare = parcels.keys().filter(|code| !named.contains(**code)).count();
    assert!((0.02..0.08).contains(&share(bare, parcels.len())), "{bare} parcels without contract");

    let as_of = options(0).as_of;
    let late: Vec<i64> = supplies
        .iter()
        .filter(|row| row.construction == Construction::NotStarted)
        .map(|row| (as_of - row.agreed_start_on.unwrap()).num_days())
        .filter(|days| *days > 0)
        .collect();
    assert!((0.05..0.10).contains(&share(late.len(), supplies.len())), "{} overdue", late.len());
    for band in [0..365, 365..730, 730..10_000] {
        assert!(late.iter().filter(|days| band.contains(*days)).count() > 20, "few overdue by {band:?} days");
    }

    let (mut floor_area, mut footprint) = (BTreeMap::new(), BTreeMap::new());
    for row in city.parks.iter().flat_map(|park| &park.buildings) {
        assert!(row.ground.is_valid(), "{}", row.code);
        let area = row.ground.unsigned_area();
        *footprint.entry(row.parcel_code.as_str()).or_insert(0.0) += area;
        let double = if row.storey_height_m.unwrap() > 8.0 { 2.0 } else { 1.0 };
        *floor_area.entry(row.parcel_code.as_str()).or_insert(0.0) += area * row.storeys.unwrap_or(0) as f64 * double;
    }
    let spread = |values: &BTreeMap<&str, f64>| {
        let mut ratios: Vec<f64> = values.iter().filter_map(|(code, value)| Some(value / parcels.get(code)?)).collect();
        ratios.sort_by(f64::total_cmp);
        (ratios[ratios.len() / 50], ratios[ratios.len() / 2], ratios[ratios.len() * 49 / 50])
    };
    let (low, middle, high) = spread(&floor_area);
    assert!((0.1..0.5).contains(&low) && (0.9..1.5).contains(&middle) && (1.9..2.8).contains(&high), "{low} {middle} {high}");
    let (low, middle, high) = spread(&footprint);
    assert!((0.1..0.25).contains(&low) && (0.3..0.45).contains(&middle) && (0.55..0.7).contains(&high), "{low} {middle} {high}");
    let missing = city.parks.iter().flat_map(|park| &park.buildings).filter(|row| row.storeys.is_none()).count();
    assert!(missing > 10);
}

#[test]
fn contracts_and_projects_tell_their_dates_in_order() {
    let city = city(2000);
    let as_of = options(0).as_of;
    let planted: BTreeSet<&str> = city.planted.iter().map(|p| p.key.as_str()).collect();
    for row in city.parks.iter().flat_map(|park| &park.supplies).filter(|row| !planted.contains(row.code.as_str())) {
        let dates = [Some(row.signed_on), row.delivered_on, row.agreed_start_on, row.agreed_finish_on];
        assert!(dates.is_sorted(), "{}: {dates:?}", row.code);
        let happened = [row.delivered_on, row.started_on.or(row.delivered_on), row.finished_on.or(Some(as_of)), Some(as_of)];
        assert!(happened.is_sorted(), "{}: {happened:?}", row.code);
        match row.construction {
            Construction::NotStarted | Construction::Unrecorded => assert!(row.started_on.is_none() && row.finished_on.is_none()),
            Construction::Started => assert!(row.started_on.is_some() && row.finished_on.is_none()),
            Construction::Finished => assert!(row.started_on.is_some() && row.finished_on.is_some()),
        }
    }
    let steps = ["认定", "方案批准", "腾退", "供地", "开工", "竣工", "验收"];
    let mut accepted = 0;
    for park in &city.parks {
        let approvals = &park.approvals;
        assert!(
            approvals.iter().all(|row| row.approved_on.is_none_or(|day| (2012..=2026).contains(&chrono::Datelike::year(&day))))
        );
        assert!(approvals.iter().all(|row| row.withdrawn_on.is_none_or(|day| day <= as_of && Some(day) >= row.approved_on)));
        for project in &park.projects {
            let events: Vec<(usize, NaiveDate)> = park
                .project_events
                .iter()
                .filter(|event| event.project_code == project.code)
                .map(|event| (steps.iter().position(|step| *step == event.event).unwrap(), event.happened_on))
                .collect();
            assert!(events.is_sorted() && events.first().is_some_and(|event| event.0 == 0), "{}: {events:?}", project.code);
            assert!(events.iter().all(|event| event.1 <= as_of));
            accepted += usize::from(events.iter().any(|event| event.0 == 6));
        }
    }
    assert!(accepted > 5, "{accepted} accepted");
}

#[test]
fn approvals_are_supplied_wholly_partly_and_never_and_projects_claim_some_ground_twice() {
    let city = city(3000);
    let tolerance = SliverTolerance { min_area_m2: 50.0, min_width_m: 1.0 };
    let (mut whole, mut part, mut never, mut slivers, mut undrawn, mut withdrawn) = (0, 0, 0, 0, 0, 0);
    let (mut projects, mut twice) = (0, 0);
    for park in &city.parks {
        let named: BTreeSet<&str> = park.supplies.iter().map(|row| row.parcel_code.as_str()).collect();
        let supplied: Vec<Surface> = sound_parcels(&city, park)
            .into_iter()
            .filter(|(code, _)| named.contains(code))
            .map(|(_, ground)| surface(ground))
            .collect();
        let supplied: Vec<&Surface> = supplied.iter().collect();
        for row in &park.approvals {
            withdrawn += usize::from(row.withdrawn_on.is_some());
            let Some(ground) = &row.ground else {
                undrawn += 1;
                continue;
            };
            assert!(ground.is_valid(), "{}", row.number);
            assert!((ground.unsigned_area() / 10_000.0 / row.area_hectares - 1.0).abs() < 0.01);
            let left = subtract(&surface(ground), &supplied, &tolerance);
            match left.leftover_area / left.ground_area {
                share if share > 0.98 => never += 1,
                share if share > 0.0 => part += 1,
                _ => whole += 1,
            }
            slivers += usize::from(left.sliver_area > 1.0);
        }
        let drawn: Vec<Surface> = park.projects.iter().filter_map(|row| row.ground.as_ref()).map(surface).collect();
        projects += park.projects.len();
        for (index, one) in drawn.iter().enumerate() {
            twice += drawn[index + 1..].iter().filter(|other| intersection_area(one, other) > 100.0).count();
        }
    }
    assert!(whole > 60 && part > 60 && never > 3 && slivers > 10, "whole {whole} part {part} never {never} slivers {slivers}");
    assert!(undrawn > 3 && withdrawn > 0, "undrawn {undrawn} withdrawn {withdrawn}");
    assert!(projects > 40 && twice > 0, "projects {projects} twice {twice}");
}

#[test]
fn some_parcels_lie_partly_outside_the_industrial_zone_and_zones_do_not_overlap() {
    let city = city(1500);
    let mut cut = 0;
    for park in &city.parks {
        let zones: Vec<Surface> = park.zones.iter().map(|row| surface(&row.ground)).collect();
        assert!(park.zones.iter().any(|row| row.use_code == "100102"));
        for (index, zone) in zones.iter().enumerate() {
            assert!(zones[index + 1..].iter().all(|other| intersection_area(zone, other) < 0.01));
        }
        let industrial = &zones[park.zones.iter().position(|row| row.use_code == "100102").unwrap()];
        for (_, ground) in sound_parcels(&city, park) {
            let inside = intersection_area(&surface(ground), industrial) / ground.unsigned_area();
            cut += usize::from((0.05..0.95).contains(&inside));
        }
    }
    assert!(cut > 20, "{cut} parcels cut by the zone");
}

#[test]
fn the_same_options_write_the_same_bytes_and_another_seed_does_not() {
    let digests = |options: &SampleOptions| -> BTreeMap<String, String> {
        let dir = tempfile::tempdir().unwrap();
        sample::write(dir.path(), options, &mut |_| {}).unwrap();
        fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let digest = Sha256::digest(fs::read(entry.path()).unwrap());
                (entry.file_name().into_string().unwrap(), digest.iter().map(|byte| format!("{byte:02x}")).collect())
            })
            .collect()
    };
    let first = digests(&options(400));
    assert_eq!(first, digests(&options(400)));
    let other = digests(&SampleOptions { seed: 8, ..options(400) });
    assert_ne!(first["parcels.shp"], other["parcels.shp"]);
    assert_eq!(first["targets.xlsx"], other["targets.xlsx"]);
}

#[test]
fn a_stranger_reads_the_files_with_the_right_system_and_encoding() {
    let (dir, manifest) = written(400);
    let file = |name: &str| dir.path().join(name);
    assert!(!file("parcels.cpg").exists() && file("parcels.prj").exists());
    let dbf = fs::read(file("parcels.dbf")).unwrap();
    assert_eq!(dbf[29], 0, "the language byte would give the encoding away");
    assert_eq!(dbf[1..4], [126, 6, 30], "the header carries the day of the city, not of the clock");

    let parcels = ogrinfo(&file("parcels.shp"), &["-oo", "ENCODING=GBK", "-al", "-so"]);
    assert!(parcels.contains("ID[\"EPSG\",4528]]") && parcels.contains("Feature Count: 404"), "{parcels}");
    let first = ogrinfo(&file("parcels.shp"), &["-oo", "ENCODING=GBK", "parcels", "-fid", "0"]);
    assert!(first.contains("ZL (String) = 南湖区示例园区01") && first.contains("QLR (String) = 示例企业0001"), "{first}");
    assert!(first.contains("((40"), "easting without zone prefix: {first}");
    let mistaken = Command::new("ogrinfo").arg("-ro").arg(file("parcels.shp")).args(["parcels", "-fid", "0"]).output().unwrap();
    assert!(!String::from_utf8_lossy(&mistaken.stdout).contains("示例"), "the encoding is given away somewhere");

    let buildings = ogrinfo(&file("buildings.gpkg"), &["-al", "-so"]);
    assert!(buildings.contains("Layer name: 建筑物") && buildings.contains("ID[\"EPSG\",4490]]"), "{buildings}");
    assert!(buildings.contains("DESCRIPTION=示例数据（合成）") && buildings.contains("Extent: (120."), "{buildings}");
    let zones = ogrinfo(&file("zones.gpkg"), &["-al", "-so"]);
    assert!(zones.contains("Layer name: 规划分区") && zones.contains("Geometry: Multi Polygon"), "{zones}");
    let approvals = fs::read_to_string(file("approvals.geojson")).unwrap();
    assert!(
        approvals.contains("\"description\": \"示例数据（合成）\"") && approvals.contains("示例政土〔"),
        "{}",
        &approvals[..400]
    );

    for entry in &manifest.files {
        if entry.path.ends_with(".xlsx") {
            let mut book: Xlsx<_> = open_workbook(file(&entry.path)).unwrap();
            let range = book.worksheet_range_at(0).unwrap().unwrap();
            assert_eq!(range.height() as u64, entry.rows + 1, "{}", entry.path);
        } else if entry.path.ends_with(".csv") {
            let lines = fs::read(file(&entry.path)).unwrap().iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(lines as u64, entry.rows + 1, "{}", entry.path);
        } else {
            let count = format!("Feature Count: {}\n", entry.rows);
            assert!(ogrinfo(&file(&entry.path), &["-al", "-so"]).contains(&count), "{}", entry.path);
        }
        assert_eq!(entry.mapping, format!("sample-{}", entry.kind));
    }
    let kept: SampleManifest = serde_json::from_slice(&fs::read(file("manifest.json")).unwrap()).unwrap();
    assert_eq!(kept, manifest);
    assert!(kept.is_synthetic && kept.label == "示例数据（合成）");
}

#[test]
fn the_planted_faults_stand_where_the_manifest_says() {
    let (dir, manifest) = written(400);
    let faults: Vec<&str> = manifest.planted.iter().map(|p| p.fault.as_str()).collect();
    assert_eq!(
        faults,
        [
            "area-typo",
            "bow-tie",
            "duplicate-code",
            "short-code",
            "empty-geometry",
            "text-date",
            "number-with-semicolon",
            "unknown-construction",
            "finish-before-start",
            "approval-without-date",
            "invested-above-total",
            "extension-without-new-start",
            "event-ends-before-start",
            "wrong-check-character",
            "negative-tax",
            "year-out-of-range",
            "unknown-enterprise",
            "unknown-parcel"
        ]
    );
    let row = |fault: &str| {
        let planted = manifest.planted.iter().find(|p| p.fault == fault).unwrap();
        let fid = (planted.row - 1).to_string();
        ogrinfo(&dir.path().join("parcels.shp"), &["-oo", "ENCODING=GBK", "parcels", "-fid", &fid])
    };
    assert!(!row("empty-geometry").contains("POLYGON"));
    assert!(row("short-code").lines().any(|line| line.trim().len() == "ZDDM (String) = ".len() + 18));
    let duplicate = manifest.planted.iter().find(|p| p.fault == "duplicate-code").unwrap();
    assert!(row("duplicate-code").contains(&duplicate.key));
    let city = city(400);
    let park = &city.parks[0];
    assert_eq!(park.parcels.iter().filter(|parcel| parcel.code == duplicate.key).count(), 2);
    let planted_parcel = |fault: &str| {
        let planted = city.planted.iter().find(|p| p.fault == fault).unwrap();
        &park.parcels[planted.row as usize - 1]
    };
    assert!(!planted_parcel("bow-tie").ground.as_ref().unwrap().is_valid());
    let typo = planted_parcel("area-typo");
    let ratio = typo.documentary_mu.unwrap() / (typo.ground.as_ref().unwrap().unsigned_area() * 0.0015);
    assert!((ratio - 10.0).abs() < 0.01);

    let mut book: Xlsx<_> = open_workbook(dir.path().join("supplies.xlsx")).unwrap();
    let range = book.worksheet_range("供地合同").unwrap();
    let column = |header: &str| range.rows().next().unwrap().iter().position(|cell| cell == header).unwrap();
    let cell = |fault: &str, header: &str| {
        let planted = manifest.planted.iter().find(|p| p.fault == fault).unwrap();
        let row: Vec<Data> = range.rows().nth(planted.row as usize).unwrap().to_vec();
        assert_eq!(row[column("电子监管号")], Data::String(planted.key.clone()));
        row[column(header)].clone()
    };
    assert_eq!(cell("text-date", "合同签订日期"), Data::String("2019年09月10日".to_owned()));
    assert_eq!(cell("number-with-semicolon", "成交价款(万元)"), Data::String("24.9480;".to_owned()));
    assert_eq!(cell("unknown-construction", "施工情况"), Data::String("停工待核".to_owned()));
    let (Data::DateTime(start), Data::DateTime(finish)) =
        (cell("finish-before-start", "约定开工日期"), cell("finish-before-start", "约定竣工日期"))
    else {
        panic!("the agreed dates are not dates");
    };
    assert!(finish.as_f64() < start.as_f64());

    let approvals: geojson::FeatureCollection =
        fs::read_to_string(dir.path().join("approvals.geojson")).unwrap().parse().unwrap();
    assert!(approvals.features[0].property("pzrq").is_some_and(serde_json::Value::is_null));
}

#[test]
fn our_own_intake_takes_every_row_but_the_planted_ones_and_names_those() {
    let (dir, manifest) = written(1000);
    let place = Place::default();
    for file in &manifest.files {
        let mapping = Mapping::built_in(&file.mapping).unwrap_or_else(|| panic!("no mapping {}", file.mapping));
        let path = dir.path().join(&file.path);
        let (issues, source) = match file.kind.parse().unwrap() {
            RegisterKind::Parcels => parts(ingest::read_parcels(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Buildings => parts(ingest::read_buildings(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Approvals => parts(ingest::read_approvals(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Supplies => parts(ingest::read_supplies(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Zones => parts(ingest::read_zones(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Projects => parts(ingest::read_projects(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::ProjectEvents => parts(ingest::read_project_events(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Targets => parts(ingest::read_targets(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::SupplyEvents => parts(ingest::read_supply_events(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Deductions => parts(ingest::read_deductions(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Enterprises => parts(ingest::read_enterprises(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::Occupancies => parts(ingest::read_occupancies(&path, &mapping, &ReadOptions::default(), &place)),
            RegisterKind::EnterpriseYears => {
                parts(ingest::read_enterprise_years(&path, &mapping, &ReadOptions::default(), &place))
            }
            RegisterKind::Divisions => unreachable!("the sample has no divisions"),
        };
        assert_eq!(source.rows_read as u64, file.rows, "{}", file.path);
        let planted: BTreeMap<i32, &str> =
            manifest.planted.iter().filter(|p| p.file == file.path).map(|p| (p.row as i32, p.fault.as_str())).collect();
        for issue in issues.iter().filter(|issue| issue.severity != Severity::Notice) {
            let row = issue.row.unwrap_or_else(|| panic!("{}: {} {}", file.path, issue.code, issue.message));
            assert!(planted.contains_key(&row), "{} row {row}: {} {}", file.path, issue.code, issue.message);
        }
        let told: BTreeMap<&str, Vec<&str>> = planted
            .iter()
            .map(|(row, fault)| (*fault, issues.iter().filter(|issue| issue.row == Some(*row)).map(|issue| issue.code).collect()))
            .collect();
        let silent: BTreeSet<&str> = told.iter().filter(|(_, codes)| codes.is_empty()).map(|(fault, _)| *fault).collect();
        // Read without complaint: the date is understood, the semicolon is passed over, and a missing approval date is a
        // missing fact. Names that stand in no register are noticed only where the registers are known.
        let understood = BTreeSet::from([
            "text-date",
            "number-with-semicolon",
            "approval-without-date",
            "unknown-enterprise",
            "unknown-parcel",
        ]);
        assert!(silent.is_subset(&understood), "{}: nothing said about {silent:?}; said {told:?}", file.path);
    }
}

fn parts<R>(read: Result<Ingested<R>, IngestError>) -> (Vec<IngestIssue>, SourceDescription) {
    let read = read.unwrap();
    (read.issues, read.source)
}
