//! `POST /api/v1/uploads/{upload_id}/commit`: commits what was tried, if the registers are as they were then.

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
    let number = intake::parse_preview_number(&value).map_err(IntakeError::Faulty)?;
    let upload = intake::commit(&state, &id, number, clock::now()).await?;
    Ok((StatusCode::ACCEPTED, json(&view(&state.intake, upload))?).into_response())
}
