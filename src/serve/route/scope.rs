//! `GET /api/v1/scope`: under which run, law and date everything is shown; 409 before the first run.

use axum::extract::State as Shared;
use axum::response::Response;

use super::json;
use crate::app::{query, state::State};
use crate::serve::{problem::Problem, query::Parameters, view::scope::ScopeView};

pub(in crate::serve) async fn get(Shared(state): Shared<State>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    json(&ScopeView::from(query::scope(&state).await?))
}
