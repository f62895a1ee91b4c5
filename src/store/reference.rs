//! What rows of one register may refer to in another: the present keys, against which an import is checked.

use futures::TryStreamExt;
use mujun_geometry::{geo::Rect, surface::Surface};
use sqlx::{PgConnection, Row};

use super::fault::{During, StoreError};
use super::version::surface_of;
use crate::register::RegisterKind;

/// Calls `take` with 行政区划代码 and code of every present row of a register that others refer to, one after the other: a city has
/// millions; not at all for the other registers.
///
/// # Errors
/// The database refused.
pub async fn each_key(
    conn: &mut PgConnection,
    register: RegisterKind,
    mut take: impl FnMut(&str, &str),
) -> Result<(), StoreError> {
    const STEP: &str = "读取所指的编号";
    let statement = match register {
        RegisterKind::Approvals => include_str!("sql/reference/approvals.sql"),
        RegisterKind::Supplies => include_str!("sql/reference/supplies.sql"),
        RegisterKind::Enterprises => include_str!("sql/reference/enterprises.sql"),
        RegisterKind::Parcels => include_str!("sql/reference/parcels.sql"),
        _ => return Ok(()),
    };
    let mut rows = sqlx::query(statement).fetch(conn);
    while let Some(row) = rows.try_next().await.during(STEP)? {
        take(row.try_get(0).during(STEP)?, row.try_get(1).during(STEP)?);
    }
    Ok(())
}

/// Outlines of present rows of these registers, EPSG:4490, that meet boxes of longitude and latitude; at most `limit` a box. Divisions
/// are not among them: see [`super::division::boundaries`].
///
/// # Errors
/// The database refused.
pub async fn outlines(
    conn: &mut PgConnection,
    registers: &[RegisterKind],
    boxes: &[Rect<f64>],
    limit: i64,
) -> Result<Vec<Surface>, StoreError> {
    let side = |side: fn(&Rect<f64>) -> f64| boxes.iter().map(side).collect::<Vec<f64>>();
    let kinds: Vec<&str> = registers.iter().map(|register| register.as_str()).collect();
    // Not kept prepared: the registers that are asked decide the plan.
    let found: Vec<(Vec<u8>,)> = sqlx::query_as(include_str!("sql/reference/outlines.sql"))
        .persistent(false)
        .bind(kinds)
        .bind(side(|bounds| bounds.min().x))
        .bind(side(|bounds| bounds.min().y))
        .bind(side(|bounds| bounds.max().x))
        .bind(side(|bounds| bounds.max().y))
        .bind(limit)
        .fetch_all(conn)
        .await
        .during("读取附近的图形")?;
    Ok(found.iter().filter_map(|(bytes,)| surface_of(bytes).ok()).collect())
}
