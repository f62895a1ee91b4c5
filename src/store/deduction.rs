//! 批次核减 (deductions): the rows to and from the database. Ground that no longer counts as approved and unsupplied. The column of the reason is `deduction_reason`, as `reason` is every register's reason of a correction.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::{DeductionKind, DeductionRecord};

register_functions!(DeductionRecord);

impl Versioned for DeductionRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "approval_deduction",
        called: "deductions from approvals",
        key: &[text("deduction_code")],
        compared: &[
            text("approval_number"),
            text("deduction_kind"),
            text("deduction_reason"),
            text("document_number"),
            date("decided_on"),
            number("documentary_area_m2"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.deduction_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.deduction_code);
        row.text_or_null(self.approval_number.as_deref());
        row.text(self.deduction_kind.as_str());
        row.text_or_null(self.reason.as_deref());
        row.text_or_null(self.document_number.as_deref());
        row.date_or_null(self.decided_on);
        row.number_or_null(self.documentary_area_m2);
        row.observed_on(self.observed_on);
        row.ground(&self.ground);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(DeductionRecord {
            division_code: fields.take("division_code")?,
            deduction_code: fields.take("deduction_code")?,
            approval_number: fields.take("approval_number")?,
            deduction_kind: fields.word("deduction_kind", DeductionKind::from_word)?,
            reason: fields.take("deduction_reason")?,
            document_number: fields.take("document_number")?,
            decided_on: fields.take("decided_on")?,
            documentary_area_m2: fields.take("documentary_area_m2")?,
            observed_on,
            ground: fields.ground()?,
        })
    }
}
