//! What a drawn map is made of: the scope to print under it, the counties, and the vector tiles that cover it.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::{Bbox, DivisionRow, MapLayer, QueryError, Scope, TileAddress, snapshot};
use crate::app::state::State;
use crate::app::tile::{Answered, Encoding, Known, LayerQuery, ShownRun, TileQuery, TileRequest, tile};
use crate::store::read;

/// Tiles asked for at the same time.
const AT_ONCE: usize = 4;

/// How often tiles are read again because the data changed while they were read.
const ATTEMPTS: usize = 3;

/// Everything of a map that does not depend on its extent.
#[derive(Clone, Debug, PartialEq)]
pub struct MapGround {
    /// The current run; `None` before the first one was activated.
    pub scope: Option<Scope>,
    /// Whether any imported row is synthetic.
    pub is_synthetic: bool,
    /// Counties with their boundaries.
    pub divisions: Vec<DivisionRow>,
    /// What all counties cover; `None` while none is loaded.
    pub extent: Option<Bbox>,
}

/// The ground of every map, from one snapshot of the database.
pub async fn map_ground(state: &State) -> Result<MapGround, QueryError> {
    let mut conn = snapshot(state).await?;
    Ok(MapGround {
        scope: read::scope::scope(&mut conn).await?,
        is_synthetic: read::scope::is_synthetic(&mut conn).await?,
        divisions: read::division::divisions(&mut conn).await?,
        extent: read::feature::extent(&mut conn).await?,
    })
}

/// The tiles at these addresses, in their order, all of one state of the data.
///
/// A map whose halves belong to two revisions would show what never was, so the tiles are read again when the data changed in
/// between; after a few attempts, under writers that never rest, the last reading is given.
pub async fn map_tiles(state: &State, layers: &[MapLayer], addresses: &[TileAddress]) -> Result<Vec<Bytes>, QueryError> {
    let query = TileQuery::new(layers.iter().map(|layer| LayerQuery::whole(*layer)).collect());
    let request = |address| TileRequest {
        address,
        query: query.clone(),
        shown: ShownRun::Current,
        encoding: Encoding::Identity,
        known: Known::default(),
    };
    let mut attempt = 1;
    loop {
        let answered: Vec<Answered> =
            stream::iter(addresses.to_vec()).map(|address| tile(state, request(address))).buffered(AT_ONCE).try_collect().await?;
        if attempt == ATTEMPTS || answered.windows(2).all(|two| two[0].seen == two[1].seen) {
            return Ok(answered.into_iter().map(|tile| tile.bytes.map(|(bytes, _)| bytes).unwrap_or_default()).collect());
        }
        attempt += 1;
    }
}
