//! The records of the registers, built from rows. What the database forbids is settled here, so that one bad value never
//! fails a whole import: either the value is dropped with an issue, or the row is set aside.

mod enterprise;
mod supply;

use super::{pipeline::Readable, row::RowReader};
use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionKind, DeductionRecord, DivisionRecord, ParcelRecord, ProjectEventRecord,
    ProjectRecord, RegisterKind, TargetRecord, ZoneRecord,
};

const ABOVE_ZERO: (fn(f64) -> bool, &str) = (|value| value > 0.0, "应大于 0");
const NOT_NEGATIVE: (fn(f64) -> bool, &str) = (|value| value >= 0.0, "不应小于 0");
const SHARE: (fn(f64) -> bool, &str) = (|value| (0.0..=1.0).contains(&value), "应在 0 到 100% 之间");

impl Readable for DivisionRecord {
    const KIND: RegisterKind = RegisterKind::Divisions;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let division_code = reader.key_text("division_code");
        let name = reader.key_text("name");
        let ground = reader.required_ground();
        let division_code = reader.own_division(division_code?)?;
        Some(DivisionRecord { division_code, name: name?, ground: ground? })
    }

    fn key(&self) -> String {
        self.division_code.clone()
    }
}

impl Readable for ParcelRecord {
    const KIND: RegisterKind = RegisterKind::Parcels;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let parcel_code = reader.key_parcel_code("parcel_code");
        let ground = reader.required_ground();
        let (parcel_code, ground) = (parcel_code?, ground?);
        let division_code = reader.division(&parcel_code, Some(&ground))?;
        let land_use_code = reader.text("land_use_code");
        let land_use_scheme = land_use_code.as_ref().and_then(|_| reader.text("land_use_scheme"));
        reader.suspect_lost_zero("land_use_code", land_use_code.as_deref(), land_use_scheme.as_deref());
        let (industry_edition, industry_code) = reader.industry();
        let documentary_area_m2 = reader.amount("documentary_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        reader.compare_area("documentary_area_m2", documentary_area_m2, Some(&ground));
        Some(ParcelRecord {
            division_code,
            parcel_code,
            location: reader.text("location"),
            right_holder: reader.text("right_holder"),
            land_use_scheme,
            land_use_code,
            industry_edition,
            industry_code,
            reporting_unit_code: reader.reporting_unit(),
            documentary_area_m2,
            stated_counting_floor_area_m2: reader.amount("stated_counting_floor_area_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_footprint_m2: reader.amount("stated_footprint_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_built_land_m2: reader.amount("stated_built_land_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_structures_m2: reader.amount("stated_structures_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_yard_m2: reader.amount("stated_yard_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_office_land_m2: reader.amount("stated_office_land_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_office_floor_m2: reader.amount("stated_office_floor_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_green_m2: reader.amount("stated_green_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            land_use_mark: reader.text("land_use_mark"),
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.parcel_code)
    }
}

impl Readable for BuildingRecord {
    const KIND: RegisterKind = RegisterKind::Buildings;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let building_code = reader.key_text("building_code");
        let ground = reader.required_ground();
        let (building_code, ground) = (building_code?, ground?);
        let division_code = reader.division(&building_code, Some(&ground))?;
        Some(BuildingRecord {
            division_code,
            building_code,
            parcel_code: reader.text("parcel_code"),
            name: reader.text("name"),
            building_use: reader.text("building_use"),
            storeys_above: reader.count("storeys_above", 1, 200),
            storey_height_m: reader.amount("storey_height_m", ABOVE_ZERO.0, ABOVE_ZERO.1),
            height_m: reader.amount("height_m", ABOVE_ZERO.0, ABOVE_ZERO.1),
            stated_floor_area_m2: reader.amount("stated_floor_area_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            stated_footprint_m2: reader.amount("stated_footprint_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            completed_on: reader.date("completed_on"),
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.building_code)
    }
}

impl Readable for ApprovalRecord {
    const KIND: RegisterKind = RegisterKind::Approvals;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let approval_number = reader.key_text("approval_number");
        let ground = reader.wanted_ground();
        let approval_number = approval_number?;
        let division_code = reader.division(&approval_number, ground.as_ref())?;
        let approved_on = reader.date("approved_on");
        let withdrawn_on = reader.date("withdrawn_on");
        let withdrawn_on = reader.not_before(approved_on, withdrawn_on, "withdrawn_on", ["批准", "撤回"]);
        let documentary_area_m2 = reader.amount("documentary_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        reader.compare_area("documentary_area_m2", documentary_area_m2, ground.as_ref());
        Some(ApprovalRecord {
            division_code,
            approval_number,
            batch_name: reader.text("batch_name"),
            approval_level: reader.text("approval_level"),
            approved_on,
            withdrawn_on,
            documentary_area_m2,
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.approval_number)
    }
}

impl Readable for DeductionRecord {
    const KIND: RegisterKind = RegisterKind::Deductions;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let deduction_code = reader.key_text("deduction_code");
        let deduction_kind = reader.key_word("deduction_kind").as_deref().and_then(DeductionKind::from_word);
        let ground = reader.required_ground();
        let (deduction_code, deduction_kind, ground) = (deduction_code?, deduction_kind?, ground?);
        let division_code = reader.division(&deduction_code, Some(&ground))?;
        let approval_number = reader.text("approval_number");
        if let Some(number) = &approval_number {
            reader.refer(RegisterKind::Approvals, "approval_number", &division_code, number);
        }
        let documentary_area_m2 = reader.amount("documentary_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        reader.compare_area("documentary_area_m2", documentary_area_m2, Some(&ground));
        Some(DeductionRecord {
            division_code,
            deduction_code,
            approval_number,
            deduction_kind,
            reason: reader.text("deduction_reason"),
            document_number: reader.text("document_number"),
            decided_on: reader.date("decided_on"),
            documentary_area_m2,
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.deduction_code)
    }
}

impl Readable for ZoneRecord {
    const KIND: RegisterKind = RegisterKind::Zones;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let zone_code = reader.key_text("zone_code");
        let scheme = reader.key_text("scheme");
        let zone_type_code = reader.key_text("zone_type_code");
        let ground = reader.required_ground();
        let (zone_code, scheme, zone_type_code, ground) = (zone_code?, scheme?, zone_type_code?, ground?);
        let division_code = reader.division(&zone_code, Some(&ground))?;
        reader.suspect_lost_zero("zone_type_code", Some(&zone_type_code), Some(&scheme));
        Some(ZoneRecord {
            division_code,
            zone_code,
            scheme,
            zone_type_code,
            zone_type_name: reader.text("zone_type_name"),
            is_industrial: reader.truth("is_industrial"),
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.zone_code)
    }
}

impl Readable for ProjectRecord {
    const KIND: RegisterKind = RegisterKind::Projects;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let project_code = reader.key_text("project_code");
        let name = reader.key_text("name");
        let ground = reader.wanted_ground();
        let (project_code, name) = (project_code?, name?);
        let division_code = reader.division(&project_code, ground.as_ref())?;
        let reported_area_m2 = reader.amount("reported_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        reader.compare_area("reported_area_m2", reported_area_m2, ground.as_ref());
        Some(ProjectRecord {
            division_code,
            project_code,
            name,
            reporting_unit_code: reader.reporting_unit(),
            renewal_measure: reader.word("renewal_measure"),
            reported_area_m2,
            approval_document: reader.text("approval_document"),
            general_purpose_factory: reader.truth("general_purpose_factory"),
            conforms_to_plan: reader.truth("conforms_to_plan"),
            exception_reason: reader.text("exception_reason"),
            exception_document: reader.text("exception_document"),
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.project_code)
    }
}

impl Readable for ProjectEventRecord {
    const KIND: RegisterKind = RegisterKind::ProjectEvents;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let project_code = reader.key_text("project_code");
        let event_kind = reader.key_word("event_kind");
        let happened_on = reader.key_date("happened_on");
        let (project_code, event_kind, happened_on) = (project_code?, event_kind?, happened_on?);
        let division_code = reader.division(&project_code, None)?;
        Some(ProjectEventRecord {
            division_code,
            project_code,
            event_kind,
            happened_on,
            document: reader.text("document"),
            observed_on: reader.observed_on(),
        })
    }

    fn key(&self) -> String {
        format!("{}\u{1f}{}", joined(&self.division_code, &self.project_code), self.event_kind)
    }
}

impl Readable for TargetRecord {
    const KIND: RegisterKind = RegisterKind::Targets;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let target_code = reader.key_text("target_code");
        let name = reader.key_text("name");
        let (base_year, end_year) = (reader.key_year("base_year"), reader.key_year("end_year"));
        let target_area_m2 = reader.key_amount("target_area_m2");
        let counted_event = reader.key_word("counted_event");
        let document = reader.key_text("document");
        let (target_code, name, base_year, end_year) = (target_code?, name?, base_year?, end_year?);
        let (target_area_m2, counted_event, document) = (target_area_m2?, counted_event?, document?);
        let division_code = reader.division(&target_code, None)?;
        if end_year < base_year {
            reader.refuse_row("end_year", format!("截止年 {end_year} 早于起始年 {base_year}"));
            return None;
        }
        Some(TargetRecord {
            division_code,
            target_code,
            name,
            base_year,
            end_year,
            target_area_m2,
            counted_event,
            document,
            observed_on: reader.observed_on(),
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.target_code)
    }
}

/// Unit separator: it cannot stand in a code, as control characters are taken out.
fn joined(division: &str, code: &str) -> String {
    format!("{division}\u{1f}{code}")
}
