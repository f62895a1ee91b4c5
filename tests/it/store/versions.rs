//! A change in any one column of a register is a new version, and the version before stays readable at its instant.

use chrono::{DateTime, Utc};
use mujun::register::{
    DeductionKind, DeductionRecord, EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord, ParcelRecord, ProjectRecord,
    RegisterKind, SizeClass, SupplyEventKind, SupplyEventRecord, SupplyRecord, Tenure,
};
use mujun::store::{deduction, enterprise, enterprise_year, import, occupancy, parcel, project, supply, supply_event};
use sqlx::Connection;

use super::fixture::{day, file, parcel as parcel_row, square, with_division};
use super::registers::{
    deduction_row, enterprise_row, enterprise_year_row, occupancy_row, project_row, supply_event_row, supply_row,
};
use crate::support::TestCity;

/// Records a row, then the row with one change and back again, for each change; each must be a version of its own, and all stay readable.
macro_rules! every_change_is_a_version {
    ($test:ident, $module:ident, $kind:expr, $row:expr, [$($change:expr),* $(,)?]) => {
        #[tokio::test]
        async fn $test() {
            let city = TestCity::new().await;
            let mut conn = city.connection().await;
            with_division(&mut conn).await;
            let mut rows = vec![$row];
            $({
                let mut next = rows[0].clone();
                let change: fn(&mut _) = $change;
                change(&mut next);
                // Back and forth, so that each version differs from the one before it in this column only.
                rows.extend([next, rows[0].clone()]);
            })*
            let mut instants: Vec<DateTime<Utc>> = Vec::new();
            for (number, row) in rows.iter().enumerate() {
                let mut tx = conn.begin().await.unwrap();
                let id = import::insert(&mut tx, &file($kind, &format!("file {number}"), 1)).await.unwrap();
                let appended = $module::append_versions(&mut tx, id, &[(1, row.clone())]).await.unwrap();
                import::complete(&mut tx, id, &appended).await.unwrap();
                tx.commit().await.unwrap();
                let counts = (appended.new, appended.changed, appended.unchanged);
                assert_eq!(counts, if number == 0 { (1, 0, 0) } else { (0, 1, 0) }, "change {number}");
                instants.push($module::known_at(&mut conn, None).await.unwrap()[0].recorded_at);
            }
            for (row, instant) in rows.iter().zip(instants) {
                let found = $module::known_at(&mut conn, Some(instant)).await.unwrap();
                assert_eq!(found.into_iter().map(|version| version.record).collect::<Vec<_>>(), std::slice::from_ref(row));
            }
        }
    };
}

every_change_is_a_version!(
    the_terms_and_progress_of_a_contract_are_compared,
    supply,
    RegisterKind::Supplies,
    supply_row("S1"),
    [
        |row: &mut SupplyRecord| row.plan_far_min = None,
        |row: &mut SupplyRecord| row.plan_far_max = Some(3.0),
        |row: &mut SupplyRecord| row.plan_density_max = Some(0.4),
        |row: &mut SupplyRecord| row.plan_condition_document = Some("另一号".into()),
        |row: &mut SupplyRecord| row.due_area_m2 = Some(8_999.0),
        |row: &mut SupplyRecord| row.developed_area_m2 = None,
        |row: &mut SupplyRecord| row.total_investment_wan_yuan = Some(1.0),
        |row: &mut SupplyRecord| row.invested_wan_yuan = Some(0.0),
        |row: &mut SupplyRecord| row.stopped_on = None,
    ]
);

every_change_is_a_version!(
    the_layout_and_the_mark_of_a_parcel_are_compared,
    parcel,
    RegisterKind::Parcels,
    ParcelRecord { observed_on: Some(day("2026-06-30")), ..parcel_row("P1", 1) },
    [
        |row: &mut ParcelRecord| row.stated_built_land_m2 = None,
        |row: &mut ParcelRecord| row.stated_structures_m2 = Some(1.0),
        |row: &mut ParcelRecord| row.stated_yard_m2 = Some(1.0),
        |row: &mut ParcelRecord| row.stated_office_land_m2 = Some(1.0),
        |row: &mut ParcelRecord| row.stated_office_floor_m2 = Some(1.0),
        |row: &mut ParcelRecord| row.stated_green_m2 = None,
        |row: &mut ParcelRecord| row.land_use_mark = None,
    ]
);

every_change_is_a_version!(
    what_was_approved_for_a_project_is_compared,
    project,
    RegisterKind::Projects,
    project_row("X1"),
    [
        |row: &mut ProjectRecord| row.approval_document = None,
        |row: &mut ProjectRecord| row.general_purpose_factory = Some(false),
        |row: &mut ProjectRecord| row.conforms_to_plan = None,
        |row: &mut ProjectRecord| row.exception_reason = None,
        |row: &mut ProjectRecord| row.exception_document = None,
    ]
);

every_change_is_a_version!(
    every_column_of_an_event_of_a_contract_is_compared,
    supply_event,
    RegisterKind::SupplyEvents,
    supply_event_row("E1", SupplyEventKind::Extension),
    [
        |row: &mut SupplyEventRecord| row.supply_code = "S2".into(),
        |row: &mut SupplyEventRecord| {
            row.event_kind = SupplyEventKind::ForceMajeure;
            (row.new_start_on, row.new_finish_on) = (None, None);
        },
        |row: &mut SupplyEventRecord| row.starts_on = day("2021-01-02"),
        |row: &mut SupplyEventRecord| row.ends_on = Some(day("2021-01-01")),
        |row: &mut SupplyEventRecord| row.new_start_on = Some(day("2021-09-02")),
        |row: &mut SupplyEventRecord| row.new_finish_on = None,
        |row: &mut SupplyEventRecord| row.document_number = None,
        |row: &mut SupplyEventRecord| row.document_dated = None,
        |row: &mut SupplyEventRecord| row.remark = None,
    ]
);

every_change_is_a_version!(
    every_column_of_a_deduction_is_compared,
    deduction,
    RegisterKind::Deductions,
    deduction_row("D1"),
    [
        |row: &mut DeductionRecord| row.approval_number = None,
        |row: &mut DeductionRecord| row.deduction_kind = DeductionKind::Permitted,
        |row: &mut DeductionRecord| row.reason = None,
        |row: &mut DeductionRecord| row.document_number = None,
        |row: &mut DeductionRecord| row.decided_on = None,
        |row: &mut DeductionRecord| row.documentary_area_m2 = None,
        |row: &mut DeductionRecord| row.ground = square(2),
    ]
);

every_change_is_a_version!(
    every_column_of_an_enterprise_is_compared,
    enterprise,
    RegisterKind::Enterprises,
    enterprise_row("Q1"),
    [
        |row: &mut EnterpriseRecord| row.name = "另一家".into(),
        |row: &mut EnterpriseRecord| row.industry_code = Some("36".into()),
        |row: &mut EnterpriseRecord| row.industry_edition = Some("GB/T 4754-2011".into()),
    ]
);

every_change_is_a_version!(
    every_column_of_an_occupancy_is_compared,
    occupancy,
    RegisterKind::Occupancies,
    occupancy_row("O1"),
    [
        |row: &mut OccupancyRecord| row.enterprise_code = "Q2".into(),
        |row: &mut OccupancyRecord| row.parcel_code = "P2".into(),
        |row: &mut OccupancyRecord| row.occupied_area_m2 = None,
        |row: &mut OccupancyRecord| row.from_on = None,
        |row: &mut OccupancyRecord| row.until_on = None,
        |row: &mut OccupancyRecord| row.tenure = Some(Tenure::Own),
    ]
);

every_change_is_a_version!(
    every_column_of_an_enterprise_year_is_compared,
    enterprise_year,
    RegisterKind::EnterpriseYears,
    enterprise_year_row(2023),
    [
        |row: &mut EnterpriseYearRecord| row.size_class = Some(SizeClass::BelowScale),
        |row: &mut EnterpriseYearRecord| row.tax_wan_yuan = None,
        |row: &mut EnterpriseYearRecord| row.land_area_m2 = Some(0.0),
        |row: &mut EnterpriseYearRecord| row.grade = Some("D".into()),
        |row: &mut EnterpriseYearRecord| row.grade_reason = None,
    ]
);

/// What the database says to a row of a register.
macro_rules! refusal {
    ($city:expr, $module:ident, $row:expr) => {{
        let mut conn = $city.connection().await;
        let mut tx = conn.begin().await.unwrap();
        let id = import::insert(&mut tx, &file(RegisterKind::Divisions, "odd", 1)).await.unwrap();
        format!("{:?}", $module::append_versions(&mut tx, id, &[(1, $row)]).await.unwrap_err())
    }};
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_the_name_of_its_rule() {
    let city = TestCity::new().await;
    with_division(&mut city.connection().await).await;
    let event = |change: fn(&mut SupplyEventRecord)| {
        let mut row = supply_event_row("E1", SupplyEventKind::Extension);
        change(&mut row);
        row
    };
    for (rule, row) in [
        ("supply_event_ends_after_it_starts", event(|row| row.ends_on = Some(day("2020-12-31")))),
        ("supply_event_extension_names_the_new_start", event(|row| (row.new_start_on, row.new_finish_on) = (None, None))),
        ("supply_event_extension_names_the_new_start", event(|row| row.event_kind = SupplyEventKind::GovernmentCause)),
        ("supply_event_new_finish_follows_the_new_start", event(|row| row.new_finish_on = Some(day("2021-08-31")))),
    ] {
        let fault = refusal!(city, supply_event, row);
        assert!(fault.contains(rule), "{rule}: {fault}");
    }
    let occupied = OccupancyRecord { until_on: Some(day("2019-12-31")), ..occupancy_row("O1") };
    let fault = refusal!(city, occupancy, occupied);
    assert!(fault.contains("occupancy_ends_after_it_begins"), "{fault}");
    for (rule, row) in [
        ("enterprise_year_grade_is_known", EnterpriseYearRecord { grade: Some("E".into()), ..enterprise_year_row(2023) }),
        ("enterprise_year_year_in_range", enterprise_year_row(1989)),
        (
            "enterprise_year_land_area_is_not_negative",
            EnterpriseYearRecord { land_area_m2: Some(-1.0), ..enterprise_year_row(2023) },
        ),
    ] {
        let fault = refusal!(city, enterprise_year, row);
        assert!(fault.contains(rule), "{rule}: {fault}");
    }
}
