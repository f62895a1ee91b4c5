//! 宗地 (parcels): the rows to and from the database. The ground of each parcel and what its source says about it; measures and findings are elsewhere.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::ParcelRecord;

register_functions!(ParcelRecord);

impl Versioned for ParcelRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "parcel",
        called: "parcels",
        key: &[text("parcel_code")],
        compared: &[
            text("location"),
            text("right_holder"),
            text("land_use_scheme"),
            text("land_use_code"),
            text("industry_edition"),
            text("industry_code"),
            text("reporting_unit_code"),
            number("documentary_area_m2"),
            number("stated_counting_floor_area_m2"),
            number("stated_footprint_m2"),
            number("stated_built_land_m2"),
            number("stated_structures_m2"),
            number("stated_yard_m2"),
            number("stated_office_land_m2"),
            number("stated_office_floor_m2"),
            number("stated_green_m2"),
            text("land_use_mark"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.parcel_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.parcel_code);
        row.text_or_null(self.location.as_deref());
        row.text_or_null(self.right_holder.as_deref());
        row.text_or_null(self.land_use_scheme.as_deref());
        row.text_or_null(self.land_use_code.as_deref());
        row.text_or_null(self.industry_edition.as_deref());
        row.text_or_null(self.industry_code.as_deref());
        row.text_or_null(self.reporting_unit_code.as_deref());
        row.number_or_null(self.documentary_area_m2);
        row.number_or_null(self.stated_counting_floor_area_m2);
        row.number_or_null(self.stated_footprint_m2);
        row.number_or_null(self.stated_built_land_m2);
        row.number_or_null(self.stated_structures_m2);
        row.number_or_null(self.stated_yard_m2);
        row.number_or_null(self.stated_office_land_m2);
        row.number_or_null(self.stated_office_floor_m2);
        row.number_or_null(self.stated_green_m2);
        row.text_or_null(self.land_use_mark.as_deref());
        row.observed_on(self.observed_on);
        row.ground(&self.ground);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(ParcelRecord {
            division_code: fields.take("division_code")?,
            parcel_code: fields.take("parcel_code")?,
            location: fields.take("location")?,
            right_holder: fields.take("right_holder")?,
            land_use_scheme: fields.take("land_use_scheme")?,
            land_use_code: fields.take("land_use_code")?,
            industry_edition: fields.take("industry_edition")?,
            industry_code: fields.take("industry_code")?,
            reporting_unit_code: fields.take("reporting_unit_code")?,
            documentary_area_m2: fields.take("documentary_area_m2")?,
            stated_counting_floor_area_m2: fields.take("stated_counting_floor_area_m2")?,
            stated_footprint_m2: fields.take("stated_footprint_m2")?,
            stated_built_land_m2: fields.take("stated_built_land_m2")?,
            stated_structures_m2: fields.take("stated_structures_m2")?,
            stated_yard_m2: fields.take("stated_yard_m2")?,
            stated_office_land_m2: fields.take("stated_office_land_m2")?,
            stated_office_floor_m2: fields.take("stated_office_floor_m2")?,
            stated_green_m2: fields.take("stated_green_m2")?,
            land_use_mark: fields.take("land_use_mark")?,
            observed_on,
            ground: fields.ground()?,
        })
    }
}
