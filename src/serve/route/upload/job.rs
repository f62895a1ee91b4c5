//! `GET /api/v1/uploads/{upload_id}/job`: how far the latest preview or commit has come, and what it came to.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;

use crate::app::state::State;
use crate::serve::extract::UploadPath;
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;
use crate::serve::view::upload::{JobView, job};

#[derive(Serialize)]
struct LatestView {
    job: Option<JobView>,
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let upload = state.intake.upload(&id).await?;
    let live = state.intake.live(&id);
    json(&LatestView { job: upload.latest().cloned().map(|latest| job(latest, live.as_deref())) })
}
