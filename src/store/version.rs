//! How a register keeps its history: an import is staged, compared with the present versions, and merged set by set.
//! Unchanged rows keep their version; changed ones are closed and followed by a new one; nothing recorded is overwritten.
//! Which columns there are is the registers' business (`parcel`, `building`, …).

use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use mujun_geometry::crs::Crs;
use mujun_geometry::surface::Surface;
use mujun_geometry::wkb::from_wkb;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, PgConnection, Row, Type};

use super::copy::{CopyRows, copy_in};
use super::fault::{During, RepeatedKey, RowFault, StoreError};
use crate::register::Ground;

/// Rows after which the planner's statistics are renewed at once instead of by the background worker a minute later.
const ANALYZE_AFTER_ROWS: i32 = 500;

/// What became of the rows of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Keys that were not recorded before.
    pub new: i32,
    /// Keys whose present version was closed and followed by a new one.
    pub changed: i32,
    /// Keys whose present version says the same.
    pub unchanged: i32,
}

/// A recorded version of a register's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<R> {
    /// 版本号。
    pub version_id: i64,
    /// 来源导入批。
    pub import_id: i64,
    /// 来源行号，自 1 起。
    pub source_row: i32,
    /// When this version became the present one.
    pub recorded_at: DateTime<Utc>,
    /// The row; its `observed_on` is the row's own date or else its file's.
    pub record: R,
}

/// The statements of one register; see the files for what each answers.
pub(super) struct Statements {
    pub stage: &'static str,
    pub clear_stage: &'static str,
    pub copy: &'static str,
    pub repeated: &'static str,
    pub close: &'static str,
    pub insert: &'static str,
    pub analyze: &'static str,
    pub known_at: &'static str,
}

/// The statements in a folder of `store/sql`.
macro_rules! statements {
    ($folder:literal) => {
        $crate::store::version::Statements {
            stage: include_str!(concat!("sql/", $folder, "/stage.sql")),
            clear_stage: include_str!(concat!("sql/", $folder, "/clear_stage.sql")),
            copy: include_str!(concat!("sql/", $folder, "/copy.sql")),
            repeated: include_str!(concat!("sql/", $folder, "/repeated.sql")),
            close: include_str!(concat!("sql/", $folder, "/close.sql")),
            insert: include_str!(concat!("sql/", $folder, "/insert.sql")),
            analyze: include_str!(concat!("sql/", $folder, "/analyze.sql")),
            known_at: include_str!(concat!("sql/", $folder, "/known_at.sql")),
        }
    };
}
pub(super) use statements;

/// A record that is kept in versions.
pub(super) trait Versioned: Sized + Sync {
    /// The table.
    const TABLE: &'static str;
    /// Its statements.
    const STATEMENTS: Statements;

    /// 行政区划代码 and code, for errors and for order.
    fn key(&self) -> (&str, String);

    /// Writes the fields of `copy.sql` after `row_number`.
    fn encode(&self, row: &mut CopyRows);

    /// Reads the fields of `known_at.sql` after `observed_on`.
    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault>;
}

/// Appends the rows of one import: see [`Appended`]. `rows` pairs each record with its source row, counted from 1.
/// The instant is the import's `received_at`. The statements run in the caller's transaction.
pub(super) async fn append<R: Versioned>(
    conn: &mut PgConnection,
    import_id: i64,
    rows: &[(i32, R)],
) -> Result<Appended, StoreError> {
    let staged = stage(conn, rows.iter()).await?;
    merge::<R>(conn, import_id, staged).await
}

async fn stage<'r, R: Versioned + 'r>(
    conn: &mut PgConnection,
    rows: impl Iterator<Item = &'r (i32, R)>,
) -> Result<u64, StoreError> {
    let statements = R::STATEMENTS;
    execute(conn, statements.stage, "准备暂存表").await?;
    execute(conn, statements.clear_stage, "清空暂存表").await?;
    let encode = |row: &&(i32, R), bytes: &mut CopyRows| {
        bytes.integer(row.0);
        row.1.encode(bytes);
    };
    let not_finite = |row: &&(i32, R), place: i16| {
        let (division, code) = row.1.key();
        RowFault {
            table: R::TABLE,
            column: column_at(statements.copy, place),
            key: format!("{division} {code}（第 {} 行）", row.0),
            what: "数值不是有限数".to_owned(),
        }
        .into()
    };
    copy_in(conn, statements.copy, "写入暂存表", rows, encode, not_finite).await
}

async fn merge<R: Versioned>(conn: &mut PgConnection, import_id: i64, staged: u64) -> Result<Appended, StoreError> {
    let statements = R::STATEMENTS;
    let repeated: Vec<(String, String, Vec<i32>)> =
        sqlx::query_as(statements.repeated).persistent(false).fetch_all(&mut *conn).await.during("检查重复编号")?;
    if !repeated.is_empty() {
        let keys = repeated.into_iter().map(|(division_code, code, rows)| RepeatedKey { division_code, code, rows });
        return Err(StoreError::RepeatedKeys { table: R::TABLE, keys: keys.collect() });
    }
    let (received_at, observed_on): (DateTime<Utc>, Option<NaiveDate>) = sqlx::query_as(include_str!("sql/import/instant.sql"))
        .bind(import_id)
        .fetch_one(&mut *conn)
        .await
        .during("读取导入批")?;
    let changed: i64 = sqlx::query_scalar(statements.close)
        .persistent(false)
        .bind(received_at)
        .fetch_one(&mut *conn)
        .await
        .during("关闭旧版本")?;
    let inserted = sqlx::query(statements.insert)
        .persistent(false)
        .bind(import_id)
        .bind(received_at)
        .bind(observed_on)
        .execute(&mut *conn)
        .await
        .during("登记新版本")?
        .rows_affected();
    let staged = i64::try_from(staged).unwrap_or(i64::MAX);
    let inserted = i64::try_from(inserted).unwrap_or(i64::MAX);
    let appended = Appended { new: count(inserted - changed), changed: count(changed), unchanged: count(staged - inserted) };
    if appended.new + appended.changed >= ANALYZE_AFTER_ROWS {
        execute(conn, statements.analyze, "更新统计").await?;
    }
    Ok(appended)
}

/// Row numbers are `i32`, so the rows of an import are too.
fn count(rows: i64) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

async fn execute(conn: &mut PgConnection, statement: &'static str, step: &'static str) -> Result<(), StoreError> {
    sqlx::query(statement).persistent(false).execute(&mut *conn).await.during(step)?;
    Ok(())
}

/// The name of the column at `place` in the list of a `copy.sql`.
fn column_at(copy: &str, place: i16) -> String {
    let list = copy.split_once('(').map_or("", |(_, rest)| rest);
    let columns = list.split([',', ')']).map(str::trim);
    columns.into_iter().nth(usize::try_from(place).unwrap_or_default()).unwrap_or_default().to_owned()
}

/// Calls `each` for every version recorded at `known_at` (`None`: the present ones), in no particular order.
pub(super) async fn for_each_known_at<R: Versioned>(
    conn: &mut PgConnection,
    known_at: Option<DateTime<Utc>>,
    mut each: impl FnMut(Stored<R>),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query(R::STATEMENTS.known_at).bind(known_at).fetch(conn);
    while let Some(row) = rows.try_next().await.during("读取登记簿")? {
        each(stored(&row)?);
    }
    Ok(())
}

/// All versions recorded at `known_at` (`None`: the present ones), ordered by division and code.
pub(super) async fn known_at<R: Versioned>(
    conn: &mut PgConnection,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<Stored<R>>, StoreError> {
    let mut found: Vec<Stored<R>> = Vec::new();
    for_each_known_at(conn, known_at, |row| found.push(row)).await?;
    found.sort_by(|one, other| one.record.key().cmp(&other.record.key()));
    Ok(found)
}

fn stored<R: Versioned>(row: &PgRow) -> Result<Stored<R>, RowFault> {
    let mut fields = Fields { table: R::TABLE, row, next: 0, version_id: 0 };
    let version_id = fields.take("version_id")?;
    fields.version_id = version_id;
    let import_id = fields.take("import_id")?;
    let source_row = fields.take("source_row")?;
    let recorded_at = fields.take("recorded")?;
    let observed_on = fields.take("observed_on")?;
    let record = R::decode(&mut fields, observed_on)?;
    Ok(Stored { version_id, import_id, source_row, recorded_at, record })
}

/// The fields of a row, taken one after the other.
pub(super) struct Fields<'r> {
    table: &'static str,
    row: &'r PgRow,
    next: usize,
    version_id: i64,
}

impl<'r> Fields<'r> {
    /// The next field; `column` is only for the error.
    pub(super) fn take<T>(&mut self, column: &str) -> Result<T, RowFault>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
    {
        let place = self.next;
        self.next += 1;
        self.row.try_get(place).map_err(|fault| self.fault(column, &fault.to_string()))
    }

    /// The next field, a word of a closed list.
    pub(super) fn word<T>(&mut self, column: &str, read: fn(&str) -> Option<T>) -> Result<T, RowFault> {
        self.word_or_none(column, read)?.ok_or_else(|| self.fault(column, "缺值"))
    }

    /// The next field, a word of a closed list where there is one.
    pub(super) fn word_or_none<T>(&mut self, column: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, RowFault> {
        let Some(word) = self.take::<Option<&str>>(column)? else { return Ok(None) };
        read(word).map(Some).ok_or_else(|| self.fault(column, &format!("未知的取值“{word}”")))
    }

    /// A fault of this row.
    pub(super) fn fault(&self, column: &str, what: &str) -> RowFault {
        RowFault {
            table: self.table, column: column.to_owned(), key: format!("版本 {}", self.version_id), what: what.to_owned()
        }
    }

    /// The three columns of ground, all present.
    pub(super) fn ground(&mut self) -> Result<Ground, RowFault> {
        self.ground_or_none()?.ok_or_else(|| self.fault("geom", "缺图形"))
    }

    /// The three columns of ground, where there is a geometry.
    pub(super) fn ground_or_none(&mut self) -> Result<Option<Ground>, RowFault> {
        let ellipsoidal: Option<f64> = self.take("ellipsoidal_area_m2")?;
        let planar_area_m2 = self.take("planar_area_m2")?;
        let bytes: Option<&[u8]> = self.take("geom")?;
        let Some((ellipsoidal_area_m2, bytes)) = ellipsoidal.zip(bytes) else { return Ok(None) };
        let surface = surface_of(bytes).map_err(|what| self.fault("geom", &what))?;
        Ok(Some(Ground { surface, ellipsoidal_area_m2, planar_area_m2 }))
    }
}

/// WKB from our own database as a surface in EPSG:4490.
pub(super) fn surface_of(bytes: &[u8]) -> Result<Surface, String> {
    let polygons = from_wkb(bytes, Crs::CGCS2000).map_err(|fault| fault.to_string())?;
    Surface::from_trusted(polygons, Crs::CGCS2000).map_err(|fault| fault.to_string())
}

/// The public functions of a register, all three the same but for the record.
macro_rules! register_functions {
    ($record:ty) => {
        /// Records the rows of an import as versions: unchanged, changed or new, see [`crate::store::Appended`]. Each record is paired
        /// with its source row, counted from 1. Runs in the caller's transaction, after [`crate::store::import::insert`].
        pub async fn append_versions(
            conn: &mut sqlx::PgConnection,
            import_id: i64,
            rows: &[(i32, $record)],
        ) -> Result<$crate::store::Appended, $crate::store::StoreError> {
            $crate::store::version::append(conn, import_id, rows).await
        }

        /// The versions recorded at an instant (`None`: the present ones), ordered by division and code.
        pub async fn known_at(
            conn: &mut sqlx::PgConnection,
            known_at: Option<chrono::DateTime<chrono::Utc>>,
        ) -> Result<Vec<$crate::store::Stored<$record>>, $crate::store::StoreError> {
            $crate::store::version::known_at(conn, known_at).await
        }

        /// As [`known_at`], one row after the other in no particular order: memory stays flat.
        pub async fn for_each_known_at(
            conn: &mut sqlx::PgConnection,
            known_at: Option<chrono::DateTime<chrono::Utc>>,
            each: impl FnMut($crate::store::Stored<$record>),
        ) -> Result<(), $crate::store::StoreError> {
            $crate::store::version::for_each_known_at(conn, known_at, each).await
        }
    };
}
pub(super) use register_functions;
