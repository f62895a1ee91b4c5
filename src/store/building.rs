//! 建筑物 (buildings): the rows to and from the database. What stands where. Which parcel it stands on follows from geometry, not from the code its source gives.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, integer, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::BuildingRecord;

register_functions!(BuildingRecord);

impl Versioned for BuildingRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "building",
        called: "buildings",
        key: &[text("building_code")],
        compared: &[
            text("parcel_code"),
            text("name"),
            text("building_use"),
            integer("storeys_above"),
            number("storey_height_m"),
            number("height_m"),
            number("stated_floor_area_m2"),
            number("stated_footprint_m2"),
            date("completed_on"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.building_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.building_code);
        row.text_or_null(self.parcel_code.as_deref());
        row.text_or_null(self.name.as_deref());
        row.text_or_null(self.building_use.as_deref());
        row.integer_or_null(self.storeys_above);
        row.number_or_null(self.storey_height_m);
        row.number_or_null(self.height_m);
        row.number_or_null(self.stated_floor_area_m2);
        row.number_or_null(self.stated_footprint_m2);
        row.date_or_null(self.completed_on);
        row.observed_on(self.observed_on);
        row.ground(&self.ground);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(BuildingRecord {
            division_code: fields.take("division_code")?,
            building_code: fields.take("building_code")?,
            parcel_code: fields.take("parcel_code")?,
            name: fields.take("name")?,
            building_use: fields.take("building_use")?,
            storeys_above: fields.take("storeys_above")?,
            storey_height_m: fields.take("storey_height_m")?,
            height_m: fields.take("height_m")?,
            stated_floor_area_m2: fields.take("stated_floor_area_m2")?,
            stated_footprint_m2: fields.take("stated_footprint_m2")?,
            completed_on: fields.take("completed_on")?,
            observed_on,
            ground: fields.ground()?,
        })
    }
}
