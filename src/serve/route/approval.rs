//! `GET /api/v1/approvals/{division_code}/{approval_number}`: one approval, its shape, its leftover and its findings.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;

use super::approvals::{ApprovalView, view};
use super::json;
use crate::app::{query, state::State};
use crate::serve::extract::ApprovalPath;
use crate::serve::view::finding::{FindingView, Law, stored};
use crate::serve::view::raw_or_null;
use crate::serve::view::scope::ScopeView;
use crate::serve::{problem::Problem, query::Parameters};

#[derive(Serialize)]
struct ApprovalCardView {
    #[serde(flatten)]
    approval: ApprovalView,
    findings: Vec<FindingView>,
    geometry: Option<Box<RawValue>>,
    leftover_geometry: Option<Box<RawValue>>,
    scope: ScopeView,
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: ApprovalPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let Some(card) = query::approval(&state, &path.division_code, &path.approval_number).await? else {
        return Err(Problem::ApprovalNotFound { division_code: path.division_code, approval_number: path.approval_number });
    };
    let law = Law::of(&card.scope, &state.rulebook);
    json(&ApprovalCardView {
        approval: view(card.row),
        findings: card.findings.into_iter().map(|row| stored(row, law)).collect(),
        geometry: raw_or_null(card.shapes.geometry)?,
        leftover_geometry: raw_or_null(card.shapes.leftover_geometry)?,
        scope: card.scope.into(),
    })
}
