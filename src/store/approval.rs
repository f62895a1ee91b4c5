//! 用地批次 (approvals): the rows to and from the database. Land approved for construction. A batch without geometry is kept.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::ApprovalRecord;

register_functions!(ApprovalRecord);

impl Versioned for ApprovalRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "approval",
        called: "approvals",
        key: &[text("approval_number")],
        compared: &[
            text("batch_name"),
            text("approval_level"),
            date("approved_on"),
            date("withdrawn_on"),
            number("documentary_area_m2"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.approval_number.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.approval_number);
        row.text_or_null(self.batch_name.as_deref());
        row.text_or_null(self.approval_level.as_deref());
        row.date_or_null(self.approved_on);
        row.date_or_null(self.withdrawn_on);
        row.number_or_null(self.documentary_area_m2);
        row.observed_on(self.observed_on);
        row.ground_or_null(self.ground.as_ref());
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(ApprovalRecord {
            division_code: fields.take("division_code")?,
            approval_number: fields.take("approval_number")?,
            batch_name: fields.take("batch_name")?,
            approval_level: fields.take("approval_level")?,
            approved_on: fields.take("approved_on")?,
            withdrawn_on: fields.take("withdrawn_on")?,
            documentary_area_m2: fields.take("documentary_area_m2")?,
            observed_on,
            ground: fields.ground_or_none()?,
        })
    }
}
