//! `PUT /api/v1/uploads/{upload_id}/parts/{name}`: a further file of a loose Shapefile.

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::intake::Incoming;
use crate::app::state::State;
use crate::serve::extract::{SameOrigin, UploadPartPath, bytes_announced};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;
use crate::serve::view::upload::view;

pub(in crate::serve) async fn put(
    Shared(state): Shared<State>,
    UploadPartPath { upload_id, name }: UploadPartPath,
    _own: SameOrigin,
    headers: HeaderMap,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Problem> {
    let length = bytes_announced(&headers)?;
    parameters.finish()?;
    let incoming = Incoming { name, length, body: body.into_data_stream() };
    let upload = state.intake.add(&upload_id, incoming).await?;
    json(&view(&state.intake, upload))
}
