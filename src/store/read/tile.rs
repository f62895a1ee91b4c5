//! What lies in a tile, row by row, from the database: for as long as there is no snapshot, and for runs that are not shown now.

use futures::TryStreamExt;
use sqlx::PgConnection;

use super::Bbox;
use crate::register::display::{DisplayRows, Keeping, MapLayer};
use crate::store::StoreError;
use crate::store::display::push_row;
use crate::store::fault::During;

const STEP: &str = "读取瓦片";

fn statement(layer: MapLayer) -> &'static str {
    match layer {
        MapLayer::Parcels => include_str!("../sql/read/tile/parcels.sql"),
        MapLayer::Leftovers => include_str!("../sql/read/tile/leftovers.sql"),
        MapLayer::Buildings => include_str!("../sql/read/tile/buildings.sql"),
        MapLayer::Zones => include_str!("../sql/read/tile/zones.sql"),
        MapLayer::Projects => include_str!("../sql/read/tile/projects.sql"),
        MapLayer::Supplies => include_str!("../sql/read/tile/supplies.sql"),
        MapLayer::Findings => include_str!("../sql/read/tile/findings.sql"),
        MapLayer::Approvals => include_str!("../sql/read/tile/approvals.sql"),
        MapLayer::Divisions => include_str!("../sql/read/tile/divisions.sql"),
    }
}

/// The rows of a layer whose boxes meet a box, at most so many.
pub async fn rows(conn: &mut PgConnection, layer: MapLayer, within: Bbox, at_most: i64) -> Result<DisplayRows, StoreError> {
    let mut found = DisplayRows::new(layer, Keeping::Features);
    let mut rows = sqlx::query(statement(layer))
        .bind(within.west)
        .bind(within.south)
        .bind(within.east)
        .bind(within.north)
        .bind(at_most)
        .fetch(conn);
    while let Some(row) = rows.try_next().await.during(STEP)? {
        push_row(&mut found, &row)?;
    }
    Ok(found)
}

/// Makes this transaction show another run than the current one.
pub async fn show_run(conn: &mut PgConnection, run_id: i64) -> Result<(), StoreError> {
    sqlx::query(include_str!("../sql/read/show_run.sql")).bind(run_id.to_string()).execute(conn).await.during(STEP)?;
    Ok(())
}

/// The recorded run nearest to a day, and its own; `None` when nothing was ever evaluated.
pub async fn run_nearest(
    conn: &mut PgConnection,
    day: chrono::NaiveDate,
) -> Result<Option<(i64, chrono::NaiveDate)>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/run_nearest.sql")).bind(day).fetch_optional(conn).await.during(STEP)
}
