//! 改造项目 (renovation projects): the rows to and from the database. Renovation projects and the ground they claim; overlaps between them are the ledger's business.
//! History and merging are in `version`; the statements in `sql/project/`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::version::{Fields, Statements, Versioned, register_functions, statements};
use crate::register::ProjectRecord;

register_functions!(ProjectRecord);

impl Versioned for ProjectRecord {
    const TABLE: &'static str = "project";
    const STATEMENTS: Statements = statements!("project");

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
        row.date_or_null(self.observed_on);
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
