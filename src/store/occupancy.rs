//! 企业用地 (occupancies): the rows to and from the database. Which enterprise is on which parcel, from when to when. Codes that are not registered may be named.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::{OccupancyRecord, Tenure};

register_functions!(OccupancyRecord);

impl Versioned for OccupancyRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "occupancy",
        called: "occupancies",
        key: &[text("occupancy_code")],
        compared: &[
            text("enterprise_code"),
            text("parcel_code"),
            number("occupied_area_m2"),
            date("from_on"),
            date("until_on"),
            text("tenure"),
        ],
        grounded: Grounded::No,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.occupancy_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.occupancy_code);
        row.text(&self.enterprise_code);
        row.text(&self.parcel_code);
        row.number_or_null(self.occupied_area_m2);
        row.date_or_null(self.from_on);
        row.date_or_null(self.until_on);
        row.text_or_null(self.tenure.map(Tenure::as_str));
        row.observed_on(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(OccupancyRecord {
            division_code: fields.take("division_code")?,
            occupancy_code: fields.take("occupancy_code")?,
            enterprise_code: fields.take("enterprise_code")?,
            parcel_code: fields.take("parcel_code")?,
            occupied_area_m2: fields.take("occupied_area_m2")?,
            from_on: fields.take("from_on")?,
            until_on: fields.take("until_on")?,
            tenure: fields.word_or_none("tenure", Tenure::from_word)?,
            observed_on,
        })
    }
}
