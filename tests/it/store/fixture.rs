//! Rows to append: small squares of ground and an import around them. Nothing here is asserted.

use chrono::NaiveDate;
use mujun::register::{DivisionRecord, Ground, ParcelRecord, RegisterKind};
use mujun::store::{Appended, StoreError, division, import, parcel};
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::{Geometry, Rect, coord};
use mujun_geometry::surface::Surface;
use sqlx::{Connection, PgConnection};

/// A square of about a hectare whose south-west corner lies `step` hundredths of a degree east of 120.70°E 30.75°N.
pub fn square(step: u32) -> Ground {
    let west = 120.70 + f64::from(step) / 100.0;
    let corner = Rect::new(coord! { x: west, y: 30.75 }, coord! { x: west + 0.001, y: 30.751 });
    let Geometry::Polygon(polygon) = Geometry::Polygon(corner.to_polygon()) else { unreachable!() };
    let surface = Surface::from_trusted(polygon.into(), Crs::CGCS2000).unwrap();
    Ground { surface, ellipsoidal_area_m2: 10_609.5, planar_area_m2: Some(10_610.25) }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn division(code: &str, name: &str) -> DivisionRecord {
    DivisionRecord { division_code: code.into(), name: name.into(), ground: square(0) }
}

pub fn parcel(code: &str, step: u32) -> ParcelRecord {
    ParcelRecord {
        division_code: "330402".into(),
        parcel_code: code.into(),
        location: Some("南湖区某路 1 号".into()),
        right_holder: Some("示例企业".into()),
        land_use_scheme: Some("GB/T 21010-2017".into()),
        land_use_code: Some("0601".into()),
        industry_edition: None,
        industry_code: None,
        reporting_unit_code: Some("330402".into()),
        documentary_area_m2: Some(10_600.0),
        stated_counting_floor_area_m2: None,
        stated_footprint_m2: Some(0.0),
        stated_built_land_m2: Some(9_000.0),
        stated_structures_m2: Some(120.5),
        stated_yard_m2: Some(800.0),
        stated_office_land_m2: Some(300.0),
        stated_office_floor_m2: Some(900.0),
        stated_green_m2: Some(0.0),
        land_use_mark: Some("M0".into()),
        observed_on: None,
        ground: square(step),
    }
}

/// An import of `rows` rows; `file` makes its digest.
pub fn file(kind: RegisterKind, file: &str, rows: usize) -> import::NewImport {
    let digest = file.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    import::NewImport {
        kind,
        file_name: file.into(),
        file_sha256: format!("{digest:064x}"),
        mapping_name: "test".into(),
        mapping_sha256: "0".repeat(64),
        layer_name: None,
        provider: Some("某局".into()),
        is_synthetic: true,
        crs: Some("EPSG:4490".into()),
        encoding: None,
        observed_on: Some(day("2026-06-30")),
        received_on: None,
        decisions: serde_json::json!({}),
        rows_read: i32::try_from(rows).unwrap(),
        rows_quarantined: 0,
    }
}

pub fn numbered<R: Clone>(records: &[R]) -> Vec<(i32, R)> {
    (1..).zip(records.iter().cloned()).collect()
}

/// 南湖区 with its reporting unit, which the rows of most registers refer to.
pub async fn with_division(conn: &mut PgConnection) {
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Divisions, "divisions", 1)).await.unwrap();
    let rows = numbered(&[division("330402", "南湖区")]);
    let appended = division::append_versions(&mut tx, id, &rows).await.unwrap();
    import::complete(&mut tx, id, &appended).await.unwrap();
    import::record_revision(&mut tx, Some(id), "导入行政区").await.unwrap();
    tx.commit().await.unwrap();
}

/// Imports parcels in a transaction of their own.
pub async fn import_parcels(conn: &mut PgConnection, name: &str, parcels: &[ParcelRecord]) -> Result<Appended, StoreError> {
    let mut tx = conn.begin().await.unwrap();
    let id = import::insert(&mut tx, &file(RegisterKind::Parcels, name, parcels.len())).await?;
    let appended = parcel::append_versions(&mut tx, id, &numbered(parcels)).await?;
    import::complete(&mut tx, id, &appended).await?;
    import::record_revision(&mut tx, Some(id), "导入宗地").await?;
    tx.commit().await.unwrap();
    Ok(appended)
}
