//! A town in the database whose registers are corrected again and again. Nothing here is asserted.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mujun::app::evaluation::{Activation, EvaluationRequest, RunSummary, evaluate_city};
use mujun::app::registers::Registers;
use mujun::register::{DivisionRecord, RegisterKind};
use mujun::store::{approval, building, division, import, parcel, project, project_event, supply};
use mujun_domain::rulebook::Rulebook;
use sha2::{Digest, Sha256};
use sqlx::{Connection, PgConnection};

use crate::support::TestCity;
use crate::town::{COUNTY, day, ground, rectangle};

/// The second county of the town.
pub const OTHER_COUNTY: &str = "330481";

pub struct World {
    pub city: TestCity,
}

impl World {
    /// Two counties without a row.
    pub async fn new() -> World {
        let city = TestCity::new().await;
        let mut conn = city.connection().await;
        let mut tx = conn.begin().await.unwrap();
        let county = |code: &str, name: &str, west: f64| DivisionRecord {
            division_code: code.into(),
            name: name.into(),
            ground: ground(rectangle(west, -5_000.0, 10_000.0, 10_000.0)),
        };
        let rows = [(1, county(COUNTY, "南湖区", -4_500.0)), (2, county(OTHER_COUNTY, "海宁市", 5_500.0))];
        let id = import::insert(&mut tx, &file(RegisterKind::Divisions, "divisions.geojson", rows.len())).await.unwrap();
        let appended = division::append_versions(&mut tx, id, &rows).await.unwrap();
        import::complete(&mut tx, id, &appended).await.unwrap();
        import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
        tx.commit().await.unwrap();
        World { city }
    }

    /// Records the rows of the town that are new or changed, as files of that name.
    pub async fn record(&self, name: &str, town: &Registers) {
        let mut conn = self.city.connection().await;
        let mut tx = conn.begin().await.unwrap();
        append(&mut tx, name, town).await;
        tx.commit().await.unwrap();
    }

    /// Evaluates as of the end of June 2024, unless told otherwise.
    pub async fn evaluate(&self, rulebook: &Arc<Rulebook>, as_of: &str, known_at: Option<DateTime<Utc>>) -> RunSummary {
        // A clock far ahead of the database's: whoever takes the instant of a run from it is found out.
        let now = "2099-01-01T00:00:00Z".parse().unwrap();
        let request = EvaluationRequest { as_of: day(as_of), known_at, now, activation: Activation::Activate };
        evaluate_city(&self.city.pool, rulebook.clone(), request).await.unwrap()
    }

    /// The bytes of every finding of a run as they are stored, in order.
    pub async fn stored(&self, run_id: i64) -> Vec<String> {
        let sql =
            "select concat_ws(E'\\t', division_code, subject_kind, subject_code, rule_id, parcel_code, force, outcome, flag,
                       flagged_area_m2, detail, encode(st_asbinary(geom), 'hex'))
                   from finding where run_id = $1 order by division_code, subject_kind, subject_code, rule_id";
        sqlx::query_scalar(sql).bind(run_id).fetch_all(&self.city.pool).await.unwrap()
    }

    pub async fn known_at(&self, run_id: i64) -> DateTime<Utc> {
        sqlx::query_scalar("select known_at from run where run_id = $1").bind(run_id).fetch_one(&self.city.pool).await.unwrap()
    }
}

/// Imports every register of the town that has rows, in the caller's transaction.
pub async fn append(tx: &mut PgConnection, name: &str, town: &Registers) {
    macro_rules! append {
        ($kind:ident, $register:ident, $rows:expr) => {{
            let rows: Vec<_> = (1..).zip($rows.iter().map(|version| version.record.clone())).collect();
            if !rows.is_empty() {
                let id = import::insert(&mut *tx, &file(RegisterKind::$kind, name, rows.len())).await.unwrap();
                let appended = $register::append_versions(&mut *tx, id, &rows).await.unwrap();
                import::complete(&mut *tx, id, &appended).await.unwrap();
                import::record_revision(&mut *tx, Some(id), "导入").await.unwrap();
            }
        }};
    }
    append!(Parcels, parcel, town.parcels);
    append!(Buildings, building, town.buildings);
    append!(Approvals, approval, town.approvals);
    append!(Supplies, supply, town.supplies);
    append!(Projects, project, town.projects);
    append!(ProjectEvents, project_event, town.events);
}

/// The import of a file of that name.
pub fn file(kind: RegisterKind, name: &str, rows: usize) -> import::NewImport {
    let digest = Sha256::digest(format!("{}{name}", kind.as_str()).as_bytes());
    import::NewImport {
        kind,
        file_name: name.to_owned(),
        file_sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        mapping_name: "town".into(),
        mapping_sha256: "0".repeat(64),
        layer_name: None,
        provider: Some("某局".into()),
        is_synthetic: true,
        crs: Some("EPSG:4549".into()),
        encoding: None,
        observed_on: None,
        received_on: None,
        decisions: serde_json::json!({}),
        rows_read: i32::try_from(rows).unwrap(),
        rows_quarantined: 0,
    }
}
