//! 供地合同变更与中止 (supply events): the rows to and from the database. What moves the agreed dates of a contract or stops its clock. A contract that is not registered may be named.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::{SupplyEventKind, SupplyEventRecord};

register_functions!(SupplyEventRecord);

impl Versioned for SupplyEventRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "supply_event",
        called: "changes and suspensions of contracts",
        key: &[text("event_code")],
        compared: &[
            text("supply_code"),
            text("event_kind"),
            date("starts_on"),
            date("ends_on"),
            date("new_start_on"),
            date("new_finish_on"),
            text("document_number"),
            date("document_dated"),
            text("remark"),
        ],
        grounded: Grounded::No,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.event_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.event_code);
        row.text(&self.supply_code);
        row.text(self.event_kind.as_str());
        row.date(self.starts_on);
        row.date_or_null(self.ends_on);
        row.date_or_null(self.new_start_on);
        row.date_or_null(self.new_finish_on);
        row.text_or_null(self.document_number.as_deref());
        row.date_or_null(self.document_dated);
        row.text_or_null(self.remark.as_deref());
        row.observed_on(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(SupplyEventRecord {
            division_code: fields.take("division_code")?,
            event_code: fields.take("event_code")?,
            supply_code: fields.take("supply_code")?,
            event_kind: fields.word("event_kind", SupplyEventKind::from_word)?,
            starts_on: fields.take("starts_on")?,
            ends_on: fields.take("ends_on")?,
            new_start_on: fields.take("new_start_on")?,
            new_finish_on: fields.take("new_finish_on")?,
            document_number: fields.take("document_number")?,
            document_dated: fields.take("document_dated")?,
            remark: fields.take("remark")?,
            observed_on,
        })
    }
}
