//! `GET /api/v1/runs`: the evaluations that were recorded, the latest first.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query;
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::run::{self, RunView};
use crate::serve::{cursor, problem::Problem};

const LIST: &str = "runs";

#[derive(Serialize)]
struct RunsView {
    items: Vec<RunView>,
    next: Option<String>,
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let mut before = None;
    if let Some(mark) = parameters.text("cursor")? {
        let [run_id] = cursor::read(LIST, &mark)?;
        before = Some(run_id.parse().map_err(|_| Problem::InvalidCursor)?);
    }
    parameters.finish()?;
    let runs = query::runs(&state, before, limit).await?;
    json(&RunsView {
        next: runs.next.map(|run_id| cursor::write(LIST, &[&run_id.to_string()])),
        items: runs.rows.into_iter().map(|row| run::run(row, runs.current)).collect(),
    })
}
