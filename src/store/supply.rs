//! 供地合同 (supply contracts): the rows to and from the database. Land supplied. A contract without geometry is kept and listed; it is never dropped.
//! History and merging are in `version`; the statements in `layout`.

use chrono::NaiveDate;

use super::copy::CopyRows;
use super::fault::RowFault;
use super::layout::{Grounded, Layout, date, number, text};
use super::version::{Fields, Versioned, register_functions};
use crate::register::{ConstructionState, SupplyRecord};

register_functions!(SupplyRecord);

impl Versioned for SupplyRecord {
    const LAYOUT: &'static Layout = &Layout {
        table: "supply",
        called: "supply contracts",
        key: &[text("supply_code")],
        compared: &[
            text("parcel_code"),
            text("project_name"),
            text("land_user"),
            text("location"),
            text("supply_mode"),
            text("land_use_name"),
            text("industry_edition"),
            text("industry_code"),
            date("contract_signed_on"),
            date("delivered_on"),
            date("agreed_start_on"),
            date("agreed_finish_on"),
            text("construction_state"),
            date("actual_start_on"),
            date("actual_finish_on"),
            number("contract_far_min"),
            number("contract_far_max"),
            number("contract_density_max"),
            number("price_wan_yuan"),
            number("plan_far_min"),
            number("plan_far_max"),
            number("plan_density_max"),
            text("plan_condition_document"),
            number("due_area_m2"),
            number("developed_area_m2"),
            number("total_investment_wan_yuan"),
            number("invested_wan_yuan"),
            date("stopped_on"),
            number("documentary_area_m2"),
        ],
        grounded: Grounded::Yes,
    };

    fn key(&self) -> (&str, String) {
        (&self.division_code, self.supply_code.clone())
    }

    fn encode(&self, row: &mut CopyRows) {
        row.text(&self.division_code);
        row.text(&self.supply_code);
        row.text_or_null(self.parcel_code.as_deref());
        row.text_or_null(self.project_name.as_deref());
        row.text_or_null(self.land_user.as_deref());
        row.text_or_null(self.location.as_deref());
        row.text_or_null(self.supply_mode.as_deref());
        row.text_or_null(self.land_use_name.as_deref());
        row.text_or_null(self.industry_edition.as_deref());
        row.text_or_null(self.industry_code.as_deref());
        row.date_or_null(self.contract_signed_on);
        row.date_or_null(self.delivered_on);
        row.date_or_null(self.agreed_start_on);
        row.date_or_null(self.agreed_finish_on);
        row.text_or_null(self.construction_state.map(ConstructionState::as_str));
        row.date_or_null(self.actual_start_on);
        row.date_or_null(self.actual_finish_on);
        row.number_or_null(self.contract_far_min);
        row.number_or_null(self.contract_far_max);
        row.number_or_null(self.contract_density_max);
        row.number_or_null(self.price_wan_yuan);
        row.number_or_null(self.plan_far_min);
        row.number_or_null(self.plan_far_max);
        row.number_or_null(self.plan_density_max);
        row.text_or_null(self.plan_condition_document.as_deref());
        row.number_or_null(self.due_area_m2);
        row.number_or_null(self.developed_area_m2);
        row.number_or_null(self.total_investment_wan_yuan);
        row.number_or_null(self.invested_wan_yuan);
        row.date_or_null(self.stopped_on);
        row.number_or_null(self.documentary_area_m2);
        row.observed_on(self.observed_on);
        row.ground_or_null(self.ground.as_ref());
    }

    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault> {
        Ok(SupplyRecord {
            division_code: fields.take("division_code")?,
            supply_code: fields.take("supply_code")?,
            parcel_code: fields.take("parcel_code")?,
            project_name: fields.take("project_name")?,
            land_user: fields.take("land_user")?,
            location: fields.take("location")?,
            supply_mode: fields.take("supply_mode")?,
            land_use_name: fields.take("land_use_name")?,
            industry_edition: fields.take("industry_edition")?,
            industry_code: fields.take("industry_code")?,
            contract_signed_on: fields.take("contract_signed_on")?,
            delivered_on: fields.take("delivered_on")?,
            agreed_start_on: fields.take("agreed_start_on")?,
            agreed_finish_on: fields.take("agreed_finish_on")?,
            construction_state: fields.word_or_none("construction_state", ConstructionState::from_word)?,
            actual_start_on: fields.take("actual_start_on")?,
            actual_finish_on: fields.take("actual_finish_on")?,
            contract_far_min: fields.take("contract_far_min")?,
            contract_far_max: fields.take("contract_far_max")?,
            contract_density_max: fields.take("contract_density_max")?,
            price_wan_yuan: fields.take("price_wan_yuan")?,
            plan_far_min: fields.take("plan_far_min")?,
            plan_far_max: fields.take("plan_far_max")?,
            plan_density_max: fields.take("plan_density_max")?,
            plan_condition_document: fields.take("plan_condition_document")?,
            due_area_m2: fields.take("due_area_m2")?,
            developed_area_m2: fields.take("developed_area_m2")?,
            total_investment_wan_yuan: fields.take("total_investment_wan_yuan")?,
            invested_wan_yuan: fields.take("invested_wan_yuan")?,
            stopped_on: fields.take("stopped_on")?,
            documentary_area_m2: fields.take("documentary_area_m2")?,
            observed_on,
            ground: fields.ground_or_none()?,
        })
    }
}
