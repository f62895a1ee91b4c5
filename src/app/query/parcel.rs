//! The list of parcels and the card of one.

use chrono::{DateTime, Utc};

use super::{
    FindingRow, ParcelCardRow, ParcelFilter, ParcelKey, ParcelOrder, ParcelRow, ParcelZoneRow, QueryError, Scope, SupplyRow,
    Total, scope_of, snapshot,
};
use crate::app::measuring::counting_rules;
use crate::app::state::State;
use crate::city::measure::{BuildingBody, CountingRules, floor_area};
use crate::store::determination::LapsedRow;
use crate::store::lineage::LineageRow;
use crate::store::read::parcel::ParcelBuildingRow;
use crate::store::{self, read};

/// One page of parcels.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcels {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// The rows of the page.
    pub rows: Vec<ParcelRow>,
    /// All rows that answer the filter.
    pub total: Total,
    /// Where the next page begins; `None` at the end.
    pub next: Option<ParcelKey>,
}

/// Everything the card of one parcel says.
#[derive(Clone, Debug, PartialEq)]
pub struct ParcelCard {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// The parcel itself.
    pub row: ParcelCardRow,
    /// What stands on it, largest first.
    pub buildings: Vec<BuildingOnParcel>,
    /// Its contracts, oldest first.
    pub supplies: Vec<SupplyRow>,
    /// Its planned uses, largest first.
    pub zones: Vec<ParcelZoneRow>,
    /// What the run says of it and of its contracts.
    pub findings: Vec<FindingRow>,
    /// Flags that people decided about and of which the run says nothing any more.
    pub lapsed: Vec<LapsedRow>,
    /// From which parcels it arose and into which it went.
    pub lineage: Vec<LineageRow>,
}

/// A building and what of it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildingOnParcel {
    /// As registered, with its footprint on the parcel.
    pub row: ParcelBuildingRow,
    /// 计容建筑面积，m²；层数与建筑面积都不详，或规则库没有计容参数时为 `None`。
    pub counting_floor_area_m2: Option<f64>,
}

/// One page of parcels.
pub async fn parcels(
    state: &State,
    filter: &ParcelFilter,
    order: ParcelOrder,
    after: Option<&ParcelKey>,
    limit: u16,
) -> Result<Parcels, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let limit = usize::from(limit);
    // One row more than asked tells whether there is a next page.
    let mut rows = read::parcel::page(&mut conn, filter, order, after, limit as i64 + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let total = read::parcel::total(&mut conn, filter).await?;
    let next = if more { rows.last().map(ParcelRow::key) } else { None };
    Ok(Parcels { scope, rows, total, next })
}

/// The card of one parcel; `None` when it is not registered now.
pub async fn parcel(state: &State, division_code: &str, parcel_code: &str) -> Result<Option<ParcelCard>, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let Some(row) = read::parcel::find(&mut conn, division_code, parcel_code).await? else {
        return Ok(None);
    };
    // Without the rulebook's parameters on that day there is no figure to show; the findings say which one is missing.
    let rules = counting_rules(&state.rulebook, scope.as_of).ok();
    let buildings = read::parcel::buildings(&mut conn, division_code, parcel_code)
        .await?
        .into_iter()
        .map(|row| BuildingOnParcel { counting_floor_area_m2: counting_floor_area(&row, rules), row })
        .collect();
    Ok(Some(ParcelCard {
        buildings,
        supplies: read::supply::of_parcel(&mut conn, division_code, parcel_code).await?,
        zones: read::parcel::zones(&mut conn, division_code, parcel_code).await?,
        findings: read::finding::of_parcel(&mut conn, division_code, parcel_code).await?,
        lapsed: store::determination::lapsed_of_parcel(&mut conn, division_code, parcel_code).await?,
        lineage: store::lineage::of_parcel(&mut conn, division_code, parcel_code, None).await?,
        row,
        scope,
    }))
}

/// The lineage of a parcel, also of one that is closed, as known at an instant (`None`: now); `None` when it was never registered.
pub async fn lineage(
    state: &State,
    division_code: &str,
    parcel_code: &str,
    known_at: Option<DateTime<Utc>>,
) -> Result<Option<Vec<LineageRow>>, QueryError> {
    let mut conn = snapshot(state).await?;
    if !store::lineage::ever_registered(&mut conn, division_code, parcel_code).await? {
        return Ok(None);
    }
    Ok(Some(store::lineage::of_parcel(&mut conn, division_code, parcel_code, known_at).await?))
}

/// Counted as the run counts it.
fn counting_floor_area(row: &ParcelBuildingRow, rules: Option<CountingRules>) -> Option<f64> {
    let body = BuildingBody {
        storeys_above: row.storeys_above,
        storey_height_m: row.storey_height_m,
        stated_floor_area_m2: row.stated_floor_area_m2,
    };
    floor_area(row.footprint_m2, row.share, body, rules?).m2()
}
