//! An import told to a machine: the same account for the page, for `--report json` and for the record of an upload.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::app::consequence::Consequence;
use crate::app::import::{ImportEnding, ImportReport};
use crate::app::query::IssueCount;

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// 登记簿。
    pub kind: String,
    /// 登记簿，中文。
    pub kind_label: String,
    /// What was read and how it was understood.
    pub source: Source,
    /// Where the rows went; read is the sum of the others.
    pub rows: Rows,
    /// All issues.
    pub issue_count: u64,
    /// All issues by code.
    pub issues: Vec<IssueCount>,
    /// What committing it would change; none for a commit, and before the first evaluation.
    #[serde(default)]
    pub consequence: Option<Consequence>,
    /// How it ended.
    pub ending: Ending,
}

/// What was read and how it was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub file_name: String,
    pub sha256: String,
    pub layer_name: Option<String>,
    pub crs: Option<String>,
    pub encoding: Option<String>,
    pub provider: Option<String>,
    pub observed_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
}

/// Where the rows went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// 读到
    pub read: i64,
    /// 新增
    pub new: i64,
    /// 变更
    pub changed: i64,
    /// 未变
    pub unchanged: i64,
    /// 隔离
    pub quarantined: i64,
}

/// How an import ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Ending {
    /// 已提交
    Committed {
        /// 导入批
        import_id: i64,
        /// 修订号
        revision: i64,
    },
    /// 试算，未提交
    Discarded,
    /// 同一文件、同样的读法早已导入
    AlreadyRecorded {
        /// 当时的导入批
        import_id: i64,
    },
}

impl From<&ImportReport> for Report {
    fn from(report: &ImportReport) -> Report {
        let source = &report.source;
        Report {
            kind: report.kind.as_str().to_owned(),
            kind_label: report.kind.label_zh().to_owned(),
            source: Source {
                file_name: source.file_name.clone(),
                sha256: source.sha256.clone(),
                layer_name: source.layer_name.clone(),
                crs: source.crs.map(|crs| crs.to_string()),
                encoding: source.encoding.clone(),
                provider: report.provider.clone(),
                observed_on: report.observed_on,
                received_on: report.received_on,
            },
            rows: Rows {
                read: source.rows_read.into(),
                new: report.appended.new.into(),
                changed: report.appended.changed.into(),
                unchanged: report.appended.unchanged.into(),
                quarantined: source.rows_quarantined.into(),
            },
            issue_count: report.issue_count,
            issues: report.issue_counts.clone(),
            consequence: report.consequence.clone(),
            ending: match report.ending {
                ImportEnding::Committed { import_id, revision } => Ending::Committed { import_id, revision },
                ImportEnding::Discarded => Ending::Discarded,
                ImportEnding::AlreadyRecorded { import_id } => Ending::AlreadyRecorded { import_id },
            },
        }
    }
}
