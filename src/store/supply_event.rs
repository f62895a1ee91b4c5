//! 供地合同变更与中止 (supply events): the rows to and from the database. What moves the agreed dates of a contract or stops its clock. A contract that is not registered may be named.
//! History and merging are in `version`; the statements in `sql/supply_event/`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::version::{Fields, Statements, Versioned, register_functions, statements};
use crate::register::{SupplyEventKind, SupplyEventRecord};

register_functions!(SupplyEventRecord);

impl Versioned for SupplyEventRecord {
    const TABLE: &'static str = "supply_event";
    const STATEMENTS: Statements = statements!("supply_event");

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
        row.date_or_null(self.observed_on);
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
