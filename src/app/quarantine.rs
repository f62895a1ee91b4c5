//! 隔离行的下载。The rows that an import set aside, written as a file that can be mended and imported again.

use std::path::{Path, PathBuf};

use mujun_geometry::crs::Crs;
use sqlx::PgPool;

use crate::clock::civil_date;
use crate::ingest::write::{QuarantineSpec, QuarantineWriter, QuarantinedRow, WriteError};
use crate::store::{self, StoreError};

pub use crate::ingest::write::QuarantineFormat;

/// Rows read and written at once.
const ROWS_A_BATCH: i64 = 2_000;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// 写出的行数。
    pub rows: u64,
    /// 建议的文件名。
    pub file_name: String,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    /// No such import.
    #[error("没有导入批 {import_id}")]
    NoImport {
        /// What was asked for.
        import_id: i64,
    },
    /// The import set no row aside.
    #[error("导入批 {import_id} 没有隔离的行")]
    Nothing {
        /// What was asked for.
        import_id: i64,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No connection.
    #[error("没有可用的数据库连接")]
    Connection(#[source] sqlx::Error),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A background task was lost.
    #[error("写出文件的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

/// Writes the rows that an import set aside to `path`, in the columns and the reference system in which they came.
///
/// # Errors
/// See [`QuarantineError`]; what is at `path` must be thrown away.
pub async fn export(pool: &PgPool, import_id: i64, format: QuarantineFormat, path: &Path) -> Result<Exported, QuarantineError> {
    let mut transaction = pool.begin().await.map_err(QuarantineError::Connection)?;
    let conn = &mut *transaction;
    store::connection::hold_snapshot(conn).await?;
    let source = store::quarantine::source(conn, import_id).await?.ok_or(QuarantineError::NoImport { import_id })?;
    if source.kept_rows == 0 {
        return Err(QuarantineError::Nothing { import_id });
    }
    let code = source.crs.as_deref().and_then(|crs| crs.strip_prefix("EPSG:")).and_then(|code| code.parse().ok());
    let spec = QuarantineSpec {
        name: source.layer_name.clone().unwrap_or_else(|| "隔离的行".to_owned()),
        description: format!("导入批 {import_id}（{}）隔离的行；改正后可重新导入", source.file_name),
        crs: code.map(Crs::from_epsg),
        columns: store::quarantine::columns(conn, import_id).await?,
        dated: civil_date(source.received_at),
    };
    let path: PathBuf = path.to_owned();
    let creating = tokio::task::spawn_blocking(move || QuarantineWriter::create(&path, format, &spec));
    let mut writer = creating.await.map_err(QuarantineError::Task)??;
    // Before the first ordinal.
    let mut after = -1;
    loop {
        let rows = store::quarantine::rows(conn, import_id, after, ROWS_A_BATCH).await?;
        let Some(last) = rows.last() else { break };
        after = last.ordinal;
        let rows = rows.into_iter().map(|row| QuarantinedRow {
            row_number: row.row_number,
            codes: row.codes,
            reasons: row.reasons,
            remedies: row.remedies,
            raw: row.raw_row.0,
        });
        let rows: Vec<QuarantinedRow> = rows.collect();
        let appending = tokio::task::spawn_blocking(move || writer.append(rows).map(|()| writer));
        writer = appending.await.map_err(QuarantineError::Task)??;
    }
    let finishing = tokio::task::spawn_blocking(move || writer.finish());
    let rows = finishing.await.map_err(QuarantineError::Task)??;
    let stem = source.file_name.split('.').next().unwrap_or_default();
    Ok(Exported { rows, file_name: format!("{stem}-隔离-{import_id}.{}", format.as_str()) })
}
