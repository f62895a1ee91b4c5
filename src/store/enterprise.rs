//! 企业 (enterprises): the rows to and from the database. Who they are; where they are is in `occupancy`, what they paid in `enterprise_year`.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::EnterpriseRecord;

register_functions!(EnterpriseRecord);

impl Versioned for EnterpriseRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "enterprise",
        called: "enterprises",
        key: &[text("enterprise_code")],
        compared: &[text("name"), text("industry_edition"), text("industry_code")],
        grounded: Grounded::No,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.enterprise_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.enterprise_code);
        row.text(&self.name);
        row.text_or_null(self.industry_edition.as_deref());
        row.text_or_null(self.industry_code.as_deref());
        row.observed_on(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(EnterpriseRecord {
            division_code: fields.take("division_code")?,
            enterprise_code: fields.take("enterprise_code")?,
            name: fields.take("name")?,
            industry_edition: fields.take("industry_edition")?,
            industry_code: fields.take("industry_code")?,
            observed_on,
        })
    }
}
