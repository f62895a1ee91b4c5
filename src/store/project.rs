//! 改造项目 (renovation projects): the rows to and from the database. Renovation projects and the ground they claim; overlaps between them are the ledger's business.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, number, text, truth};
use super::version::{Fields, Versioned, register_functions};
use crate::register::ProjectRecord;

register_functions!(ProjectRecord);

impl Versioned for ProjectRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "project",
        called: "renovation projects",
        key: &[text("project_code")],
        compared: &[
            text("name"),
            text("reporting_unit_code"),
            text("renewal_measure"),
            number("reported_area_m2"),
            text("approval_document"),
            truth("general_purpose_factory"),
            truth("conforms_to_plan"),
            text("exception_reason"),
            text("exception_document"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.project_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.project_code);
        row.text(&self.name);
        row.text_or_null(self.reporting_unit_code.as_deref());
        row.text_or_null(self.renewal_measure.as_deref());
        row.number_or_null(self.reported_area_m2);
        row.text_or_null(self.approval_document.as_deref());
        row.truth_or_null(self.general_purpose_factory);
        row.truth_or_null(self.conforms_to_plan);
        row.text_or_null(self.exception_reason.as_deref());
        row.text_or_null(self.exception_document.as_deref());
        row.observed_on(self.observed_on);
        row.ground_or_null(self.ground.as_ref());
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(ProjectRecord {
            division_code: fields.take("division_code")?,
            project_code: fields.take("project_code")?,
            name: fields.take("name")?,
            reporting_unit_code: fields.take("reporting_unit_code")?,
            renewal_measure: fields.take("renewal_measure")?,
            reported_area_m2: fields.take("reported_area_m2")?,
            approval_document: fields.take("approval_document")?,
            general_purpose_factory: fields.take("general_purpose_factory")?,
            conforms_to_plan: fields.take("conforms_to_plan")?,
            exception_reason: fields.take("exception_reason")?,
            exception_document: fields.take("exception_document")?,
            observed_on,
            ground: fields.ground_or_none()?,
        })
    }
}
