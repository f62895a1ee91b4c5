//! `GET /collections/{collection}`: one collection.

use axum::extract::State as Shared;
use axum::response::Response;

use super::ogc::{answer, describe, format};
use crate::app::{query, state::State};
use crate::serve::extract::{BaseUrl, CollectionPath};
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    CollectionPath(collection): CollectionPath,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let extent = query::extent(&state).await?;
    let is_synthetic = query::is_synthetic(&state).await?;
    answer(format, &describe(&base, collection, extent, is_synthetic))
}
