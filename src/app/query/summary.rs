//! The first screen: counts and areas by county, kind and layer, and the boundaries.

use super::{CountyRow, DivisionRow, KindRow, LayerRow, QueryError, Scope, scope_of, snapshot};
use crate::app::state::State;
use crate::store::determination::StateRow;
use crate::store::{self, read};

/// Counts and areas, by county.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// Counties by code.
    pub counties: Vec<CountyRow>,
    /// Findings by county and kind; a pair without findings does not occur.
    pub kinds: Vec<KindRow>,
    /// Flags by where people left them; a state without any does not occur.
    pub states: Vec<StateRow>,
    /// The map's layers.
    pub layers: Vec<LayerRow>,
}

/// The summary of all counties, or of one.
pub async fn summary(state: &State, county: Option<&str>) -> Result<Summary, QueryError> {
    let mut conn = snapshot(state).await?;
    Ok(Summary {
        scope: scope_of(&mut conn).await?,
        counties: read::summary::counties(&mut conn, county).await?,
        kinds: read::summary::kinds(&mut conn, county).await?,
        states: store::determination::states(&mut conn, county).await?,
        layers: read::summary::layers(&mut conn, county).await?,
    })
}

/// The counties with their boundaries; needs no run.
pub async fn divisions(state: &State) -> Result<Vec<DivisionRow>, QueryError> {
    Ok(read::division::divisions(&mut *snapshot(state).await?).await?)
}
