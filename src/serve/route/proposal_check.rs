//! `POST /api/v1/proposals/check`: judges a proposal by the current rulebook; nothing is stored.

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;

use super::json;
use crate::app::proposal::{self, ProposalError, ProposalFault, ProposalMeasures, ProposalVerdict};
use crate::app::query::{self, QueryError};
use crate::app::state::State;
use crate::clock;
use crate::serve::extract::json_body;
use crate::serve::query::Parameters;
use crate::serve::view::finding::{FindingView, Law, fresh};
use crate::serve::view::scope::ScopeView;
use crate::serve::{LARGEST_PROPOSAL, problem::Problem};

#[derive(Serialize)]
struct CheckView {
    proposal: Name,
    as_of: NaiveDate,
    measures: ProposalMeasures,
    verdict: ProposalVerdict,
    verdict_label: &'static str,
    findings: Vec<FindingView>,
    faults: Vec<ProposalFault>,
    scope: Option<ScopeView>,
}

#[derive(Serialize)]
struct Name {
    name: String,
}

/// GeoJSON and its kin are JSON too.
fn is_json(essence: &str) -> bool {
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn faults(faults: Vec<ProposalFault>) -> Problem {
    match faults.iter().map(serde_json::to_value).collect() {
        Ok(faults) => Problem::FaultyProposal { faults },
        Err(error) => Problem::Internal(Box::new(error)),
    }
}

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    parameters: Parameters,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let value = json_body(&headers, bytes, LARGEST_PROPOSAL, is_json)?;
    // A proposal can be judged before the first run: the law holds without one, as of today.
    let scope = match query::scope(&state).await {
        Ok(scope) => Some(scope),
        Err(QueryError::NoRun) => None,
        Err(error) => return Err(error.into()),
    };
    let as_of = scope.as_ref().map_or_else(clock::today, |scope| scope.as_of);
    // Overlaying thousands of footprints takes its time; the reactor must not wait for it.
    let rulebook = state.rulebook.clone();
    let check = tokio::task::spawn_blocking(move || proposal::check(&rulebook, &value, as_of))
        .await
        .map_err(|error| Problem::Internal(Box::new(error)))?
        .map_err(|error| match error {
            ProposalError::Faulty(found) => faults(found),
            error => Problem::Internal(Box::new(error)),
        })?;
    let law = Law::current(&state.rulebook, as_of);
    let findings = check
        .evaluation
        .findings
        .values()
        .map(|finding| fresh(&check.name, finding, law))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Problem::Internal(Box::new(error)))?;
    json(&CheckView {
        as_of,
        measures: check.measures,
        verdict: check.verdict,
        verdict_label: check.verdict.label_zh(),
        findings,
        faults: check.notices,
        scope: scope.map(ScopeView::from),
        proposal: Name { name: check.name },
    })
}
