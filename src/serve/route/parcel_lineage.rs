//! `GET /api/v1/parcels/{division_code}/{parcel_code}/lineage`: from which parcels it arose and into which it went, also of a parcel
//! that is closed, and as it was known at an instant.

use axum::extract::State as Shared;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::json;
use crate::app::{query, state::State};
use crate::serve::extract::ParcelPath;
use crate::serve::problem::Problem;
use crate::serve::query::{Parameters, invalid};
use crate::serve::view::lineage::lineage;

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: ParcelPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let known_at = match parameters.text("known_at")? {
        None => None,
        Some(text) => match text.parse::<DateTime<Utc>>() {
            Ok(instant) => Some(instant),
            Err(_) => return Err(invalid("known_at", &text, "形如 2026-06-30T08:00:00Z 的时刻")),
        },
    };
    parameters.finish()?;
    let ParcelPath { division_code, parcel_code } = path;
    match query::lineage(&state, &division_code, &parcel_code, known_at).await? {
        Some(rows) => json(&lineage(rows, &division_code, &parcel_code)),
        None => Err(Problem::ParcelNotFound { division_code, parcel_code }),
    }
}
