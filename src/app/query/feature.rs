//! Features of the open collections, streamed: nothing is collected between the database and the reader.

use async_stream::try_stream;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use super::{Bbox, FeatureCollection, FeatureFilter, FeatureKey, FeatureRow, QueryError, snapshot};
use crate::app::state::State;
use crate::store::read;

/// Streams at most `limit` features of a collection after `after`, passing over the first `offset`.
///
/// One snapshot of the database for the whole stream. An error ends it: the reader must not take what came before for all.
pub fn features(
    state: &State,
    collection: FeatureCollection,
    filter: FeatureFilter,
    after: Option<FeatureKey>,
    limit: u32,
    offset: u32,
) -> BoxStream<'static, Result<FeatureRow, QueryError>> {
    let state = state.clone();
    try_stream! {
        let mut conn = snapshot(&state).await?;
        let mut rows =
            read::feature::stream(&mut conn, collection, &filter, after.as_ref(), i64::from(limit), i64::from(offset));
        while let Some(row) = rows.try_next().await? {
            yield row;
        }
    }
    .boxed()
}

/// One feature by division and code; `None` when there is none.
pub async fn feature(state: &State, collection: FeatureCollection, key: &FeatureKey) -> Result<Option<FeatureRow>, QueryError> {
    let filter =
        FeatureFilter { county: Some(key.division_code.clone()), code: Some(key.code.clone()), ..FeatureFilter::default() };
    features(state, collection, filter, None, 1, 0).try_next().await
}

/// The extent of all divisions; `None` while none is loaded.
pub async fn extent(state: &State) -> Result<Option<Bbox>, QueryError> {
    Ok(read::feature::extent(&mut *snapshot(state).await?).await?)
}
