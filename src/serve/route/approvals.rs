//! `GET /api/v1/approvals`: the approvals with what is left of each.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query::{self, ApprovalRow};
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::PageView;
use crate::serve::{cursor, problem::Problem};

const LIST: &str = "approvals";

/// An approval with its leftover.
#[derive(Serialize)]
pub(super) struct ApprovalView {
    #[serde(flatten)]
    row: ApprovalRow,
    leftover: Option<Leftover>,
}

/// Approved ground = covered + sliver + deducted + leftover, m², as the finding states it.
#[derive(Serialize)]
struct Leftover {
    area_m2: Option<f64>,
    sliver_area_m2: Option<f64>,
    covered_area_m2: Option<f64>,
    approved_ground_m2: Option<f64>,
}

/// An approval with its leftover, read from the evidence of its finding.
pub(super) fn view(mut row: ApprovalRow) -> ApprovalView {
    let detail = row.detail.take();
    let leftover = detail.as_ref().and_then(|detail| detail.get("result")).map(|result| {
        let fact = |name: &str| {
            let inputs = result.get("inputs").and_then(Value::as_array)?;
            inputs.iter().find(|input| input.get("name").and_then(Value::as_str) == Some(name))?.get("value")?.as_f64()
        };
        Leftover {
            area_m2: fact("leftover_area").or_else(|| result.pointer("/measured/value")?.as_f64()),
            sliver_area_m2: fact("sliver_area"),
            covered_area_m2: fact("supplied_overlap_area"),
            approved_ground_m2: fact("approved_ground_area"),
        }
    });
    ApprovalView { row, leftover }
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let county = parameters.county()?;
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let after = parameters
        .text("cursor")?
        .map(|mark| cursor::read(LIST, &mark).map(|[division_code, number]| (division_code, number)))
        .transpose()?;
    parameters.finish()?;
    let approvals = query::approvals(&state, county.as_deref(), after.as_ref(), limit).await?;
    json(&PageView {
        items: approvals.rows.into_iter().map(view).collect(),
        total: approvals.total.into(),
        next: approvals.next.map(|(division_code, number)| cursor::write(LIST, &[&division_code, &number])),
        scope: approvals.scope.into(),
    })
}
