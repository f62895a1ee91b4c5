//! The grounds of one register, window by window, for whoever examines how they lie to each other, and the tolerances of that.
//! Reads through the view `ground_row`; statements in `sql/quality/`. It judges nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use mujun_geometry::geo::Rect;
use sqlx::{FromRow, PgConnection};

use super::columns::Taken;
use super::copy_out::each_row;
use super::fault::{During, StoreError};
use crate::register::RegisterKind;
use crate::register::columns::GroundColumn;

/// Cells a degree of [`Cell`].
pub const CELLS_A_DEGREE: f64 = 128.0;

const STEP: &str = "按窗口读取图形";

/// How many grounds begin, with their south-west corner, in one cell.
#[derive(Clone, Copy, Debug, PartialEq, FromRow)]
pub struct Cell {
    /// Column: longitude × [`CELLS_A_DEGREE`], rounded down.
    pub x: i32,
    /// Row: latitude likewise.
    pub y: i32,
    /// 本次导入的。
    pub imported: i64,
    /// 本次导入而在测量平面之外的。
    pub off_plane: i64,
    /// 现行的，本次导入的在内。
    pub present: i64,
    /// 其图形的字节数，如其所存。
    pub bytes: i64,
    /// 本次导入的图形的最东，度。
    pub east: f64,
    /// 本次导入的图形的最北，度。
    pub north: f64,
}

/// The cells of a register.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Those that are listed, each once.
    pub cells: Vec<Cell>,
    /// Which these are.
    pub listed: Listed,
}

/// Which cells are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// 有图形的全部列出
    All,
    /// 只列出本次导入有图形的：其余的没有看
    Brought,
}

/// What is read at once: the rows that begin in `home`, and all that may lie at them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowBounds {
    /// Where the rows to be examined begin, degrees; the eastern and northern edge are outside.
    pub home: Rect<f64>,
    /// Where the rows to be read lie, degrees.
    pub reach: Rect<f64>,
}

/// The rows of one window in columns.
#[derive(Clone, Debug, Default)]
pub struct WindowColumns {
    /// 版本号。
    pub version_ids: Vec<i64>,
    /// 0 现行；1 本次导入、在本窗口查；2 本次导入、在另一窗口查。
    pub roles: Vec<i32>,
    /// 行政区在 `division_codes` 中的位置。
    pub divisions: Vec<u32>,
    /// The codes that occur.
    pub division_codes: Vec<String>,
    /// 图形。
    pub ground: GroundColumn,
}

/// What a row is called and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RowName {
    /// 版本号。
    pub version_id: i64,
    /// 行政区划代码。
    pub division_code: String,
    /// 编号。
    pub code: String,
    /// 来源导入批。
    pub import_id: i64,
    /// 来源行号。
    pub source_row: i32,
    /// 来源文件名。
    pub file_name: String,
}

/// The tolerances by name; see the table for what each means.
pub async fn tolerances(conn: &mut PgConnection) -> Result<BTreeMap<String, f64>, StoreError> {
    let rows: Vec<(String, f64)> =
        sqlx::query_as(include_str!("sql/quality/tolerances.sql")).fetch_all(conn).await.during("读取质量检查的容差")?;
    Ok(rows.into_iter().collect())
}

/// Rows of an import up to which only the cells that they begin in are asked for.
const FEW_ROWS: i64 = 5_000;

/// Where the grounds of a register lie, and which of them an import brought; of an import of few rows only the cells in which it brought
/// any, with what meets them. After the counts of the import were completed.
pub async fn grid(conn: &mut PgConnection, kind: RegisterKind, import_id: i64) -> Result<Grid, StoreError> {
    const STEP: &str = "统计图形的分布";
    let brought: i64 =
        sqlx::query_scalar(include_str!("sql/quality/brought.sql")).bind(import_id).fetch_one(&mut *conn).await.during(STEP)?;
    let (statement, listed) = match brought {
        ..=FEW_ROWS => (include_str!("sql/quality/grid_of_few.sql"), Listed::Brought),
        _ => (include_str!("sql/quality/grid.sql"), Listed::All),
    };
    let cells =
        sqlx::query_as(statement).persistent(false).bind(kind.as_str()).bind(import_id).fetch_all(conn).await.during(STEP)?;
    Ok(Grid { cells, listed })
}

/// The rows of one window. Those outside the measuring plane are left out.
pub async fn window(
    conn: &mut PgConnection,
    kind: RegisterKind,
    import_id: i64,
    bounds: WindowBounds,
) -> Result<WindowColumns, StoreError> {
    let WindowBounds { home, reach } = bounds;
    let (low, high) = (reach.min(), reach.max());
    let corners = [(low.x, low.y), (high.x, low.y), (high.x, high.y), (low.x, high.y), (low.x, low.y)];
    let ring = corners.map(|(x, y)| format!("{x} {y}")).join(",");
    sqlx::query(include_str!("sql/quality/settle.sql"))
        .bind(kind.as_str())
        .bind(import_id.to_string())
        .bind(format!("SRID=4490;POLYGON(({ring}))"))
        .bind(format!("{{{},{},{},{}}}", home.min().x, home.min().y, home.max().x, home.max().y))
        .execute(&mut *conn)
        .await
        .during(STEP)?;
    let mut all = WindowColumns::default();
    each_row(conn, STEP, include_str!("sql/quality/window.sql"), "ground_row", |row| {
        all.version_ids.push(row.bigint()?.ok_or("缺版本号")?);
        all.roles.push(row.integer()?.unwrap_or(0));
        let code = row.field()?.unwrap_or_default();
        let known = all.division_codes.iter().rposition(|known| known.as_bytes() == code);
        let division = known.unwrap_or_else(|| {
            all.division_codes.push(String::from_utf8_lossy(code).into_owned());
            all.division_codes.len() - 1
        });
        all.divisions.push(u32::try_from(division).unwrap_or(u32::MAX));
        row.ground(&mut all.ground)
    })
    .await?;
    Ok(all)
}

/// The names of present versions of a register, each asked for with its division.
pub async fn names(
    conn: &mut PgConnection,
    kind: RegisterKind,
    versions: &[(Arc<str>, i64)],
) -> Result<Vec<RowName>, StoreError> {
    if versions.is_empty() {
        return Ok(Vec::new());
    }
    let (divisions, version_ids): (Vec<&str>, Vec<i64>) = versions.iter().map(|(division, id)| (&**division, *id)).unzip();
    sqlx::query_as(include_str!("sql/quality/rows.sql"))
        .persistent(false)
        .bind(kind.as_str())
        .bind(divisions)
        .bind(version_ids)
        .fetch_all(conn)
        .await
        .during("读取有问题的行")
}
