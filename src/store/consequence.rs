//! What an import that is not committed yet found before it, which rows it brings or ends, and which rows of other registers they
//! reach. The consequences themselves are worked out elsewhere; statements in `sql/consequence/`.

use chrono::{DateTime, Utc};
use mujun_geometry::geo::Rect;
use sqlx::{FromRow, PgConnection};

use super::StoreError;
use super::fault::During;
use crate::register::RegisterKind;

/// An import at work, and how far the registers had come before it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AtWork {
    /// 登记簿种类。
    pub kind: String,
    /// 新增行数。
    pub rows_new: i32,
    /// 变更行数。
    pub rows_changed: i32,
    /// 未变行数。
    pub rows_unchanged: i32,
    /// 隔离行数。
    pub rows_quarantined: i32,
    /// 本次导入生效的时刻：它结束的版本止于此，它登记的版本始于此。
    pub received_at: DateTime<Utc>,
    /// 此前的认知时点；此前什么也没有登记过为 `None`。
    pub known_before: Option<DateTime<Utc>>,
}

/// A row of a register with what it points to and where it lies.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct LinkedRow {
    /// 行政区划代码。
    pub division_code: String,
    /// 版本号，在其登记簿的行政区内唯一。
    pub version_id: i64,
    /// 编号。
    pub code: String,
    /// 所指的宗地。
    pub parcel_code: Option<String>,
    /// 所指的供地合同。
    pub supply_code: Option<String>,
    /// 所指的企业。
    pub enterprise_code: Option<String>,
    /// 是否本次导入所结束的版本；否则是现行的。
    pub is_former: bool,
    west: Option<f64>,
    south: Option<f64>,
    east: Option<f64>,
    north: Option<f64>,
}

impl LinkedRow {
    /// Box of its ground, degrees; none where it has none.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        Some(Rect::new((self.west?, self.south?), (self.east?, self.north?)))
    }
}

/// A row that the import brings or ends, and its place among them.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct MovedRow {
    /// 次序，自 1 起。
    pub place: i64,
    /// 登记簿种类；变更波及全部宗地时的宗地为 [`EVERYTHING`]。
    pub kind: String,
    /// The row.
    #[sqlx(flatten)]
    pub row: LinkedRow,
}

/// Stands for the register of parcels that are listed because a change reaches all of them.
pub const EVERYTHING: &str = "everything";

/// Rows of the import from which it pays to index them.
const INDEXED_FROM: u64 = 500;

/// What rows of another register point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Their own code.
    Code,
    /// A parcel.
    Parcel,
    /// A contract.
    Supply,
    /// A firm.
    Enterprise,
}

impl Link {
    fn index(self) -> &'static str {
        match self {
            Link::Code => include_str!("sql/consequence/index_code.sql"),
            Link::Parcel => include_str!("sql/consequence/index_parcel.sql"),
            Link::Supply => include_str!("sql/consequence/index_supply.sql"),
            Link::Enterprise => include_str!("sql/consequence/index_enterprise.sql"),
        }
    }
}

/// By which links the rows of a register are asked for.
fn asked_by(kind: RegisterKind) -> &'static [Link] {
    match kind {
        RegisterKind::Parcels | RegisterKind::Approvals | RegisterKind::Projects => &[Link::Code],
        RegisterKind::Supplies => &[Link::Code, Link::Parcel],
        RegisterKind::SupplyEvents => &[Link::Supply],
        RegisterKind::Occupancies => &[Link::Parcel, Link::Enterprise],
        RegisterKind::Enterprises | RegisterKind::EnterpriseYears => &[Link::Enterprise],
        RegisterKind::Divisions
        | RegisterKind::Buildings
        | RegisterKind::Deductions
        | RegisterKind::Zones
        | RegisterKind::ProjectEvents
        | RegisterKind::Targets => &[],
    }
}

/// The import of that number, after `complete`; `None` when there is none.
pub async fn at_work(conn: &mut PgConnection, import_id: i64) -> Result<Option<AtWork>, StoreError> {
    sqlx::query_as(include_str!("sql/consequence/before.sql"))
        .bind(import_id)
        .fetch_optional(conn)
        .await
        .during("读取导入之前的认知时点")
}

const STEP: &str = "查找变更波及的对象";

/// Lists the rows that the import brings and ends in its register; answers how many. In the import's transaction only.
pub async fn list_moved(
    conn: &mut PgConnection,
    kind: RegisterKind,
    import_id: i64,
    received_at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    for statement in [include_str!("sql/consequence/stage.sql"), include_str!("sql/consequence/clear_stage.sql")] {
        execute(conn, statement).await?;
    }
    let listed = sqlx::query(include_str!("sql/consequence/moved.sql"))
        .persistent(false)
        .bind(kind.as_str())
        .bind(import_id)
        .bind(received_at)
        .execute(&mut *conn)
        .await
        .during(STEP)?;
    let rows = listed.rows_affected();
    if rows >= INDEXED_FROM {
        let indexes = [
            include_str!("sql/consequence/index_place.sql"),
            include_str!("sql/consequence/index_former.sql"),
            include_str!("sql/consequence/index_kind.sql"),
        ];
        for statement in indexes {
            execute(conn, statement).await?;
        }
        for link in asked_by(kind) {
            execute(conn, link.index()).await?;
        }
    }
    execute(conn, include_str!("sql/consequence/analyze.sql")).await?;
    Ok(rows)
}

/// Lists every present parcel besides, where a change reaches all of them; answers how many.
pub async fn list_everything(conn: &mut PgConnection) -> Result<u64, StoreError> {
    let listed = sqlx::query(include_str!("sql/consequence/everything.sql")).execute(&mut *conn).await.during(STEP)?;
    execute(conn, include_str!("sql/consequence/index_place.sql")).await?;
    execute(conn, include_str!("sql/consequence/analyze.sql")).await?;
    Ok(listed.rows_affected())
}

/// The next of the listed rows after a place.
pub async fn stretch(conn: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<MovedRow>, StoreError> {
    sqlx::query_as(include_str!("sql/consequence/stretch.sql")).bind(after).bind(limit).fetch_all(conn).await.during(STEP)
}

/// Rows of a register, present ones and those that the import ends, that meet boxes in degrees.
pub async fn meeting(conn: &mut PgConnection, kind: RegisterKind, boxes: &[Rect<f64>]) -> Result<Vec<LinkedRow>, StoreError> {
    if boxes.is_empty() {
        return Ok(Vec::new());
    }
    let side = |side: fn(&Rect<f64>) -> f64| boxes.iter().map(side).collect::<Vec<f64>>();
    // Not kept prepared: the register decides the plan.
    sqlx::query_as(include_str!("sql/consequence/meeting.sql"))
        .persistent(false)
        .bind(kind.as_str())
        .bind(side(|bounds| bounds.min().x))
        .bind(side(|bounds| bounds.min().y))
        .bind(side(|bounds| bounds.max().x))
        .bind(side(|bounds| bounds.max().y))
        .fetch_all(conn)
        .await
        .during(STEP)
}

/// Rows of a register, present ones and those that the import ends, that point to these divisions and codes.
pub async fn pointing<'k>(
    conn: &mut PgConnection,
    kind: RegisterKind,
    link: Link,
    keys: impl IntoIterator<Item = &'k (String, String)>,
) -> Result<Vec<LinkedRow>, StoreError> {
    let (divisions, codes): (Vec<&str>, Vec<&str>) =
        keys.into_iter().map(|(division, code)| (division.as_str(), code.as_str())).unzip();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let statement = match link {
        Link::Code => include_str!("sql/consequence/of_code.sql"),
        Link::Parcel => include_str!("sql/consequence/of_parcel.sql"),
        Link::Supply => include_str!("sql/consequence/of_supply.sql"),
        Link::Enterprise => include_str!("sql/consequence/of_enterprise.sql"),
    };
    sqlx::query_as(statement).persistent(false).bind(kind.as_str()).bind(divisions).bind(codes).fetch_all(conn).await.during(STEP)
}

/// A building that was on record before the import, and one that is after it, where there is any: division, version, and whether the
/// import ends it.
pub async fn some_buildings(
    conn: &mut PgConnection,
    import_id: i64,
    received_at: DateTime<Utc>,
) -> Result<Vec<(String, i64, bool)>, StoreError> {
    sqlx::query_as(include_str!("sql/consequence/some_buildings.sql"))
        .bind(import_id)
        .bind(received_at)
        .fetch_all(conn)
        .await
        .during(STEP)
}

async fn execute(conn: &mut PgConnection, statement: &'static str) -> Result<(), StoreError> {
    sqlx::query(statement).persistent(false).execute(conn).await.during(STEP)?;
    Ok(())
}
