//! `POST /api/v1/uploads/{upload_id}/preview`: tries the import by a decision; the work goes on after the answer.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::intake::{self, IntakeError};
use crate::app::state::State;
use crate::clock;
use crate::serve::LARGEST_INTAKE_DECISION;
use crate::serve::extract::{OwnJson, UploadPath};
use crate::serve::problem::Problem;
use crate::serve::route::json;
use crate::serve::view::upload::view;

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    OwnJson(value): OwnJson<LARGEST_INTAKE_DECISION>,
) -> Result<Response, Problem> {
    let decision = intake::parse_decision(&value).map_err(IntakeError::Faulty)?;
    let upload = intake::preview(&state, &id, decision, clock::now()).await?;
    Ok((StatusCode::ACCEPTED, json(&view(&state.intake, upload))?).into_response())
}
