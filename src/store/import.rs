//! 导入批 (imports), their issues, and 修订 (revisions): one file is one import is one transaction is one revision.
//! It decides the instant at which an import takes effect; the registers' rows are appended elsewhere.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use super::copy::{CopyRows, copy_in};
use super::fault::{During, RowFault, StoreError};
use super::version::Appended;
use crate::register::RegisterKind;

/// What is known about a file before its rows are merged.
#[derive(Clone, Debug, PartialEq)]
pub struct NewImport {
    /// 登记簿种类。
    pub kind: RegisterKind,
    /// 文件名（不含路径）。
    pub file_name: String,
    /// 文件内容的 SHA-256，十六进制小写。
    pub file_sha256: String,
    /// 字段映射名称。
    pub mapping_name: String,
    /// 字段映射内容的 SHA-256。
    pub mapping_sha256: String,
    /// 图层或工作表名。
    pub layer_name: Option<String>,
    /// 提供单位。
    pub provider: Option<String>,
    /// 示例数据还是真实数据。
    pub is_synthetic: bool,
    /// 来源坐标系，如 `EPSG:4528`。
    pub crs: Option<String>,
    /// 属性编码，如 `GBK`。
    pub encoding: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 收文日期：本单位收到文件的日期。
    pub received_on: Option<NaiveDate>,
    /// 操作员的决定，JSON 对象；见 `import.decisions`。
    pub decisions: serde_json::Value,
    /// 读到的行数；边读边登记时先为 0，见 [`count_read`]。
    pub rows_read: i32,
    /// 隔离的行数。
    pub rows_quarantined: i32,
}

/// One fault found while reading the file.
#[derive(Clone, Debug, PartialEq)]
pub struct NewIssue {
    /// 问题代码，如 `ING-014`。
    pub code: String,
    /// `blocks_row`、`degrades` 或 `notice`。
    pub severity: &'static str,
    /// `data_supplier`、`operator` 或 `developer`。
    pub party: &'static str,
    /// 来源行号，自 1 起。
    pub row_number: Option<i32>,
    /// 来源列名。
    pub column_name: Option<String>,
    /// 来源原值。
    pub value: Option<String>,
    /// 说明。
    pub message: String,
    /// 处理办法。
    pub remedy: String,
    /// 地图位置：经度、纬度，EPSG:4490。
    pub place: Option<(f64, f64)>,
    /// 被隔离的原行。
    pub raw_row: Option<serde_json::Value>,
}

/// An import that recorded the same file with the same mapping and decisions, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SameFile {
    /// 导入批。
    pub import_id: i64,
    /// 当时的文件名。
    pub file_name: String,
    /// 当时。
    pub received_at: DateTime<Utc>,
    /// 图层或工作表名。
    pub layer_name: Option<String>,
    /// 来源坐标系，如 `EPSG:4528`。
    pub crs: Option<String>,
    /// 属性编码。
    pub encoding: Option<String>,
    /// 读到的行数。
    pub rows_read: i32,
    /// 隔离的行数。
    pub rows_quarantined: i32,
    /// 提供单位。
    pub provider: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 收文日期。
    pub received_on: Option<NaiveDate>,
}

/// What stands behind an import number; see [`sources`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSource {
    /// 登记簿种类，见 [`RegisterKind::as_str`]。
    pub kind: String,
    /// 文件名。
    pub file_name: String,
    /// 图层或工作表名。
    pub layer_name: Option<String>,
    /// 提供单位。
    pub provider: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 收到并提交的时刻。
    pub received_at: DateTime<Utc>,
    /// 是否示例数据（合成）。
    pub is_synthetic: bool,
}

/// The import that already recorded this file with this mapping and these decisions, if any: importing it again changes nothing.
pub async fn find_same_file(
    conn: &mut PgConnection,
    kind: RegisterKind,
    file_sha256: &str,
    mapping_sha256: &str,
    decisions: &serde_json::Value,
) -> Result<Option<SameFile>, StoreError> {
    sqlx::query_as(include_str!("sql/import/find_same_file.sql"))
        .bind(kind.as_str())
        .bind(file_sha256)
        .bind(mapping_sha256)
        .bind(decisions)
        .fetch_optional(conn)
        .await
        .during("查找相同文件")
}

/// Waits until no other writer of the registers is at work; held until the transaction ends.
pub async fn wait_for_writers(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/import/lock.sql")).execute(conn).await.during("等待其他写入")?;
    Ok(())
}

/// Begins an import: waits for other writers, fixes the instant, and writes the row. Then come the register's rows, [`complete`],
/// the issues and [`record_revision`], in the same transaction.
pub async fn insert(conn: &mut PgConnection, import: &NewImport) -> Result<i64, StoreError> {
    wait_for_writers(conn).await?;
    sqlx::query_scalar(include_str!("sql/import/insert.sql"))
        .bind(import.kind.as_str())
        .bind(&import.file_name)
        .bind(&import.file_sha256)
        .bind(&import.mapping_name)
        .bind(&import.mapping_sha256)
        .bind(&import.layer_name)
        .bind(&import.provider)
        .bind(import.is_synthetic)
        .bind(&import.crs)
        .bind(&import.encoding)
        .bind(import.observed_on)
        .bind(import.rows_read)
        .bind(import.rows_quarantined)
        .bind(import.received_on)
        .bind(&import.decisions)
        .fetch_one(conn)
        .await
        .during("登记导入批")
}

/// Writes how many rows the file had, for an import whose row was written before they were counted.
pub async fn count_read(conn: &mut PgConnection, import_id: i64, read: i32, quarantined: i32) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/import/count_read.sql"))
        .bind(import_id)
        .bind(read)
        .bind(quarantined)
        .execute(conn)
        .await
        .during("登记读到的行数")?;
    Ok(())
}

/// Writes what became of the rows. The database refuses figures that do not add up to the rows read.
pub async fn complete(conn: &mut PgConnection, import_id: i64, appended: &Appended) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/import/complete.sql"))
        .bind(import_id)
        .bind(appended.new)
        .bind(appended.changed)
        .bind(appended.unchanged)
        .execute(conn)
        .await
        .during("登记导入结果")?;
    Ok(())
}

/// Records the issues of an import, numbered from 1 in the order given.
pub async fn insert_issues(conn: &mut PgConnection, import_id: i64, issues: &[NewIssue]) -> Result<(), StoreError> {
    insert_issues_from(conn, import_id, 1, issues).await
}

/// Records issues of an import, numbered from `first` in the order given; numbers may be left out but not used twice.
pub async fn insert_issues_from(
    conn: &mut PgConnection,
    import_id: i64,
    first: i32,
    issues: &[NewIssue],
) -> Result<(), StoreError> {
    if issues.is_empty() {
        return Ok(());
    }
    let numbered = issues.iter().zip(first..);
    let encode = |(issue, ordinal): &(&NewIssue, i32), row: &mut CopyRows| {
        row.bigint(import_id);
        row.integer(*ordinal);
        row.text(&issue.code);
        row.text(issue.severity);
        row.text(issue.party);
        row.integer_or_null(issue.row_number);
        row.text_or_null(issue.column_name.as_deref());
        row.text_or_null(issue.value.as_deref());
        row.text(&issue.message);
        row.text(&issue.remedy);
        row.point_or_null(issue.place.filter(|(longitude, latitude)| longitude.is_finite() && latitude.is_finite()));
        match &issue.raw_row {
            Some(raw) => row.json(&raw.to_string()),
            None => row.null(),
        }
    };
    let not_finite = |(_, ordinal): &(&NewIssue, i32), _place| {
        let key = format!("问题 {ordinal}");
        RowFault { table: "import_issue", column: String::new(), key, what: "数值不是有限数".to_owned() }.into()
    };
    let statement = include_str!("sql/import/copy_issues.sql");
    copy_in(conn, statement, "登记导入问题", numbered, encode, not_finite).await?;
    Ok(())
}

/// Numbers this change of the registers and announces it on [`crate::store::REVISION_CHANNEL`] when the transaction commits.
pub async fn record_revision(conn: &mut PgConnection, import_id: Option<i64>, cause: &str) -> Result<i64, StoreError> {
    let revision: i64 = sqlx::query_scalar(include_str!("sql/import/record_revision.sql"))
        .bind(import_id)
        .bind(cause)
        .fetch_one(&mut *conn)
        .await
        .during("登记修订")?;
    sqlx::query(include_str!("sql/import/announce_revision.sql")).bind(revision).execute(conn).await.during("通知修订")?;
    Ok(revision)
}

/// The number of the latest committed revision; 0 when nothing is recorded.
pub async fn latest_revision(conn: &mut PgConnection) -> Result<i64, StoreError> {
    sqlx::query_scalar(include_str!("sql/import/latest_revision.sql")).fetch_one(conn).await.during("读取修订号")
}

/// What of the registers a reader sees; see [`known_instant`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownInstant {
    /// 修订号。
    pub revision: i64,
    /// 认知时点：按它重读，所见的行完全相同；什么也没有登记过为 `None`。
    pub instant: Option<DateTime<Utc>>,
}

/// How far the registers had come at `known_at` (`None`: now). The instant is never later than that of the latest committed
/// writer: one that is still at work will be recorded at a later one, so reading again as of this instant gives the same rows.
pub async fn known_instant(conn: &mut PgConnection, known_at: Option<DateTime<Utc>>) -> Result<KnownInstant, StoreError> {
    let (revision, latest): (i64, Option<DateTime<Utc>>) = sqlx::query_as(include_str!("sql/import/known_instant.sql"))
        .bind(known_at)
        .fetch_one(conn)
        .await
        .during("读取认知时点")?;
    Ok(KnownInstant { revision, instant: latest.map(|latest| known_at.map_or(latest, |asked| asked.min(latest))) })
}

/// Every import by number, to name the source of a fact.
pub async fn sources(conn: &mut PgConnection) -> Result<BTreeMap<i64, ImportSource>, StoreError> {
    type Source = (i64, String, String, Option<String>, Option<String>, Option<NaiveDate>, DateTime<Utc>, bool);
    let rows: Vec<Source> = sqlx::query_as(include_str!("sql/import/sources.sql")).fetch_all(conn).await.during("读取导入批")?;
    Ok(rows
        .into_iter()
        .map(|(import_id, kind, file_name, layer_name, provider, observed_on, received_at, is_synthetic)| {
            let source = ImportSource { kind, file_name, layer_name, provider, observed_on, received_at, is_synthetic };
            (import_id, source)
        })
        .collect())
}
