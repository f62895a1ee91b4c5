//! `GET /api/v1/runs/{run_id}`: by which law, day and knowledge one evaluation was made.

use axum::extract::State as Shared;
use axum::response::Response;

use super::json;
use crate::app::query;
use crate::app::state::State;
use crate::serve::extract::RunPath;
use crate::serve::view::run;
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    RunPath(run_id): RunPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    match query::run(&state, run_id).await? {
        Some((found, current)) => json(&run::run(found, current)),
        None => Err(Problem::RunNotFound { run_id: run_id.to_string() }),
    }
}
