//! A new evaluation held against a run: the run's rows are read again as of its instant, its law from the kept text.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::rulebook::Rulebook;
use serde::Serialize;
use sqlx::PgPool;

use super::{Comparison, Side, compare_decided};
use crate::app::evaluation::{Activation, EvaluationError, JudgedCity, RunSummary, judge_city, read_registers, record_run};
use crate::app::judgement::judge;
use crate::app::measuring::MeasureError;
use crate::app::rulebook::{self, FindError};
use crate::store::run::Run;
use crate::store::{self, StoreError};

/// What to hold against what.
#[derive(Clone, Debug)]
pub struct DiffRequest {
    /// 原评价批；缺省为现行的。
    pub old: Option<i64>,
    /// 新的法律时点。
    pub as_of: NaiveDate,
    /// 新的认知时点；缺省为已登记的全部。
    pub known_at: Option<DateTime<Utc>>,
    /// 此刻。
    pub now: DateTime<Utc>,
    /// 新的评价批是否设为现行。
    pub activation: Activation,
}

/// By which law, day and knowledge a run judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunHead {
    /// 评价批。
    pub run_id: i64,
    /// 法律时点。
    pub as_of: NaiveDate,
    /// 认知时点。
    pub known_at: DateTime<Utc>,
    /// 所见修订号。
    pub facts_revision: i64,
    /// 规则库版本名。
    pub rulebook_edition: String,
    /// 规则库摘要。
    pub rulebook_digest: String,
    /// 结论摘要。
    pub findings_sha256: String,
}

impl From<Run> for RunHead {
    fn from(run: Run) -> RunHead {
        RunHead {
            run_id: run.run_id,
            as_of: run.run.as_of,
            known_at: run.run.known_at,
            facts_revision: run.run.facts_revision,
            rulebook_edition: run.run.rulebook_edition,
            rulebook_digest: run.run.rulebook_digest,
            findings_sha256: run.run.findings_sha256,
        }
    }
}

/// A run and the one it is compared with.
#[derive(Clone, Debug, Serialize)]
pub struct RunDiff {
    /// 原评价批。
    pub old: RunHead,
    /// 新评价批。
    pub new: RunHead,
    /// 原评价批重算所得的结论摘要；与所存的不同，说明程序或库的版本变了，比较以重算的为准。
    pub old_replayed_sha256: String,
    /// 行政区名称。
    pub division_names: BTreeMap<String, String>,
    /// What differs.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// The new run.
    #[serde(skip)]
    pub summary: RunSummary,
}

impl RunDiff {
    /// Whether the old run was repeated byte by byte.
    pub fn old_is_repeated(&self) -> bool {
        self.old_replayed_sha256 == self.old.findings_sha256
    }
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// No run to compare with.
    #[error("没有评价批 {run_id}；用 GET /api/v1/runs 查看有哪些")]
    NoSuchRun {
        /// What was asked for.
        run_id: i64,
    },
    /// No run is current.
    #[error("还没有现行评价批，无从比较；请先 mujun evaluate --activate，或指明 --diff 评价批号")]
    NoCurrentRun,
    /// The law of the old run is not to be had.
    #[error("评价批 {run_id} 的规则库不可得：它没有留存全文，或读法已变")]
    Law {
        /// The run.
        run_id: i64,
        /// Why.
        #[source]
        source: FindError,
    },
    /// An evaluation failed.
    #[error(transparent)]
    Evaluation(#[from] EvaluationError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No connection.
    #[error("没有可用的数据库连接")]
    Connection(#[source] sqlx::Error),
    /// A background task was lost.
    #[error("比较的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

impl DiffError {
    /// Whether what was asked for is at fault.
    pub fn is_about_input(&self) -> bool {
        match self {
            DiffError::NoSuchRun { .. } | DiffError::NoCurrentRun | DiffError::Law { .. } => true,
            DiffError::Evaluation(_) | DiffError::Store(_) | DiffError::Connection(_) | DiffError::Task(_) => false,
        }
    }
}

/// Evaluates anew, records that run, and compares it with an older one.
///
/// # Errors
/// See [`DiffError`]. The new run is recorded once it was judged, even if the comparison then fails.
pub async fn against_run(
    pool: &PgPool,
    data_dir: Option<&Path>,
    rulebook: Arc<Rulebook>,
    request: DiffRequest,
) -> Result<RunDiff, DiffError> {
    let mut conn = pool.acquire().await.map_err(DiffError::Connection)?;
    let old = match request.old {
        Some(run_id) => store::run::by_id(&mut conn, run_id).await?.ok_or(DiffError::NoSuchRun { run_id })?,
        None => store::run::current(&mut conn).await?.ok_or(DiffError::NoCurrentRun)?,
    };
    let division_names = store::read::division::names(&mut conn).await?.into_iter().collect();
    drop(conn);
    let law = rulebook::find(pool, data_dir, &old.run.rulebook_digest)
        .await
        .map_err(|source| DiffError::Law { run_id: old.run_id, source })?;
    let before = Side {
        registers: Arc::new(read_registers(pool, Some(old.run.known_at)).await?),
        rulebook: Arc::new(law),
        as_of: old.run.as_of,
    };
    let judged = judge_city(pool, rulebook, request.as_of, request.known_at).await?;
    let summary = record_run(pool, &judged, request.now, request.activation).await?;
    let new = RunHead {
        run_id: summary.run_id,
        as_of: judged.as_of,
        known_at: judged.registers.known_at.unwrap_or(request.now),
        facts_revision: judged.registers.revision,
        rulebook_edition: judged.rulebook.edition().to_owned(),
        rulebook_digest: judged.rulebook.digest().to_string(),
        findings_sha256: summary.digest.clone(),
    };
    let comparing = tokio::task::spawn_blocking(move || compared(&before, &judged));
    let (comparison, old_replayed_sha256) =
        comparing.await.map_err(DiffError::Task)?.map_err(|fault| DiffError::Evaluation(fault.into()))?;
    Ok(RunDiff { old: old.into(), new, old_replayed_sha256, division_names, comparison, summary })
}

fn compared(before: &Side, judged: &JudgedCity) -> Result<(Comparison, String), MeasureError> {
    let replayed = judge(&before.registers, &before.rulebook, before.as_of)?;
    let after = Side { registers: judged.registers.clone(), rulebook: judged.rulebook.clone(), as_of: judged.as_of };
    let comparison = compare_decided(before, &after, &replayed.findings, &judged.judgement.findings)?;
    Ok((comparison, replayed.digest))
}
