//! What the map shows, whole or what changed of it: rows of the `display_…` views. Reading them whole is binary COPY over several
//! connections that see one and the same state; what changed is asked by the versions that came and those that were closed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::postgres::{PgConnection, PgPool, PgRow, PgValueFormat};
use sqlx::{Row, ValueRef};

use super::copy_out::each_row;
use super::fault::{During, RowFault, StoreError};
use crate::register::RegisterKind;
use crate::register::display::{Digests, DisplayRows, Keeping, MapLayer, RawValue};

const STEP: &str = "读取地图要素";

/// What the map depends on. Another one of these means that tiles may be stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct DisplayState {
    /// The newest revision of the registers, 0 for none.
    pub revision: i64,
    /// Its instant.
    pub instant: Option<DateTime<Utc>>,
    /// The shown run, if there is one.
    pub run_id: Option<i64>,
    /// How many decisions about findings were recorded.
    pub decisions: i64,
}

/// What the map depends on now.
pub async fn state(conn: &mut PgConnection) -> Result<DisplayState, StoreError> {
    sqlx::query_as(include_str!("sql/display/state.sql")).fetch_one(conn).await.during(STEP)
}

/// The same, over any connection of the pool.
pub async fn state_now(pool: &PgPool) -> Result<DisplayState, StoreError> {
    sqlx::query_as(include_str!("sql/display/state.sql")).fetch_one(pool).await.during(STEP)
}

/// The layers by how much there is of each: those of a line are read one after the other, the lines side by side.
const LINES: [&[MapLayer]; 3] = [
    &[MapLayer::Buildings],
    &[MapLayer::Parcels],
    &[
        MapLayer::Findings,
        MapLayer::Leftovers,
        MapLayer::Supplies,
        MapLayer::Approvals,
        MapLayer::Zones,
        MapLayer::Projects,
        MapLayer::Divisions,
    ],
];

/// Everything, of one instant: `take` is given each layer as soon as it is read, on whichever thread read it.
///
/// # Errors
/// The database refused, or holds a row that cannot be one.
pub async fn all(pool: &PgPool, take: impl Fn(DisplayRows) + Clone + Send + Sync + 'static) -> Result<DisplayState, StoreError> {
    let mut first = pool.begin().await.during(STEP)?;
    super::connection::hold_registers(&mut first).await?;
    let state = state(&mut first).await?;
    let snapshot: String =
        sqlx::query_scalar(include_str!("sql/columns/export_snapshot.sql")).fetch_one(&mut *first).await.during(STEP)?;
    let mut reading = tokio::task::JoinSet::new();
    for line in LINES {
        let mut conn = super::columns::join(pool, &snapshot).await?;
        let take = take.clone();
        reading.spawn(async move {
            for layer in line {
                take(whole(&mut conn, *layer, keeping(*layer)).await?);
            }
            Ok::<(), StoreError>(())
        });
    }
    while let Some(read) = reading.join_next().await {
        read.map_err(|lost| StoreError::Query { step: STEP, source: sqlx::Error::Io(std::io::Error::other(lost)) })??;
    }
    Ok(state)
}

/// Layers that are read whole again and compared, because they follow from more than one register.
pub const COMPARED: [MapLayer; 4] = [MapLayer::Findings, MapLayer::Leftovers, MapLayer::Projects, MapLayer::Divisions];

fn keeping(layer: MapLayer) -> Keeping {
    if COMPARED.contains(&layer) { Keeping::Changes(Digests::default()) } else { Keeping::Features }
}

/// A whole layer.
pub async fn whole(conn: &mut PgConnection, layer: MapLayer, keeping: Keeping) -> Result<DisplayRows, StoreError> {
    let statement = match layer {
        MapLayer::Parcels => include_str!("sql/display/parcels.sql"),
        MapLayer::Leftovers => include_str!("sql/display/leftovers.sql"),
        MapLayer::Buildings => include_str!("sql/display/buildings.sql"),
        MapLayer::Zones => include_str!("sql/display/zones.sql"),
        MapLayer::Projects => include_str!("sql/display/projects.sql"),
        MapLayer::Supplies => include_str!("sql/display/supplies.sql"),
        MapLayer::Findings => include_str!("sql/display/findings.sql"),
        MapLayer::Approvals => include_str!("sql/display/approvals.sql"),
        MapLayer::Divisions => include_str!("sql/display/divisions.sql"),
    };
    let mut rows = DisplayRows::new(layer, keeping);
    each_row(conn, STEP, statement, layer.as_str(), |row| rows.push(|| row.field())).await?;
    Ok(rows)
}

/// Registers whose versions are shown one by one, so that a change can be read without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// 宗地
    Parcels,
    /// 建筑物
    Buildings,
    /// 批次
    Approvals,
    /// 供地合同
    Supplies,
    /// 规划分区
    Zones,
}

impl Followed {
    /// Every one.
    pub const ALL: [Followed; 5] =
        [Followed::Parcels, Followed::Buildings, Followed::Approvals, Followed::Supplies, Followed::Zones];

    /// Its layer.
    pub fn layer(self) -> MapLayer {
        match self {
            Followed::Parcels => MapLayer::Parcels,
            Followed::Buildings => MapLayer::Buildings,
            Followed::Approvals => MapLayer::Approvals,
            Followed::Supplies => MapLayer::Supplies,
            Followed::Zones => MapLayer::Zones,
        }
    }

    /// Its register.
    pub fn register(self) -> RegisterKind {
        match self {
            Followed::Parcels => RegisterKind::Parcels,
            Followed::Buildings => RegisterKind::Buildings,
            Followed::Approvals => RegisterKind::Approvals,
            Followed::Supplies => RegisterKind::Supplies,
            Followed::Zones => RegisterKind::Zones,
        }
    }

    fn since(self) -> &'static str {
        match self {
            Followed::Parcels => include_str!("sql/display/parcels_since.sql"),
            Followed::Buildings => include_str!("sql/display/buildings_since.sql"),
            Followed::Approvals => include_str!("sql/display/approvals_since.sql"),
            Followed::Supplies => include_str!("sql/display/supplies_since.sql"),
            Followed::Zones => include_str!("sql/display/zones_since.sql"),
        }
    }

    fn closed(self) -> &'static str {
        match self {
            Followed::Parcels => include_str!("sql/display/parcels_closed.sql"),
            Followed::Buildings => include_str!("sql/display/buildings_closed.sql"),
            Followed::Approvals => include_str!("sql/display/approvals_closed.sql"),
            Followed::Supplies => include_str!("sql/display/supplies_closed.sql"),
            Followed::Zones => include_str!("sql/display/zones_closed.sql"),
        }
    }
}

/// Which registers changed after a revision; `None` when that cannot be told, because it was a change by hand.
pub async fn touched(conn: &mut PgConnection, revision: i64) -> Result<Option<BTreeSet<RegisterKind>>, StoreError> {
    let kinds: Vec<Option<String>> =
        sqlx::query_scalar(include_str!("sql/display/touched.sql")).bind(revision).fetch_all(conn).await.during(STEP)?;
    Ok(kinds.into_iter().map(|kind| kind.and_then(|kind| kind.parse().ok())).collect())
}

/// Every division's code.
pub async fn divisions(conn: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    sqlx::query_scalar(include_str!("sql/display/divisions_known.sql")).fetch_all(conn).await.during(STEP)
}

/// The versions of a register closed after an instant, each with its division and code; all that ever were, when there was none.
pub async fn closed(
    conn: &mut PgConnection,
    register: Followed,
    after: Option<DateTime<Utc>>,
) -> Result<Vec<(i64, String, String)>, StoreError> {
    sqlx::query_as(register.closed()).bind(after.unwrap_or(DateTime::UNIX_EPOCH)).fetch_all(conn).await.during(STEP)
}

/// The present versions of a register that came after a version.
pub async fn since(
    conn: &mut PgConnection,
    register: Followed,
    divisions: &[String],
    version_id: i64,
) -> Result<DisplayRows, StoreError> {
    gathered(
        DisplayRows::new(register.layer(), Keeping::Keys),
        sqlx::query(register.since()).bind(divisions).bind(version_id).fetch(conn),
    )
    .await
}

/// The parcels of which the shown run says something else than that run did; all, when no run was shown before.
pub async fn parcels_of_another_run(conn: &mut PgConnection, than: Option<i64>) -> Result<DisplayRows, StoreError> {
    let statement = include_str!("sql/display/parcels_of_another_run.sql");
    gathered(DisplayRows::new(MapLayer::Parcels, Keeping::Features), sqlx::query(statement).bind(than).fetch(conn)).await
}

/// The findings that people decided about, less those that are as `known` says.
pub async fn findings_decided(conn: &mut PgConnection, known: Digests) -> Result<DisplayRows, StoreError> {
    let rows = sqlx::query(include_str!("sql/display/findings_decided.sql")).fetch(conn);
    gathered(DisplayRows::new(MapLayer::Findings, Keeping::Changes(known)), rows).await
}

/// Of some subjects: the numbers of all their flagged findings, and those that have ground now.
#[derive(Debug)]
pub struct FindingsOf {
    /// 结论的编号，有没有图形都在内。
    pub numbers: Vec<i64>,
    /// 有图形的结论。
    pub rows: DisplayRows,
}

fn findings() -> DisplayRows {
    DisplayRows::new(MapLayer::Findings, Keeping::Changes(Digests::default()))
}

/// What the findings about these subjects look like now: of parcels those of their contracts too.
pub async fn findings_of(
    conn: &mut PgConnection,
    register: Followed,
    divisions: &[String],
    codes: &[String],
) -> Result<FindingsOf, StoreError> {
    let subject = match register {
        Followed::Approvals => "approval",
        Followed::Supplies => "supply",
        Followed::Parcels => {
            let numbers = include_str!("sql/display/finding_numbers_of_parcels.sql");
            let rows = include_str!("sql/display/findings_of_parcels.sql");
            return Ok(FindingsOf {
                numbers: sqlx::query_scalar(numbers).bind(divisions).bind(codes).fetch_all(&mut *conn).await.during(STEP)?,
                rows: gathered(findings(), sqlx::query(rows).bind(divisions).bind(codes).fetch(conn)).await?,
            });
        }
        // No finding is about these.
        Followed::Buildings | Followed::Zones => {
            return Ok(FindingsOf { numbers: Vec::new(), rows: findings() });
        }
    };
    let numbers = include_str!("sql/display/finding_numbers_of_subjects.sql");
    let rows = include_str!("sql/display/findings_of_subjects.sql");
    Ok(FindingsOf {
        numbers: sqlx::query_scalar(numbers)
            .bind(divisions)
            .bind(codes)
            .bind(subject)
            .fetch_all(&mut *conn)
            .await
            .during(STEP)?,
        rows: gathered(findings(), sqlx::query(rows).bind(divisions).bind(codes).bind(subject).fetch(conn)).await?,
    })
}

async fn gathered(
    mut found: DisplayRows,
    mut rows: impl futures::Stream<Item = Result<PgRow, sqlx::Error>> + Unpin,
) -> Result<DisplayRows, StoreError> {
    while let Some(row) = rows.try_next().await.during(STEP)? {
        push_row(&mut found, &row)?;
    }
    Ok(found)
}

/// Adds a row of a bound statement: number, columns and ground, in that order.
pub(in crate::store) fn push_row(rows: &mut DisplayRows, row: &PgRow) -> Result<(), StoreError> {
    let mut place = 0;
    let next = || -> Result<RawValue<'_>, String> {
        let value = row.try_get_raw(place).map_err(|fault| fault.to_string())?;
        place += 1;
        match (value.is_null(), value.format()) {
            (true, _) => Ok(None),
            (false, PgValueFormat::Binary) => value.as_bytes().map(Some).map_err(|fault| fault.to_string()),
            (false, PgValueFormat::Text) => Err("服务器以文字形式应答".to_owned()),
        }
    };
    let table = rows.layer.as_str();
    rows.push(next).map_err(|what| RowFault { table, column: String::new(), key: STEP.to_owned(), what }.into())
}
