//! A town drawn by hand in survey metres (EPSG:4549), so that every area in a test can be worked out on paper.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mujun::app::registers::Registers;
use mujun::register::{
    ApprovalRecord, BuildingRecord, DeductionKind, DeductionRecord, Ground, ParcelRecord, ProjectEventRecord, ProjectRecord,
    SupplyRecord, TargetRecord,
};
use mujun::store::Stored;
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::{Coord, LineString, MultiPolygon, Polygon, Rotate};
use mujun_geometry::{area, repair, reproject};

/// Origin of the town: the first corner of survey vector P1, in the middle of the city.
pub const ORIGIN: (f64, f64) = (571_815.366, 3_403_497.826);
/// Every row of the town lies in this county.
pub const COUNTY: &str = "330402";

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A rectangle with its lower left corner `x`, `y` metres from the origin.
pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> MultiPolygon<f64> {
    let corner = |dx: f64, dy: f64| Coord { x: ORIGIN.0 + x + dx, y: ORIGIN.1 + y + dy };
    let ring = vec![corner(0.0, 0.0), corner(width, 0.0), corner(width, height), corner(0.0, height), corner(0.0, 0.0)];
    MultiPolygon(vec![Polygon::new(LineString(ring), vec![])])
}

/// The same, turned about its centre.
pub fn turned(x: f64, y: f64, width: f64, height: f64, degrees: f64) -> MultiPolygon<f64> {
    rectangle(x, y, width, height).rotate_around_centroid(degrees)
}

pub fn ground(planar: MultiPolygon<f64>) -> Ground {
    let plane = repair::mend(planar, Crs::CGCS2000_GK_120E).unwrap().surface;
    let surface = reproject::with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |projection| projection.surface(&plane))
        .unwrap()
        .unwrap();
    Ground { ellipsoidal_area_m2: area::ellipsoidal_area(&surface), planar_area_m2: Some(area::planar_area(&plane)), surface }
}

pub fn stored<R>(version_id: i64, record: R) -> Stored<R> {
    Stored {
        version_id,
        import_id: 1,
        source_row: i32::try_from(version_id).unwrap(),
        recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        record,
    }
}

/// Registers with one file behind them.
pub fn registers() -> Registers {
    Registers { files: HashMap::from([(1, Arc::from("town.gpkg"))]), revision: 1, ..Registers::default() }
}

pub fn add_parcel(registers: &mut Registers, code: &str, ground: Ground, documentary_area_m2: Option<f64>) {
    let record = ParcelRecord {
        division_code: COUNTY.into(),
        parcel_code: code.into(),
        location: None,
        right_holder: None,
        land_use_scheme: None,
        land_use_code: None,
        industry_edition: None,
        industry_code: None,
        reporting_unit_code: None,
        documentary_area_m2,
        stated_counting_floor_area_m2: None,
        stated_footprint_m2: None,
        stated_built_land_m2: None,
        stated_structures_m2: None,
        stated_yard_m2: None,
        stated_office_land_m2: None,
        stated_office_floor_m2: None,
        stated_green_m2: None,
        land_use_mark: None,
        observed_on: Some(day("2026-06-30")),
        ground,
    };
    let id = registers.parcels.len() as i64 + 1;
    registers.parcels.push(stored(id, record));
}

pub fn add_building(registers: &mut Registers, ground: Ground, storeys_above: Option<i32>, storey_height_m: Option<f64>) {
    let id = registers.buildings.len() as i64 + 1;
    let record = BuildingRecord {
        division_code: COUNTY.into(),
        building_code: format!("B{id}"),
        parcel_code: None,
        name: None,
        building_use: None,
        storeys_above,
        storey_height_m,
        height_m: None,
        stated_floor_area_m2: None,
        stated_footprint_m2: None,
        completed_on: None,
        observed_on: None,
        ground,
    };
    registers.buildings.push(stored(id, record));
}

pub fn add_approval(registers: &mut Registers, number: &str, approved_on: &str, ground: Option<Ground>) {
    let record = ApprovalRecord {
        division_code: COUNTY.into(),
        approval_number: number.into(),
        batch_name: None,
        approval_level: None,
        approved_on: Some(day(approved_on)),
        withdrawn_on: None,
        documentary_area_m2: None,
        observed_on: None,
        ground,
    };
    let id = registers.approvals.len() as i64 + 1;
    registers.approvals.push(stored(id, record));
}

/// Ground deducted from one approval, or from all it meets.
pub fn add_deduction(registers: &mut Registers, from: Option<&str>, decided_on: &str, ground: Ground) {
    let id = registers.deductions.len() as i64 + 1;
    let record = DeductionRecord {
        division_code: COUNTY.into(),
        deduction_code: format!("D{id}"),
        approval_number: from.map(str::to_owned),
        deduction_kind: DeductionKind::Permitted,
        reason: None,
        document_number: None,
        decided_on: Some(day(decided_on)),
        documentary_area_m2: None,
        observed_on: None,
        ground,
    };
    registers.deductions.push(stored(id, record));
}

/// A contract on a parcel, with nothing agreed; the test fills in what matters.
pub fn supply(code: &str, parcel: Option<&str>) -> SupplyRecord {
    SupplyRecord {
        division_code: COUNTY.into(),
        supply_code: code.into(),
        parcel_code: parcel.map(str::to_owned),
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
        actual_finish_on: None,
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
        observed_on: None,
        ground: None,
    }
}

pub fn add_supply(registers: &mut Registers, record: SupplyRecord) {
    let id = registers.supplies.len() as i64 + 1;
    registers.supplies.push(stored(id, record));
}

pub fn add_project(
    registers: &mut Registers,
    code: &str,
    county: &str,
    reported_m2: f64,
    ground: Option<Ground>,
    accepted: Option<&str>,
) {
    let id = registers.projects.len() as i64 + 1;
    let record = ProjectRecord {
        division_code: county.into(),
        project_code: code.into(),
        name: format!("示例项目{code}"),
        reporting_unit_code: None,
        renewal_measure: None,
        reported_area_m2: Some(reported_m2),
        approval_document: None,
        general_purpose_factory: None,
        conforms_to_plan: None,
        exception_reason: None,
        exception_document: None,
        observed_on: None,
        ground,
    };
    registers.projects.push(stored(id, record));
    if let Some(accepted) = accepted {
        let event = ProjectEventRecord {
            division_code: county.into(),
            project_code: code.into(),
            event_kind: "accepted".into(),
            happened_on: day(accepted),
            document: None,
            observed_on: None,
        };
        registers.events.push(stored(id, event));
    }
}

/// A dated step of a project of the county.
pub fn event(project: &str, kind: &str, happened_on: &str) -> Stored<ProjectEventRecord> {
    let record = ProjectEventRecord {
        division_code: COUNTY.into(),
        project_code: project.into(),
        event_kind: kind.into(),
        happened_on: day(happened_on),
        document: None,
        observed_on: None,
    };
    stored(1, record)
}

pub fn add_target(registers: &mut Registers, target_area_m2: f64) {
    let record = TargetRecord {
        division_code: "330400".into(),
        target_code: "T1".into(),
        name: "低效工业用地改造开发".into(),
        base_year: 2023,
        end_year: 2027,
        target_area_m2,
        counted_event: "accepted".into(),
        document: "示例".into(),
        observed_on: None,
    };
    registers.targets.push(stored(1, record));
}
