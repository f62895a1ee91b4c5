//! `/api/v1/tolerances`: from which size on the quality checks tell a fault, and the changes of that.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::json;
use crate::app::state::State;
use crate::app::tolerance::{self, ToleranceError, ToleranceRow};
use crate::clock;
use crate::serve::LARGEST_DETERMINATION;
use crate::serve::extract::OwnJson;
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;

#[derive(Serialize)]
struct TolerancesView {
    items: Vec<ToleranceRow>,
}

fn problem(error: ToleranceError) -> Problem {
    if error.is_about_input() {
        return Problem::ToleranceRefused { reason: error.to_string() };
    }
    match error {
        ToleranceError::Transaction { source, .. } => Problem::Unavailable(Box::new(source)),
        other => Problem::Internal(Box::new(other)),
    }
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    json(&TolerancesView { items: tolerance::history(&state.pool).await.map_err(problem)? })
}

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    OwnJson(value): OwnJson<LARGEST_DETERMINATION>,
) -> Result<Response, Problem> {
    let today = clock::today();
    let setting = tolerance::parse(&value, today).map_err(|faults| {
        let told: Vec<String> = faults.into_iter().map(|fault| format!("{}，{}", fault.message, fault.remedy)).collect();
        Problem::ToleranceRefused { reason: told.join("；") }
    })?;
    let (_, now) = tolerance::set(&state.pool, &setting, today).await.map_err(problem)?;
    Ok((StatusCode::CREATED, json(&now)?).into_response())
}
