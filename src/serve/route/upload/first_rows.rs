//! `POST /api/v1/uploads/{upload_id}/first-rows`: the first rows as an import by this decision would take them.

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::intake::{self, IntakeError};
use crate::app::state::State;
use crate::serve::LARGEST_INTAKE_DECISION;
use crate::serve::extract::{SameOrigin, UploadPath, json_body};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;

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
    json(&state.intake.first_rows(&state.pool, &id, decision).await?)
}
