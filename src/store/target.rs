//! 目标任务 (targets): the rows to and from the database. What was promised, for which place, by when. Progress is computed elsewhere.
//! History and merging are in `version`; the statements in `sql/target/`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::version::{Fields, Statements, Versioned, register_functions, statements};
use crate::register::TargetRecord;

register_functions!(TargetRecord);

impl Versioned for TargetRecord {
    const TABLE: &'static str = "target";
    const STATEMENTS: Statements = statements!("target");

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.target_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.target_code);
        row.text(&self.name);
        row.integer(self.base_year);
        row.integer(self.end_year);
        row.number(self.target_area_m2);
        row.text(&self.counted_event);
        row.text(&self.document);
        row.date_or_null(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(TargetRecord {
            division_code: fields.take("division_code")?,
            target_code: fields.take("target_code")?,
            name: fields.take("name")?,
            base_year: fields.take("base_year")?,
            end_year: fields.take("end_year")?,
            target_area_m2: fields.take("target_area_m2")?,
            counted_event: fields.take("counted_event")?,
            document: fields.take("document")?,
            observed_on,
        })
    }
}
