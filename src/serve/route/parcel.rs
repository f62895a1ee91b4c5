//! `GET /api/v1/parcels/{division_code}/{parcel_code}`: the card of one parcel.

use axum::extract::State as Shared;
use axum::response::Response;

use super::json;
use crate::app::{query, state::State};
use crate::serve::extract::ParcelPath;
use crate::serve::view::parcel::card;
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: ParcelPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    match query::parcel(&state, &path.division_code, &path.parcel_code).await? {
        Some(found) => json(&card(found, &state.rulebook)?),
        None => Err(Problem::ParcelNotFound { division_code: path.division_code, parcel_code: path.parcel_code }),
    }
}
