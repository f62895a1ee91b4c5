//! `GET /api/v1/supplies`: the contracts, those that cannot be drawn included.

use axum::extract::State as Shared;
use axum::response::Response;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query::{self, GeometryPresence, SupplyFilter};
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::{PageView, parcel::supply};
use crate::serve::{cursor, problem::Problem};

const LIST: &str = "supplies";

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let filter = SupplyFilter {
        county: parameters.county()?,
        geometry: parameters
            .parsed("without_geometry", " true 或 false", |word| match word {
                "true" => Some(GeometryPresence::OnlyWithout),
                "false" => Some(GeometryPresence::Any),
                _ => None,
            })?
            .unwrap_or_default(),
    };
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let after = parameters
        .text("cursor")?
        .map(|mark| cursor::read(LIST, &mark).map(|[division_code, code]| (division_code, code)))
        .transpose()?;
    parameters.finish()?;
    let supplies = query::supplies(&state, &filter, after.as_ref(), limit).await?;
    json(&PageView {
        items: supplies.rows.into_iter().map(|row| supply(row, &state.rulebook)).collect(),
        total: supplies.total.into(),
        next: supplies.next.map(|(division_code, code)| cursor::write(LIST, &[&division_code, &code])),
        scope: supplies.scope.into(),
    })
}
