//! `POST /api/v1/uploads/{upload_id}/first-rows`: the first rows as an import by this decision would take them.

use axum::extract::State as Shared;
use axum::response::Response;

use crate::app::intake::{self, IntakeError};
use crate::app::state::State;
use crate::serve::LARGEST_INTAKE_DECISION;
use crate::serve::extract::{OwnJson, UploadPath};
use crate::serve::problem::Problem;
use crate::serve::route::json;

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    OwnJson(value): OwnJson<LARGEST_INTAKE_DECISION>,
) -> Result<Response, Problem> {
    let decision = intake::parse_decision(&value).map_err(IntakeError::Faulty)?;
    json(&state.intake.first_rows(&state.pool, &id, decision).await?)
}
