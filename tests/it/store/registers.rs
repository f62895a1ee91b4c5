//! Every register gives back what was put in, with and without what is optional.

use mujun::register::{
    ApprovalRecord, BuildingRecord, ConstructionState, DeductionKind, DeductionRecord, EnterpriseRecord, EnterpriseYearRecord,
    OccupancyRecord, ProjectEventRecord, ProjectRecord, RegisterKind, SizeClass, SupplyEventKind, SupplyEventRecord,
    SupplyRecord, TargetRecord, Tenure, ZoneRecord,
};
use mujun::store::{
    Stored, approval, building, deduction, division, enterprise, enterprise_year, import, occupancy, parcel, project,
    project_event, supply, supply_event, target, zone,
};
use sqlx::PgConnection;

use super::fixture::{day, division as division_row, file, numbered, parcel as parcel_row, square, with_division};
use crate::support::TestCity;

/// Appends two records, reads them back, appends them again: same rows, nothing changed.
macro_rules! gives_back {
    ($test:ident, $module:ident, $kind:expr, $full:expr, $bare:expr) => {
        #[tokio::test]
        async fn $test() {
            let city = TestCity::new().await;
            let mut conn = city.connection().await;
            with_division(&mut conn).await;
            let records = [$full, $bare];
            let id = begin(&mut conn, $kind, "a").await;
            let appended = $module::append_versions(&mut conn, id, &numbered(&records)).await.unwrap();
            assert_eq!((appended.new, appended.changed, appended.unchanged), (2, 0, 0));
            let found = $module::known_at(&mut conn, None).await.unwrap();
            check(&found, id, &records);
            let id = begin(&mut conn, $kind, "b").await;
            let appended = $module::append_versions(&mut conn, id, &numbered(&records)).await.unwrap();
            assert_eq!((appended.new, appended.changed, appended.unchanged), (0, 0, 2));
            sqlx::query("rollback").execute(&mut conn).await.unwrap();
        }
    };
}

async fn begin(conn: &mut PgConnection, kind: RegisterKind, name: &str) -> i64 {
    if name == "a" {
        sqlx::query("begin").execute(&mut *conn).await.unwrap();
    }
    import::insert(conn, &file(kind, name, 2)).await.unwrap()
}

fn check<R: Clone + PartialEq + std::fmt::Debug>(found: &[Stored<R>], import_id: i64, records: &[R]) {
    let back: Vec<R> = found.iter().map(|row| row.record.clone()).collect();
    assert_eq!(back, records);
    assert_eq!(found.iter().map(|row| (row.import_id, row.source_row)).collect::<Vec<_>>(), [(import_id, 1), (import_id, 2)]);
}

fn building_row(code: &str) -> BuildingRecord {
    BuildingRecord {
        division_code: "330402".into(),
        building_code: code.into(),
        parcel_code: Some("P1".into()),
        name: Some("一号厂房".into()),
        building_use: Some("厂房".into()),
        storeys_above: Some(3),
        storey_height_m: Some(4.5),
        height_m: Some(13.8),
        stated_floor_area_m2: Some(3_000.0),
        stated_footprint_m2: Some(1_000.0),
        completed_on: Some(day("2019-12-31")),
        observed_on: Some(day("2026-01-01")),
        ground: square(1),
    }
}

gives_back!(
    parcels_come_back_as_they_were,
    parcel,
    RegisterKind::Parcels,
    mujun::register::ParcelRecord {
        observed_on: Some(day("1999-12-31")),
        industry_edition: Some("GB/T 4754-2017".into()),
        industry_code: Some("35".into()),
        stated_counting_floor_area_m2: Some(0.1),
        ..parcel_row("P1", 1)
    },
    mujun::register::ParcelRecord {
        location: None,
        right_holder: None,
        land_use_scheme: None,
        land_use_code: None,
        reporting_unit_code: None,
        documentary_area_m2: None,
        stated_footprint_m2: None,
        stated_built_land_m2: None,
        stated_structures_m2: None,
        stated_yard_m2: None,
        stated_office_land_m2: None,
        stated_office_floor_m2: None,
        stated_green_m2: None,
        land_use_mark: None,
        observed_on: Some(day("2026-06-30")),
        ground: mujun::register::Ground { planar_area_m2: None, ..square(2) },
        ..parcel_row("P2", 2)
    }
);

gives_back!(
    buildings_come_back_as_they_were,
    building,
    RegisterKind::Buildings,
    building_row("B1"),
    BuildingRecord {
        parcel_code: None,
        name: None,
        building_use: None,
        storeys_above: None,
        storey_height_m: None,
        height_m: None,
        stated_floor_area_m2: None,
        stated_footprint_m2: None,
        completed_on: None,
        ..building_row("B2")
    }
);

fn approval_row(number: &str) -> ApprovalRecord {
    ApprovalRecord {
        division_code: "330402".into(),
        approval_number: number.into(),
        batch_name: Some("2021 年度第一批次".into()),
        approval_level: Some("省政府".into()),
        approved_on: Some(day("2021-03-01")),
        withdrawn_on: Some(day("2023-03-01")),
        documentary_area_m2: Some(20_000.0),
        observed_on: Some(day("2026-01-01")),
        ground: Some(square(1)),
    }
}

gives_back!(
    approvals_come_back_as_they_were,
    approval,
    RegisterKind::Approvals,
    approval_row("浙土字〔2021〕1 号"),
    ApprovalRecord {
        batch_name: None,
        approval_level: None,
        approved_on: None,
        withdrawn_on: None,
        documentary_area_m2: None,
        ground: None,
        ..approval_row("浙土字〔2021〕2 号")
    }
);

pub fn supply_row(code: &str) -> SupplyRecord {
    SupplyRecord {
        division_code: "330402".into(),
        supply_code: code.into(),
        parcel_code: Some("P1".into()),
        project_name: Some("年产一万套".into()),
        land_user: Some("示例企业".into()),
        location: Some("某路".into()),
        supply_mode: Some("出让".into()),
        land_use_name: Some("工业用地".into()),
        industry_edition: Some("GB/T 4754-2017".into()),
        industry_code: Some("35".into()),
        contract_signed_on: Some(day("2020-01-01")),
        delivered_on: Some(day("2020-02-01")),
        agreed_start_on: Some(day("2020-06-01")),
        agreed_finish_on: Some(day("2022-06-01")),
        construction_state: Some(ConstructionState::Started),
        actual_start_on: Some(day("2020-06-02")),
        actual_finish_on: None,
        contract_far_min: Some(1.2),
        contract_far_max: Some(2.5),
        contract_density_max: Some(0.6),
        price_wan_yuan: Some(1_234.5),
        plan_far_min: Some(1.0),
        plan_far_max: Some(2.0),
        plan_density_max: Some(0.55),
        plan_condition_document: Some("规条 2019-1".into()),
        due_area_m2: Some(9_000.0),
        developed_area_m2: Some(2_500.0),
        total_investment_wan_yuan: Some(8_000.0),
        invested_wan_yuan: Some(1_999.5),
        stopped_on: Some(day("2021-03-04")),
        documentary_area_m2: Some(10_000.0),
        observed_on: Some(day("2026-01-01")),
        ground: Some(square(1)),
    }
}

gives_back!(
    supplies_come_back_as_they_were_also_without_geometry,
    supply,
    RegisterKind::Supplies,
    supply_row("S1"),
    SupplyRecord {
        parcel_code: None,
        project_name: None,
        land_user: None,
        location: None,
        supply_mode: None,
        land_use_name: None,
        industry_edition: None,
        industry_code: None,
        contract_signed_on: None,
        delivered_on: None,
        agreed_start_on: None,
        agreed_finish_on: None,
        construction_state: None,
        actual_start_on: None,
        contract_far_min: None,
        contract_far_max: None,
        contract_density_max: None,
        price_wan_yuan: None,
        plan_far_min: None,
        plan_far_max: None,
        plan_density_max: None,
        plan_condition_document: None,
        due_area_m2: None,
        developed_area_m2: None,
        total_investment_wan_yuan: None,
        invested_wan_yuan: None,
        stopped_on: None,
        documentary_area_m2: None,
        ground: None,
        ..supply_row("S2")
    }
);

fn zone_row(code: &str) -> ZoneRecord {
    ZoneRecord {
        division_code: "330402".into(),
        zone_code: code.into(),
        scheme: "国土空间用途分类指南".into(),
        zone_type_code: "100101".into(),
        zone_type_name: Some("一类工业用地".into()),
        is_industrial: Some(true),
        observed_on: Some(day("2026-01-01")),
        ground: square(1),
    }
}

gives_back!(
    zones_come_back_as_they_were,
    zone,
    RegisterKind::Zones,
    zone_row("Z1"),
    ZoneRecord { zone_type_name: None, is_industrial: None, ..zone_row("Z2") }
);

pub fn project_row(code: &str) -> ProjectRecord {
    ProjectRecord {
        division_code: "330402".into(),
        project_code: code.into(),
        name: "某项目".into(),
        reporting_unit_code: Some("330402".into()),
        renewal_measure: Some("upgrade".into()),
        reported_area_m2: Some(10_000.0),
        approval_document: Some("嘉改〔2025〕9 号".into()),
        general_purpose_factory: Some(true),
        conforms_to_plan: Some(false),
        exception_reason: Some("工艺要求".into()),
        exception_document: Some("嘉改例〔2025〕1 号".into()),
        observed_on: Some(day("2026-01-01")),
        ground: Some(square(1)),
    }
}

gives_back!(
    projects_come_back_as_they_were,
    project,
    RegisterKind::Projects,
    project_row("X1"),
    ProjectRecord {
        reporting_unit_code: None,
        renewal_measure: None,
        reported_area_m2: None,
        approval_document: None,
        general_purpose_factory: None,
        conforms_to_plan: None,
        exception_reason: None,
        exception_document: None,
        ground: None,
        ..project_row("X2")
    }
);

fn event_row(kind: &str) -> ProjectEventRecord {
    ProjectEventRecord {
        division_code: "330402".into(),
        project_code: "X1".into(),
        event_kind: kind.into(),
        happened_on: day("2025-05-05"),
        document: Some("嘉改〔2025〕1 号".into()),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(
    project_steps_come_back_as_they_were,
    project_event,
    RegisterKind::ProjectEvents,
    event_row("accepted"),
    ProjectEventRecord { document: None, ..event_row("started") }
);

fn target_row(code: &str) -> TargetRecord {
    TargetRecord {
        division_code: "330400".into(),
        target_code: code.into(),
        name: "五年任务".into(),
        base_year: 2023,
        end_year: 2027,
        target_area_m2: 1e7,
        counted_event: "accepted".into(),
        document: "某文".into(),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(targets_come_back_as_they_were, target, RegisterKind::Targets, target_row("T1"), target_row("T2"));

#[tokio::test]
async fn divisions_bring_their_reporting_units_and_the_two_zones() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = begin(&mut conn, RegisterKind::Divisions, "a").await;
    let rows = numbered(&[division_row("330402", "南湖区"), division_row("330482", "平湖市")]);
    let appended = division::append_versions(&mut conn, id, &rows).await.unwrap();
    assert_eq!((appended.new, appended.changed, appended.unchanged), (2, 0, 0));
    let units = division::reporting_units(&mut conn).await.unwrap();
    let units: Vec<_> = units.iter().map(|unit| (unit.reporting_unit_code.as_str(), unit.division_code.as_deref())).collect();
    assert_eq!(units, [("330402", Some("330402")), ("330482", Some("330482")), ("jx-gq", None), ("jx-jkq", None)]);
    let id = begin(&mut conn, RegisterKind::Divisions, "b").await;
    let rows = numbered(&[division_row("330402", "南湖区"), division_row("330482", "平湖")]);
    let appended = division::append_versions(&mut conn, id, &rows).await.unwrap();
    assert_eq!((appended.new, appended.changed, appended.unchanged), (0, 1, 1));
    let found = division::boundaries(&mut conn).await.unwrap();
    assert_eq!(found.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["南湖区", "平湖"]);
    assert_eq!(found[0].boundary, square(0).surface);
}

#[tokio::test]
async fn divisions_of_another_city_do_not_bring_the_zones_of_jiaxing() {
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    let id = begin(&mut conn, RegisterKind::Divisions, "a").await;
    division::append_versions(&mut conn, id, &numbered(&[division_row("250017", "Cambridge")])).await.unwrap();
    assert_eq!(division::reporting_units(&mut conn).await.unwrap().len(), 1);
}

#[tokio::test]
async fn appending_and_reading_can_move_between_threads() {
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let city = TestCity::new().await;
    let mut conn = city.connection().await;
    with_division(&mut conn).await;
    let id = begin(&mut conn, RegisterKind::Parcels, "a").await;
    movable(parcel::append_versions(&mut conn, id, &[])).await.unwrap();
    movable(parcel::known_at(&mut conn, None)).await.unwrap();
    movable(import::insert_issues(&mut conn, id, &[])).await.unwrap();
    movable(mujun::store::finding::insert(&mut conn, 1, &[])).await.unwrap();
}

pub fn supply_event_row(code: &str, event_kind: SupplyEventKind) -> SupplyEventRecord {
    SupplyEventRecord {
        division_code: "330402".into(),
        event_code: code.into(),
        supply_code: "S1".into(),
        event_kind,
        starts_on: day("2021-01-01"),
        ends_on: None,
        new_start_on: Some(day("2021-09-01")),
        new_finish_on: Some(day("2023-09-01")),
        document_number: Some("补充协议 1 号".into()),
        document_dated: Some(day("2021-01-01")),
        remark: Some("延期一年".into()),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(
    changes_and_suspensions_of_contracts_come_back_as_they_were,
    supply_event,
    RegisterKind::SupplyEvents,
    supply_event_row("E1", SupplyEventKind::Extension),
    SupplyEventRecord {
        ends_on: Some(day("2021-12-31")),
        new_start_on: None,
        new_finish_on: None,
        document_number: None,
        document_dated: None,
        remark: None,
        ..supply_event_row("E2", SupplyEventKind::CourtSeizure)
    }
);

pub fn deduction_row(code: &str) -> DeductionRecord {
    DeductionRecord {
        division_code: "330402".into(),
        deduction_code: code.into(),
        approval_number: Some("浙土字〔2021〕1 号".into()),
        deduction_kind: DeductionKind::Withdrawn,
        reason: Some("批次部分撤回".into()),
        document_number: Some("某文 3 号".into()),
        decided_on: Some(day("2024-05-06")),
        documentary_area_m2: Some(1_200.0),
        observed_on: Some(day("2026-01-01")),
        ground: square(1),
    }
}

gives_back!(
    deductions_come_back_as_they_were,
    deduction,
    RegisterKind::Deductions,
    deduction_row("D1"),
    DeductionRecord {
        approval_number: None,
        deduction_kind: DeductionKind::Permitted,
        reason: None,
        document_number: None,
        decided_on: None,
        documentary_area_m2: None,
        ..deduction_row("D2")
    }
);

pub fn enterprise_row(code: &str) -> EnterpriseRecord {
    EnterpriseRecord {
        division_code: "330402".into(),
        enterprise_code: code.into(),
        name: "示例企业".into(),
        industry_edition: Some("GB/T 4754-2017".into()),
        industry_code: Some("35".into()),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(
    enterprises_come_back_as_they_were,
    enterprise,
    RegisterKind::Enterprises,
    enterprise_row("Q1"),
    EnterpriseRecord { industry_edition: None, industry_code: None, ..enterprise_row("Q2") }
);

pub fn occupancy_row(code: &str) -> OccupancyRecord {
    OccupancyRecord {
        division_code: "330402".into(),
        occupancy_code: code.into(),
        enterprise_code: "Q1".into(),
        parcel_code: "P1".into(),
        occupied_area_m2: Some(4_000.0),
        from_on: Some(day("2020-01-01")),
        until_on: Some(day("2024-12-31")),
        tenure: Some(Tenure::Lease),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(
    occupancies_come_back_as_they_were,
    occupancy,
    RegisterKind::Occupancies,
    occupancy_row("O1"),
    OccupancyRecord { occupied_area_m2: None, from_on: None, until_on: None, tenure: None, ..occupancy_row("O2") }
);

pub fn enterprise_year_row(year: i32) -> EnterpriseYearRecord {
    EnterpriseYearRecord {
        division_code: "330402".into(),
        enterprise_code: "Q1".into(),
        year,
        size_class: Some(SizeClass::AboveScale),
        tax_wan_yuan: Some(-12.5),
        land_area_m2: Some(20_000.0),
        grade: Some("not_assessed".into()),
        grade_reason: Some("投产未满两年".into()),
        observed_on: Some(day("2026-01-01")),
    }
}

gives_back!(
    enterprise_years_come_back_as_they_were,
    enterprise_year,
    RegisterKind::EnterpriseYears,
    enterprise_year_row(2023),
    EnterpriseYearRecord {
        size_class: None,
        tax_wan_yuan: None,
        land_area_m2: None,
        grade: None,
        grade_reason: None,
        ..enterprise_year_row(2024)
    }
);
