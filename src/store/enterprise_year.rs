//! 企业年度数据 (enterprise years): the rows to and from the database. What an enterprise paid and how it was classed: one row an enterprise and year.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, integer, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::{EnterpriseYearRecord, SizeClass};

register_functions!(EnterpriseYearRecord);

impl Versioned for EnterpriseYearRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "enterprise_year",
        called: "enterprise years",
        key: &[text("enterprise_code"), integer("year")],
        compared: &[text("size_class"), number("tax_wan_yuan"), number("land_area_m2"), text("grade"), text("grade_reason")],
        grounded: Grounded::No,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, format!("{}/{}", self.enterprise_code, self.year))
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.enterprise_code);
        row.integer(self.year);
        row.text_or_null(self.size_class.map(SizeClass::as_str));
        row.number_or_null(self.tax_wan_yuan);
        row.number_or_null(self.land_area_m2);
        row.text_or_null(self.grade.as_deref());
        row.text_or_null(self.grade_reason.as_deref());
        row.observed_on(self.observed_on);
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(EnterpriseYearRecord {
            division_code: fields.take("division_code")?,
            enterprise_code: fields.take("enterprise_code")?,
            year: fields.take("year")?,
            size_class: fields.word_or_none("size_class", SizeClass::from_word)?,
            tax_wan_yuan: fields.take("tax_wan_yuan")?,
            land_area_m2: fields.take("land_area_m2")?,
            grade: fields.take("grade")?,
            grade_reason: fields.take("grade_reason")?,
            observed_on,
        })
    }
}
