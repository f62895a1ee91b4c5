//! `GET /api/v1/parcels`: the list of parcels, filtered, ordered and walked by key.

use axum::extract::State as Shared;
use axum::response::Response;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query::{self, Openness, ParcelFilter, ParcelKey, ParcelOrder};
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::{PageView, parcel::item};
use crate::serve::{cursor, problem::Problem};

/// The list's name in page marks: a mark holds for one order only.
fn list(order: ParcelOrder) -> String {
    format!("parcels:{}", order.as_str())
}

fn read_mark(order: ParcelOrder, mark: &str) -> Result<ParcelKey, Problem> {
    let [number, division_code, parcel_code] = cursor::read(&list(order), mark)?;
    Ok(ParcelKey { sort_key: cursor::read_number(&number)?, division_code, parcel_code })
}

fn write_mark(order: ParcelOrder, key: &ParcelKey) -> String {
    cursor::write(&list(order), &[&cursor::write_number(key.sort_key), &key.division_code, &key.parcel_code])
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let orders = ParcelOrder::ALL.map(ParcelOrder::as_str).join("、");
    let filter = ParcelFilter {
        kind: parameters.kind()?,
        county: parameters.county()?,
        openness: parameters
            .parsed("outcome", " undetermined（只看有待核规则的宗地）", |word| {
                (word == "undetermined").then_some(Openness::OnlyUndetermined)
            })?
            .unwrap_or_default(),
        text: parameters.text("q")?,
        bbox: parameters.bbox()?,
    };
    let order = parameters
        .parsed("sort", &format!(" {orders} 之一"), |word| ParcelOrder::ALL.into_iter().find(|order| order.as_str() == word))?
        .unwrap_or_default();
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let after = parameters.text("cursor")?.map(|mark| read_mark(order, &mark)).transpose()?;
    parameters.finish()?;
    let parcels = query::parcels(&state, &filter, order, after.as_ref(), limit).await?;
    json(&PageView {
        items: parcels.rows.into_iter().map(|row| item(row, &state.rulebook)).collect(),
        total: parcels.total.into(),
        next: parcels.next.as_ref().map(|key| write_mark(order, key)),
        scope: parcels.scope.into(),
    })
}
