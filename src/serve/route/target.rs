//! `GET /api/v1/target`: progress to the target, each square metre counted once.

use std::collections::HashMap;

use axum::extract::State as Shared;
use axum::response::Response;

use super::json;
use crate::app::{query, state::State};
use crate::serve::query::Parameters;
use crate::serve::{problem::Problem, view::target::target};

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let county = parameters.county()?;
    parameters.finish()?;
    let answer = query::target(&state, county.as_deref()).await?;
    let progress = answer.progress.ok_or(Problem::TargetNotFound)?;
    let names: HashMap<String, String> = answer.division_names.into_iter().collect();
    json(&target(progress, &names, answer.scope.into()))
}
