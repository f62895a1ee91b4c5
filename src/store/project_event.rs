//! 改造项目节点 (project steps): the rows to and from the database. The dated steps of the projects: one row a project and kind.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::ProjectEventRecord;

register_functions!(ProjectEventRecord);

impl Versioned for ProjectEventRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "project_event",
        called: "project steps",
        key: &[text("project_code"), text("event_kind")],
        compared: &[date("happened_on"), text("document")],
        grounded: Grounded::No,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, format!("{}/{}", self.project_code, self.event_kind))
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.project_code);
        row.text(&self.event_kind);
        row.date(self.happened_on);
        row.text_or_null(self.document.as_deref());
        row.observed_on(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(ProjectEventRecord {
            division_code: fields.take("division_code")?,
            project_code: fields.take("project_code")?,
            event_kind: fields.take("event_kind")?,
            happened_on: fields.take("happened_on")?,
            document: fields.take("document")?,
            observed_on,
        })
    }
}
