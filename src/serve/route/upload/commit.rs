//! `POST /api/v1/uploads/{upload_id}/commit`: commits what was tried, if the registers are as they were then.

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::app::intake::{self, IntakeError};
use crate::app::state::State;
use crate::clock;
use crate::serve::LARGEST_INTAKE_DECISION;
use crate::serve::extract::{SameOrigin, UploadPath, json_body};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;
use crate::serve::view::upload::view;

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    _own: SameOrigin,
    headers: HeaderMap,
    parameters: Parameters,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let value = json_body(&headers, bytes, LARGEST_INTAKE_DECISION, |essence| essence == "application/json")?;
    let number = intake::parse_preview_number(&value).map_err(IntakeError::Faulty)?;
    let upload = intake::commit(&state, &id, number, clock::now()).await?;
    let mut response = json(&view(&state.intake, upload))?;
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
