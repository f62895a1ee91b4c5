//! How full the registers are, and whether the current run has seen all of them.

use chrono::NaiveDate;
use sqlx::PgPool;

use crate::store::{self, StoreError};

/// 登记簿概况。
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// 现行评价批。
    pub current: Option<CurrentRun>,
}

/// What the current run saw and by which law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentRun {
    /// 所见修订号。
    pub facts_revision: i64,
    /// 法律时点。
    pub as_of: NaiveDate,
    /// 规则库摘要。
    pub rulebook_digest: String,
}

impl Status {
    /// Whether no run is current, or the current one has not seen the latest revision, this rulebook, or this day:
    /// contracts fall due by the mere passing of time.
    pub fn needs_run(&self, rulebook_digest: &str, today: NaiveDate) -> bool {
        self.current
            .as_ref()
            .is_none_or(|run| run.facts_revision != self.revision || run.rulebook_digest != rulebook_digest || run.as_of < today)
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
        current: current.map(|run| CurrentRun {
            facts_revision: run.run.facts_revision,
            as_of: run.run.as_of,
            rulebook_digest: run.run.rulebook_digest,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_grows_stale_by_new_facts_another_law_or_another_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let run = CurrentRun { facts_revision: 9, as_of: day("2026-06-30"), rulebook_digest: "a".into() };
        let status = Status { revision: 9, current: Some(run), ..Status::default() };
        assert!(!status.needs_run("a", day("2026-06-30")));
        assert!(status.needs_run("a", day("2026-07-01")));
        assert!(status.needs_run("b", day("2026-06-30")));
        assert!(Status { revision: 10, ..status.clone() }.needs_run("a", day("2026-06-30")));
        assert!(Status { current: None, ..status }.needs_run("a", day("2026-06-30")));
    }
}
