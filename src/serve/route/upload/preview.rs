//! `POST /api/v1/uploads/{upload_id}/preview`: tries the import by a decision; the work goes on after the answer.

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
    let decision = intake::parse_decision(&value).map_err(IntakeError::Faulty)?;
    let upload = intake::preview(&state, &id, decision, clock::now()).await?;
    let mut response = json(&view(&state.intake, upload))?;
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
