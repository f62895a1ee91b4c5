//! `GET /api/v1/supply-rates`: what was approved and what of it was supplied, by county and year of approval.

use axum::extract::State as Shared;
use axum::response::Response;
use mujun_domain::code::DivisionCode;
use mujun_domain::rulebook::Certainty;
use serde::Serialize;

use super::json;
use crate::app::query::{self, SupplyRateRow};
use crate::app::state::State;
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::view::{mu, scope::ScopeView};

/// No text of the formula was seen; it must be shown as such.
const FORMULA: &str = "供地率 = 已供面积 ÷ 已批面积";

#[derive(Serialize)]
struct SupplyRatesView {
    scope: ScopeView,
    formula: &'static str,
    certainty: &'static str,
    certainty_label: &'static str,
    items: Vec<RateView>,
    total: SumView,
}

#[derive(Serialize)]
struct RateView {
    division_code: String,
    name: String,
    year: Option<i32>,
    #[serde(flatten)]
    sum: SumView,
}

/// approved = supplied + deducted + sliver + leftover; of the leftover, `counted` is what no older approval counts.
#[derive(Default, Serialize)]
struct SumView {
    approvals: i64,
    without_geometry: i64,
    approved_m2: f64,
    supplied_m2: f64,
    deducted_m2: f64,
    sliver_m2: f64,
    leftover_m2: f64,
    counted_m2: f64,
    approved_mu: f64,
    supplied_mu: f64,
    leftover_mu: f64,
    /// 0–1; null where nothing with an outline was approved.
    rate: Option<f64>,
}

fn sum<'a>(rows: impl Iterator<Item = &'a SupplyRateRow>) -> SumView {
    let mut sum = SumView::default();
    for row in rows {
        sum.approvals += row.approvals;
        sum.without_geometry += row.without_geometry;
        sum.approved_m2 += row.approved_m2;
        sum.supplied_m2 += row.supplied_m2;
        sum.deducted_m2 += row.deducted_m2;
        sum.sliver_m2 += row.sliver_m2;
        sum.leftover_m2 += row.leftover_m2;
        sum.counted_m2 += row.counted_m2;
    }
    (sum.approved_mu, sum.supplied_mu, sum.leftover_mu) = (mu(sum.approved_m2), mu(sum.supplied_m2), mu(sum.leftover_m2));
    sum.rate = (sum.approved_m2 > 0.0).then(|| sum.supplied_m2 / sum.approved_m2);
    sum
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let read = |value: &str| DivisionCode::parse(value).ok().map(|code| code.as_str().to_owned());
    let division = parameters.parsed("division", "6 位行政区划代码", read)?;
    let year = parameters.parsed("year", " 4 位年份", |text| text.parse().ok().filter(|year| (1900..=2999).contains(year)))?;
    parameters.finish()?;
    let rates = query::supply_rates(&state, division.as_deref(), year).await?;
    json(&SupplyRatesView {
        scope: rates.scope.into(),
        formula: FORMULA,
        certainty: Certainty::Recalled.as_str(),
        certainty_label: Certainty::Recalled.label_zh(),
        total: sum(rates.rows.iter()),
        items: rates
            .rows
            .iter()
            .map(|row| RateView {
                division_code: row.division_code.clone(),
                name: row.name.clone(),
                year: row.year,
                sum: sum(std::iter::once(row)),
            })
            .collect(),
    })
}
