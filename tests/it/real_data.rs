//! Real files, imported as an office would import them, against figures that others worked out.
//! The data lies beside the repository and is not part of it; where it is absent each test says so and passes over it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use mujun::app::evaluation::registers;
use mujun::app::judgement::{JudgedParcel, judge};
use mujun::app::measuring::AreaBasis;
use mujun::app::registers::Registers;
use mujun::register::RegisterKind;
use mujun_domain::finding::OutcomeCode;

use crate::support::{TestCity, take};
use crate::town::day;

fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !found.exists() {
        eprintln!("跳过：没有 {}，真实数据测试未运行", found.display());
        return None;
    }
    Some(found)
}

async fn read(city: &TestCity) -> Registers {
    let mut conn = city.connection().await;
    registers(&mut conn, None).await.unwrap()
}

/// A division of the size of the box, so that data from elsewhere has a place to belong to.
async fn found_division(city: &TestCity, code: &str, name: &str, west: f64, south: f64, east: f64, north: f64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("division.geojson");
    let feature = serde_json::json!({"type": "FeatureCollection", "features": [{"type": "Feature",
        "properties": {"adcode": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}}]});
    std::fs::write(&path, feature.to_string()).unwrap();
    take(city, RegisterKind::Divisions, path, "divisions-standard").await;
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::test]
async fn jiaxing_boundaries_industrial_land_and_contracts_come_in_whole() {
    let Some(folder) = shared("jiaxing") else { return };
    let city = TestCity::new().await;
    let divisions = take(&city, RegisterKind::Divisions, folder.join("jiaxing_units_wgs84.geojson"), "divisions-standard").await;
    assert_eq!((divisions.appended.new, divisions.source.rows_quarantined), (7, 0));

    // The README beside the data gives these, computed independently in EPSG:4549, km².
    let stated = [
        ("330402", 435.854),
        ("330411", 548.739),
        ("330421", 505.821),
        ("330424", 942.035),
        ("330481", 863.279),
        ("330482", 581.064),
        ("330483", 728.827),
    ];
    let mut conn = city.connection().await;
    let boundaries = mujun::store::division::boundaries(&mut conn).await.unwrap();
    for (code, km2) in stated {
        let division = boundaries.iter().find(|division| division.division_code == code).unwrap();
        let plane =
            mujun_geometry::reproject::Reprojector::new(division.boundary.crs(), mujun_geometry::Crs::CGCS2000_GK_120E).unwrap();
        let ours = mujun_geometry::area::planar_area(&plane.surface(&division.boundary).unwrap()) / 1e6;
        assert!((ours - km2).abs() < 0.001, "{code}: {ours} km² and {km2} km²");
    }

    let parcels = take(&city, RegisterKind::Parcels, folder.join("osm_landuse.geojson"), "jiaxing-osm-landuse").await;
    assert_eq!((parcels.source.rows_read, parcels.appended.new), (18, 18), "{:#?}", parcels.issues);
    let supplies = take(&city, RegisterKind::Supplies, folder.join("supply_2017_jiaxing.csv"), "landchina-2017").await;
    assert_eq!((supplies.source.rows_read, supplies.appended.new), (26, 26), "{:#?}", supplies.issues);

    let registers = read(&city).await;
    let hectares: f64 = registers.parcels.iter().map(|version| version.record.ground.ellipsoidal_area_m2).sum::<f64>() / 1e4;
    assert!((hectares - 424.5).abs() < 0.15, "18 industrial polygons of 424.5 ha: {hectares}");
    assert!(registers.supplies.iter().all(|version| version.record.ground.is_none()), "kept without geometry, not dropped");
    let industrial: f64 = registers
        .supplies
        .iter()
        .filter(|version| version.record.land_use_name.as_deref().is_some_and(|name| name.contains("工业")))
        .filter_map(|version| version.record.documentary_area_m2)
        .sum();
    assert!((industrial / 1e4 - 36.772486).abs() < 1e-6, "18 industrial contracts of 36.772486 ha: {}", industrial / 1e4);
    for version in &registers.supplies {
        let (min, max) = (version.record.contract_far_min, version.record.contract_far_max);
        assert!(min.zip(max).is_none_or(|(min, max)| min <= max), "{}: {min:?} to {max:?}", version.record.supply_code);
    }

    // A public listing says nothing of building: not late, not on time, but to be found out.
    let judgement = judge(&registers, &mujun::app::rulebook::load(None).unwrap(), day("2026-06-30")).unwrap();
    let overdue: Vec<OutcomeCode> = judgement
        .findings
        .iter()
        .filter(|row| row.finding.rule.as_str() == "construction-overdue")
        .map(|row| OutcomeCode::of(&row.finding.outcome))
        .collect();
    assert_eq!(overdue.len(), 26);
    assert!(overdue.iter().all(|outcome| *outcome == OutcomeCode::Undetermined), "{overdue:?}");
    println!("嘉兴：7 个县级单位、18 宗工业用地（{hectares:.2} 公顷）、26 份合同（均无图形，均保留）");
}

/// The terms and outcomes of the notices of 2019, read by hand from the file: limits are words, dates are mostly wanting, and
/// one row was joined to a contract of another province.
#[tokio::test]
async fn the_notices_of_2019_keep_their_worded_limits_and_decide_nothing_they_cannot() {
    let Some(folder) = shared("jiaxing") else { return };
    let city = TestCity::new().await;
    take(&city, RegisterKind::Divisions, folder.join("jiaxing_units_wgs84.geojson"), "divisions-standard").await;
    let report = take(&city, RegisterKind::Supplies, folder.join("notices_2019_jiaxing.csv"), "landchina-2019").await;
    assert_eq!((report.source.rows_read, report.appended.new), (8, 8), "{:#?}", report.issues);

    let registers = read(&city).await;
    let terms = |code: &str| {
        let version = registers.supplies.iter().find(|version| version.record.supply_code == code).unwrap();
        let record = &version.record;
        (record.contract_far_min, record.contract_far_max, record.contract_density_max, record.documentary_area_m2)
    };
    assert_eq!(terms("2019嘉秀洲-011号"), (Some(1.1), Some(1.6), Some(0.6), Some(2_163.0)));
    assert_eq!(terms("2019嘉秀洲-012号"), (Some(1.1), Some(2.5), Some(0.55), Some(18_764.0)));
    assert_eq!(terms("2019平-19号"), (Some(0.8), None, Some(0.6), Some(16_195.0)));
    assert_eq!(terms("2017G-73-2"), (Some(1.3), Some(2.5), None, Some(19_680.8)));

    let judgement = judge(&registers, &mujun::app::rulebook::load(None).unwrap(), day("2026-06-30")).unwrap();
    let outcome = |code: &str, rule: &str| {
        let row = judgement.findings.iter().find(|row| row.subject_code == code && row.finding.rule.as_str() == rule);
        OutcomeCode::of(&row.unwrap().finding.outcome)
    };
    for version in &registers.supplies {
        let code = version.record.supply_code.as_str();
        // Nobody recorded whether building began: to be found out, for those with an agreed day and for those without.
        assert_eq!(outcome(code, "construction-overdue"), OutcomeCode::Undetermined, "{code}");
        for rule in ["construction-stopped-area", "construction-stopped-investment"] {
            assert_eq!(outcome(code, rule), OutcomeCode::NotApplicable, "{code} {rule}: no record of a stop");
        }
    }
    println!("2019 年公告：8 份，限值文字全部读出，供而未用 8 份待核，停工两条 8 份不适用（没有停工记录）");
}

#[tokio::test]
async fn cambridge_lots_have_the_plot_ratios_that_others_computed() {
    let Some(folder) = shared("cambridge") else { return };
    let city = TestCity::new().await;
    found_division(&city, "025017", "Cambridge", -71.2, 42.3, -71.0, 42.45).await;
    let report = take(&city, RegisterKind::Parcels, folder.join("parcels_fy2014.geojson.gz"), "cambridge-parcels").await;
    assert_eq!(report.source.rows_read, 13_116);
    assert!(report.appended.new > 12_500, "{:?} {}", report.appended, report.source.rows_quarantined);

    let registers = read(&city).await;
    let judgement = judge(&registers, &mujun::app::rulebook::load(None).unwrap(), day("2026-06-30")).unwrap();
    let ours: HashMap<&str, (f64, &JudgedParcel)> = registers
        .parcels
        .iter()
        .zip(&judgement.parcels)
        .map(|(version, parcel)| (version.record.parcel_code.as_str(), (version.record.ground.ellipsoidal_area_m2, parcel)))
        .collect();

    let oracle = std::fs::read_to_string(folder.join("oracle_plot_ratio.csv")).unwrap();
    let mut rows = csv_rows(&oracle);
    let header = rows.remove(0);
    let column = |name: &str| header.iter().position(|field| field == name).unwrap();
    let (ml, polygons, invalid, lot, ratio, land) = (
        column("ML"),
        column("n_polygons"),
        column("n_invalid"),
        column("lot_area_m2"),
        column("plot_ratio"),
        column("land_area_sqft"),
    );
    let (mut ratios, mut ratio_agree, mut areas, mut area_agree, mut missing) = (0, 0, 0, 0, 0);
    let mut worst: f64 = 0.0;
    let (mut ratios_of_area, mut contradicted) = (Vec::new(), Vec::new());
    for row in &rows {
        let Some((area, parcel)) = ours.get(row[ml].as_str()) else {
            missing += 1;
            continue;
        };
        // A lot of several polygons is several rows under one key here; the oracle summed them.
        if row[polygons] == "1" && row[invalid] == "0" {
            areas += 1;
            // The file's seven decimals of a degree are a centimetre: on a small lot that is a thousandth of its area.
            let stated: f64 = row[lot].parse().unwrap();
            area_agree += usize::from((area / stated - 1.0).abs() < 2e-3);
            ratios_of_area.push(area / stated);
        }
        // The oracle has no ratio where the floor area is missing; a negative floor area (44-100) is refused here.
        let (Ok(expected), true) = (row[ratio].parse::<f64>(), row[land] != "0.0" && row[polygons] == "1") else { continue };
        if expected < 0.0 {
            assert_eq!(parcel.plot_ratio(), None, "{}: a negative floor area is no floor area", row[ml]);
            continue;
        }
        // Where the assessor's area and the outline differ by more than a fifth, one is wrong: the document decides nothing.
        if parcel.measure.site.basis == AreaBasis::Contradicted {
            contradicted.push(row[ml].as_str());
            continue;
        }
        ratios += 1;
        let found = parcel.plot_ratio().unwrap_or(f64::NAN);
        let difference = (found - expected).abs();
        ratio_agree += usize::from(difference <= 5.1e-5);
        if difference.is_finite() {
            worst = worst.max(difference);
        }
    }
    println!(
        "剑桥：{} 宗入库，隔离 {}；容积率 {ratio_agree} / {ratios} 与独立计算相符（±0.00005，最大差 {worst:.5}）；\
         面积 {area_agree} / {areas} 相符（±0.2%），比值中位数 {:.5}；证载面积与图形矛盾 {} 宗；对照表中 {missing} 宗未入库",
        report.appended.new,
        report.source.rows_quarantined,
        median(ratios_of_area.clone()),
        contradicted.len()
    );
    assert!(contradicted.contains(&"9-90"), "a lot area wrong by a factor of eleven");
    assert!((median(ratios_of_area) - 1.0).abs() < 1e-4);
    assert!(ratios > 10_000, "{ratios}");
    assert_eq!(ratio_agree, ratios);
    assert!(areas > 10_000 && area_agree * 1_000 >= areas * 998, "{area_agree} of {areas}");
}

/// Quoted fields of a small file that we know to have no line breaks inside.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let split = |line: &str| {
        let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => fields.push(std::mem::take(&mut field)),
                other => field.push(other),
            }
        }
        fields.push(field);
        fields
    };
    text.lines().filter(|line| !line.is_empty()).map(split).collect()
}

#[tokio::test]
async fn plateau_footprints_and_floor_areas_are_near_the_stated_ones() {
    let Some(folder) = shared("plateau") else { return };
    let city = TestCity::new().await;
    found_division(&city, "043206", "Tamana", 130.4, 32.8, 130.7, 33.1).await;
    let report = take(&city, RegisterKind::Buildings, folder.join("buildings.geojson"), "plateau-buildings").await;
    assert_eq!((report.source.rows_read, report.appended.new), (242, 242), "{:#?}", report.issues.first());

    let registers = read(&city).await;
    let text = std::fs::read_to_string(folder.join("buildings.geojson")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let oracle: HashMap<&str, f64> = file["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| {
            (feature["properties"]["building_id"].as_str().unwrap(), feature["properties"]["roof_edge_area_m2"].as_f64().unwrap())
        })
        .collect();
    let (mut outline, mut footprint, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for version in &registers.buildings {
        let record = &version.record;
        let ours = record.ground.ellipsoidal_area_m2;
        let stated_outline = oracle[record.building_code.as_str()];
        // The independent figures are rounded to 0.01 m²: on a shed of 3 m² that is more than a thousandth.
        outline.push(if (ours - stated_outline).abs() < 0.006 { 1.0 } else { ours / stated_outline });
        assert_ne!(record.storeys_above, Some(9999), "a sentinel is not a number of storeys");
        if let Some(stated) = record.stated_footprint_m2.filter(|stated| *stated > 0.0) {
            footprint.push(ours / stated);
        }
        if let (Some(stated), Some(storeys)) = (record.stated_floor_area_m2.filter(|stated| *stated > 0.0), record.storeys_above)
        {
            floor.push(ours * f64::from(storeys) / stated);
        }
    }
    let near = |values: &[f64], share: f64| values.iter().filter(|value| (**value - 1.0).abs() <= share).count();
    println!(
        "PLATEAU：屋顶轮廓面积 {} / {} 与独立量算相差不过 0.1%；对登记基底之比中位数 {:.3}（{} 栋）；\
         轮廓 × 层数对登记建筑面积之比中位数 {:.3}，{} / {} 栋相差不过 10%",
        near(&outline, 1e-3),
        outline.len(),
        median(footprint.clone()),
        footprint.len(),
        median(floor.clone()),
        near(&floor, 0.1),
        floor.len()
    );
    assert_eq!(near(&outline, 1e-3), 242, "the same outline must have the same area");
    // The data's README: the roof edge is larger than the tax footprint, median 1.13. Do not expect equality.
    assert!((median(footprint) - 1.13).abs() < 0.02);
    assert!(floor.len() > 150);
}
