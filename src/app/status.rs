//! How full the registers are, and whether the current run has seen all of them.

use sqlx::PgPool;

use crate::store::{self, StoreError};

/// 登记簿概况。
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// 行政区数。
    pub divisions: i64,
    /// 现行宗地数。
    pub parcels: i64,
    /// 现行批次数。
    pub approvals: i64,
    /// 现行供地合同数。
    pub supplies: i64,
    /// 最新修订号。
    pub revision: i64,
    /// 现行评价批所见的修订号。
    pub evaluated_revision: Option<i64>,
}

impl Status {
    /// Whether no run is current, or the current one has not seen the latest revision.
    pub fn needs_run(&self) -> bool {
        self.evaluated_revision != Some(self.revision)
    }
}

/// Why the status could not be told.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// No connection.
    #[error("没有可用的数据库连接")]
    Connection(#[source] sqlx::Error),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the status.
///
/// # Errors
/// The database cannot be reached or refuses.
pub async fn status(pool: &PgPool) -> Result<Status, StatusError> {
    let mut conn = pool.acquire().await.map_err(StatusError::Connection)?;
    let counts = store::run::register_counts(&mut conn).await?;
    let current = store::run::current(&mut conn).await?;
    Ok(Status {
        divisions: counts.divisions,
        parcels: counts.parcels,
        approvals: counts.approvals,
        supplies: counts.supplies,
        revision: store::import::latest_revision(&mut conn).await?,
        evaluated_revision: current.map(|run| run.run.facts_revision),
    })
}
