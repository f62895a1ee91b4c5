//! Enterprises, the ground they are on and their years, built from rows.

use super::{ABOVE_ZERO, joined};
use crate::ingest::{IssueCode, pipeline::Readable, row::RowReader};
use crate::register::{EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord, RegisterKind, SizeClass, Tenure};

impl Readable for EnterpriseRecord {
    const KIND: RegisterKind = RegisterKind::Enterprises;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let enterprise_code = reader.key_enterprise_code("enterprise_code");
        let name = reader.key_text("name");
        let (enterprise_code, name) = (enterprise_code?, name?);
        let division_code = reader.division(&enterprise_code, None)?;
        let (industry_edition, industry_code) = reader.industry();
        let observed_on = reader.observed_on();
        Some(EnterpriseRecord { division_code, enterprise_code, name, industry_edition, industry_code, observed_on })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.enterprise_code)
    }
}

impl Readable for OccupancyRecord {
    const KIND: RegisterKind = RegisterKind::Occupancies;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let occupancy_code = reader.key_text("occupancy_code");
        let enterprise_code = reader.key_enterprise_code("enterprise_code");
        let parcel_code = reader.key_text("parcel_code");
        let (occupancy_code, enterprise_code, parcel_code) = (occupancy_code?, enterprise_code?, parcel_code?);
        let division_code = reader.division(&occupancy_code, None)?;
        let (from_on, until_on) = (reader.date("from_on"), reader.date("until_on"));
        // Without the wrong day the enterprise would be on the ground for ever: no part of such a row can be used.
        if let (Some(from), Some(until)) = (from_on, until_on)
            && until < from
        {
            let message = format!("截止日 {until} 早于起始日 {from}");
            reader.report(IssueCode::PeriodReversed, "until_on", &until.to_string(), message);
            return None;
        }
        reader.refer(RegisterKind::Enterprises, "enterprise_code", &division_code, &enterprise_code);
        reader.refer(RegisterKind::Parcels, "parcel_code", &division_code, &parcel_code);
        Some(OccupancyRecord {
            division_code,
            occupancy_code,
            enterprise_code,
            parcel_code,
            occupied_area_m2: reader.amount("occupied_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1),
            from_on,
            until_on,
            tenure: reader.word("tenure").as_deref().and_then(Tenure::from_word),
            observed_on: reader.observed_on(),
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.occupancy_code)
    }
}

impl Readable for EnterpriseYearRecord {
    const KIND: RegisterKind = RegisterKind::EnterpriseYears;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let enterprise_code = reader.key_enterprise_code("enterprise_code");
        let year = reader.key_year("year");
        let (enterprise_code, year) = (enterprise_code?, year?);
        let division_code = reader.division(&enterprise_code, None)?;
        reader.refer(RegisterKind::Enterprises, "enterprise_code", &division_code, &enterprise_code);
        let tax_wan_yuan = reader.amount("tax_wan_yuan", f64::is_finite, "应为数值");
        if let Some(tax) = tax_wan_yuan.filter(|tax| *tax < 0.0) {
            let message = format!("{year} 年税收实际贡献为 {tax} 万元，是负数；按原值保存");
            reader.report(IssueCode::TaxNegative, "tax_wan_yuan", &tax.to_string(), message);
        }
        Some(EnterpriseYearRecord {
            division_code,
            enterprise_code,
            year,
            size_class: reader.word("size_class").as_deref().and_then(SizeClass::from_word),
            tax_wan_yuan,
            land_area_m2: reader.amount("land_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1),
            grade: reader.word("grade"),
            grade_reason: reader.text("grade_reason"),
            observed_on: reader.observed_on(),
        })
    }

    fn key(&self) -> String {
        format!("{}\u{1f}{}", joined(&self.division_code, &self.enterprise_code), self.year)
    }
}
