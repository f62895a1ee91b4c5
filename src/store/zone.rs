//! 规划分区 (plan zones): the rows to and from the database. What the territorial plan allows where.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, text, truth};
use super::version::{Fields, Versioned, register_functions};
use crate::register::ZoneRecord;

register_functions!(ZoneRecord);

impl Versioned for ZoneRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "plan_zone",
        called: "plan zones",
        key: &[text("zone_code")],
        compared: &[text("scheme"), text("zone_type_code"), text("zone_type_name"), truth("is_industrial")],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.zone_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.zone_code);
        row.text(&self.scheme);
        row.text(&self.zone_type_code);
        row.text_or_null(self.zone_type_name.as_deref());
        row.truth_or_null(self.is_industrial);
        row.observed_on(self.observed_on);
        row.ground(&self.ground);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(ZoneRecord {
            division_code: fields.take("division_code")?,
            zone_code: fields.take("zone_code")?,
            scheme: fields.take("scheme")?,
            zone_type_code: fields.take("zone_type_code")?,
            zone_type_name: fields.take("zone_type_name")?,
            is_industrial: fields.take("is_industrial")?,
            observed_on,
            ground: fields.ground()?,
        })
    }
}
