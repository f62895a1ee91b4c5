//! A town in the database, judged, behind the router. Nothing here is asserted.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use mujun::app::display::{self, Display, DisplayKeeper};
use mujun::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use mujun::app::intake::{Intake, Limits};
use mujun::app::registers::Registers;
use mujun::app::state::State;
use mujun::app::tile::Seen;
use mujun::register::{ConstructionState, DivisionRecord, RegisterKind, ZoneRecord};
use mujun::serve::router;
use mujun::store::{self, approval, building, division, import, parcel, project, project_event, supply, target, zone};
use mujun_domain::rulebook::Rulebook;
use serde_json::Value;
use sqlx::Acquire;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::support::TestCity;
use crate::town::{self, COUNTY, day, ground, rectangle, registers};

/// The second county of the town; its parcels lie to the east.
pub const OTHER_COUNTY: &str = "330481";
/// A parcel whose code tries to be SQL and whose name tries to be markup.
pub const HOSTILE: &str = "'; drop table parcel; --\"<b>/..";
/// Parcels of the town, both counties together.
pub const PARCELS: usize = 37;

/// A database and the router on it.
pub struct Api {
    pub city: TestCity,
    pub state: State,
    pub router: Router,
    /// Where uploads go; removed with the test.
    pub uploads: TempDir,
}

/// A router that answers tiles from memory.
pub struct Mapped {
    router: Router,
    pub display: Display,
    #[expect(dead_code, reason = "held, because the city is kept in memory for as long as it lives")]
    keeper: DisplayKeeper,
}

impl Mapped {
    /// Waits until what the database holds now is in memory.
    pub async fn caught_up(&self, api: &Api) {
        let state = store::display::state_now(&api.city.pool).await.unwrap();
        let is_there =
            |seen: &Seen| (seen.revision, seen.run_id, seen.decisions) == (state.revision, state.run_id, state.decisions);
        self.display.when(is_there).await.unwrap();
    }

    pub async fn get(&self, address: &str) -> Answer {
        send(&self.router, Request::get(address).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, address: &str, name: header::HeaderName, value: &str) -> Answer {
        send(&self.router, Request::get(address).header(name, value).body(Body::empty()).unwrap()).await
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub fn rulebook() -> Arc<Rulebook> {
    Arc::new(mujun::app::rulebook::load(None).unwrap())
}

impl Api {
    /// A migrated database without a row.
    pub async fn empty() -> Api {
        Api::on(TestCity::new().await)
    }

    fn on(city: TestCity) -> Api {
        let uploads = tempfile::tempdir().unwrap();
        let intake = Arc::new(Intake::new(uploads.path().to_owned(), Limits::default()));
        let state = State::new(city.pool.clone(), rulebook(), intake);
        Api { city, router: router(state.clone()), state, uploads }
    }

    /// The same city and uploads after the server was stopped and started again.
    pub fn restarted(self) -> Api {
        self.state.intake.stop();
        let intake = Arc::new(Intake::new(self.uploads.path().to_owned(), Limits::default()));
        let state = State { intake, ..self.state };
        Api { router: router(state.clone()), state, ..self }
    }

    /// The same database behind a router that answers from memory, once what is there now is in memory.
    pub async fn in_memory(&self) -> Mapped {
        let (display, keeper) = display::keep(self.city.pool.clone(), 1 << 20);
        let router = router(self.state.clone().with_display(display.clone()));
        let mapped = Mapped { router, display, keeper };
        mapped.caught_up(self).await;
        mapped
    }

    /// The town, judged.
    pub async fn town() -> Api {
        Api::judged(&the_town()).await
    }

    /// These registers, judged as of the end of June 2026.
    pub async fn judged(registers: &Registers) -> Api {
        Api::judged_on(TestCity::new().await, registers).await
    }

    /// The same, in this database.
    pub async fn judged_on(city: TestCity, registers: &Registers) -> Api {
        record(&city, registers).await;
        let request = EvaluationRequest {
            as_of: day("2026-06-30"),
            known_at: None,
            now: "2026-07-01T00:00:00Z".parse().unwrap(),
            activation: Activation::Activate,
        };
        evaluate_city(&city.pool, rulebook(), request).await.unwrap();
        Api::on(city)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.send(Request::get(address).header(header::HOST, "mujun.test").body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, address: &str, name: header::HeaderName, value: &str) -> Answer {
        self.send(Request::get(address).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub async fn json(&self, address: &str) -> Value {
        let answer = self.get(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    pub async fn post_json(&self, address: &str, body: &str) -> Answer {
        let request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

/// Percent-encodes a path segment or a value.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Thirty equal parcels in a row and six smaller ones in the next county, one with a hostile name; one built below its contract,
/// one overdue, one approval half supplied, contracts and projects without geometry, a target.
pub fn the_town() -> Registers {
    let mut town = registers();
    for number in 1..=30 {
        town::add_parcel(
            &mut town,
            &format!("P{number:02}"),
            ground(rectangle(f64::from(number) * 150.0, 0.0, 100.0, 100.0)),
            None,
        );
    }
    town::add_parcel(&mut town, HOSTILE, ground(rectangle(0.0, 300.0, 80.0, 80.0)), Some(6_400.0));
    for number in 1..=6 {
        let west = 6_000.0 + f64::from(number) * 150.0;
        town::add_parcel(&mut town, &format!("Q{number}"), ground(rectangle(west, 0.0, 50.0, f64::from(number) * 10.0)), None);
    }
    for version in &mut town.parcels {
        if version.record.parcel_code.starts_with('Q') {
            version.record.division_code = OTHER_COUNTY.to_owned();
        }
        if version.record.parcel_code == "P07" {
            version.record.right_holder = Some("示例企业100%有限公司".to_owned());
            version.record.location = Some("南湖区示例路 7 号".to_owned());
        }
    }
    // P01: 40 × 50 m, two storeys: 4 000 m² on 10 000 m², against 1.2 agreed.
    town::add_building(&mut town, ground(rectangle(160.0, 10.0, 40.0, 50.0)), Some(2), Some(4.0));
    let mut built = town::supply("S1", Some("P01"));
    built.construction_state = Some(ConstructionState::Finished);
    built.contract_far_min = Some(1.2);
    town::add_supply(&mut town, built);
    let mut overdue = town::supply("S2", Some("P02"));
    overdue.construction_state = Some(ConstructionState::NotStarted);
    overdue.agreed_start_on = Some(day("2024-01-01"));
    overdue.ground = Some(ground(rectangle(300.0, 0.0, 100.0, 100.0)));
    town::add_supply(&mut town, overdue);
    town::add_supply(&mut town, town::supply("S3-无图形", None));
    // 200 × 100 m approved, of which the ground of S2 takes half.
    town::add_approval(&mut town, "浙土字〔2020〕1号", "2020-01-01", Some(ground(rectangle(300.0, -100.0, 100.0, 200.0))));
    town::add_approval(&mut town, "浙土字〔2021〕2号", "2021-01-01", None);
    town::add_project(&mut town, "X1", COUNTY, 10_000.0, Some(ground(rectangle(0.0, 2_000.0, 100.0, 100.0))), Some("2024-05-01"));
    town::add_project(
        &mut town,
        "X2",
        COUNTY,
        10_000.0,
        Some(ground(rectangle(50.0, 2_000.0, 100.0, 100.0))),
        Some("2025-05-01"),
    );
    town::add_project(&mut town, "X3", COUNTY, 5_000.0, None, None);
    town::add_target(&mut town, 1_000_000.0);
    town
}

pub fn file(kind: RegisterKind, rows: usize) -> import::NewImport {
    import::NewImport {
        kind,
        file_name: format!("town-{}.gpkg", kind.as_str()),
        file_sha256: format!(
            "{:064x}",
            kind.as_str().len() + 16 * RegisterKind::ALL.iter().position(|other| *other == kind).unwrap()
        ),
        mapping_name: "town".into(),
        mapping_sha256: "0".repeat(64),
        layer_name: None,
        provider: Some("某局".into()),
        is_synthetic: true,
        crs: Some("EPSG:4549".into()),
        encoding: None,
        observed_on: Some(day("2026-06-30")),
        received_on: None,
        decisions: serde_json::json!({}),
        rows_read: i32::try_from(rows).unwrap(),
        rows_quarantined: 0,
    }
}

async fn record(city: &TestCity, town: &Registers) {
    let mut conn = city.connection().await;
    let mut tx = conn.begin().await.unwrap();
    macro_rules! append {
        ($kind:ident, $register:ident, $records:expr) => {{
            let rows: Vec<_> = (1..).zip($records).collect();
            let id = import::insert(&mut tx, &file(RegisterKind::$kind, rows.len())).await.unwrap();
            let appended = $register::append_versions(&mut tx, id, &rows).await.unwrap();
            import::complete(&mut tx, id, &appended).await.unwrap();
            import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
        }};
    }
    let county = |code: &str, name: &str, west: f64| DivisionRecord {
        division_code: code.into(),
        name: name.into(),
        ground: ground(rectangle(west, -5_000.0, 10_000.0, 10_000.0)),
    };
    let records = |_: ()| vec![county(COUNTY, "南湖区", -4_500.0), county(OTHER_COUNTY, "海宁市", 5_500.0)];
    append!(Divisions, division, records(()));
    append!(Parcels, parcel, town.parcels.iter().map(|version| version.record.clone()));
    append!(Buildings, building, town.buildings.iter().map(|version| version.record.clone()));
    append!(Approvals, approval, town.approvals.iter().map(|version| version.record.clone()));
    append!(Supplies, supply, town.supplies.iter().map(|version| version.record.clone()));
    append!(Projects, project, town.projects.iter().map(|version| version.record.clone()));
    append!(ProjectEvents, project_event, town.events.iter().map(|version| version.record.clone()));
    append!(Targets, target, town.targets.iter().map(|version| version.record.clone()));
    let zones = [("Z1", 0.0, "1001", "工业用地", true), ("Z2", 205.0, "0701", "城镇住宅用地", false)];
    append!(
        Zones,
        zone,
        zones.map(|(code, west, type_code, name, industrial)| ZoneRecord {
            division_code: COUNTY.into(),
            zone_code: code.into(),
            scheme: "国土空间调查、规划、用途管制用地用海分类指南".into(),
            zone_type_code: type_code.into(),
            zone_type_name: Some(name.into()),
            is_industrial: Some(industrial),
            observed_on: None,
            ground: ground(rectangle(west, -50.0, 205.0, 200.0)),
        })
    );
    tx.commit().await.unwrap();
}
