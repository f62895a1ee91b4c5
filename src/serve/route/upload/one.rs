//! `/api/v1/uploads/{upload_id}`: where one upload stands, and throwing it away.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;

use crate::app::state::State;
use crate::serve::extract::{SameOrigin, UploadPath};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;
use crate::serve::view::upload::view;

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let upload = state.intake.upload(&id).await?;
    json(&view(&state.intake, upload))
}

pub(in crate::serve) async fn delete(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    _own: SameOrigin,
    parameters: Parameters,
) -> Result<StatusCode, Problem> {
    parameters.finish()?;
    state.intake.discard(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
