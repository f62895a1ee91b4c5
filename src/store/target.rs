//! 目标任务 (targets): the rows to and from the database. What was promised, for which place, by when. Progress is computed elsewhere.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, integer, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::TargetRecord;

register_functions!(TargetRecord);

impl Versioned for TargetRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "target",
        called: "targets",
        key: &[text("target_code")],
        compared: &[
            text("name"),
            integer("base_year"),
            integer("end_year"),
            number("target_area_m2"),
            text("counted_event"),
            text("document"),
        ],
        grounded: Grounded::No,
    };

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
        row.observed_on(self.observed_on);
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
