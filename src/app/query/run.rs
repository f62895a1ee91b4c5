//! Runs as they were recorded, and what the current one says of supply.

use super::{QueryError, Scope, SupplyRateRow, cut, scope_of, snapshot};
use crate::app::state::State;
use crate::store::read;
use crate::store::run::{self, Run};

/// One page of runs, the latest first; needs no current run.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// The runs.
    pub rows: Vec<Run>,
    /// Which one is current.
    pub current: Option<i64>,
    /// The run before which the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// The runs before `before` (`None`: from the latest).
pub async fn runs(state: &State, before: Option<i64>, limit: u16) -> Result<Runs, QueryError> {
    let mut conn = snapshot(state).await?;
    let mut rows = run::list(&mut conn, i64::from(limit) + 1, before).await?;
    let next = cut(&mut rows, limit, |run| run.run_id);
    let current = run::current(&mut conn).await?.map(|run| run.run_id);
    Ok(Runs { rows, current, next })
}

/// One run, and which one is current; `None` when there is no such run.
pub async fn run(state: &State, run_id: i64) -> Result<Option<(Run, Option<i64>)>, QueryError> {
    let mut conn = snapshot(state).await?;
    let current = run::current(&mut conn).await?.map(|run| run.run_id);
    Ok(run::by_id(&mut conn, run_id).await?.map(|run| (run, current)))
}

/// What was approved and what of it was supplied.
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyRates {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// By county and year of approval.
    pub rows: Vec<SupplyRateRow>,
}

/// By county and year of approval: all, or those named.
pub async fn supply_rates(state: &State, county: Option<&str>, year: Option<i32>) -> Result<SupplyRates, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    Ok(SupplyRates { scope, rows: read::supply_rate::supply_rates(&mut conn, county, year).await? })
}
