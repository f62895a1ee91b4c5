//! One file into one register: read, checked, and recorded in one transaction, or not at all.
//! What is asked and answered stands here; `run` does it, `kept` knows which register takes which record.

mod issues;
mod kept;
mod run;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sqlx::PgPool;

use super::consequence::{Consequence, ConsequenceError};
use super::quality::QualityError;
use super::query::IssueCount;
use crate::ingest::{IngestError, IngestIssue, Mapping, MappingFaults, ReadOptions, SourceDescription};
use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, DivisionRecord, EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord,
    ParcelRecord, ProjectEventRecord, ProjectRecord, RegisterKind, SupplyEventRecord, SupplyRecord, TargetRecord, ZoneRecord,
};
use crate::store::{Appended, StoreError};
pub(super) use run::place;
use run::run;

/// What to import and how.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// 登记簿。
    pub kind: RegisterKind,
    /// 文件。
    pub path: PathBuf,
    /// 字段映射。
    pub mapping: MappingChoice,
    /// 操作员对文件读法的指定。
    pub options: ReadOptions,
    /// 提供单位；胜过映射所写的。
    pub provider: Option<String>,
    /// 操作员指明的数据时点；胜过映射所写的。
    pub observed_on: Option<NaiveDate>,
    /// 收文日期：本单位收到文件的日期；不知道为空。
    pub received_on: Option<NaiveDate>,
    /// 操作员看后果时登记簿的修订号；其间有变化则不导入。没有看过后果的为空。
    pub seen_revision: Option<i64>,
    /// 提交还是试算。
    pub mode: ImportMode,
    /// 问题清单写到哪里，见 [`super::issue_list`]；不写为空。
    pub issue_list: Option<PathBuf>,
}

impl ImportRequest {
    /// A file to be committed under the standard mapping of its register, read as it declares itself.
    pub fn new(kind: RegisterKind, path: PathBuf) -> ImportRequest {
        ImportRequest {
            kind,
            path,
            mapping: MappingChoice::Standard,
            options: ReadOptions::default(),
            provider: None,
            observed_on: None,
            received_on: None,
            seen_revision: None,
            mode: ImportMode::Commit,
            issue_list: None,
        }
    }
}

/// Which mapping a file is read by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappingChoice {
    /// `<种类>-standard`
    Standard,
    /// 内置名称或 TOML 文件
    Named(String),
    /// 映射正文，如在网页上确认的
    Text {
        /// 名称
        name: String,
        /// TOML
        toml: String,
    },
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// What is being done.
    pub step: ImportStep,
    /// Rows done in this step.
    pub rows: u64,
    /// Rows there are, where the file says so.
    pub of: Option<u64>,
}

/// What an import does, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImportStep {
    /// 读取与核对
    Reading,
    /// 与登记簿比较、登记版本
    Merging,
    /// 检查拓扑与重复
    Examining,
    /// 预演结论
    Foreseeing,
    /// 提交
    Committing,
}

impl ImportStep {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            ImportStep::Reading => "读取与核对",
            ImportStep::Merging => "与登记簿比较",
            ImportStep::Examining => "检查拓扑与重复",
            ImportStep::Foreseeing => "预演结论",
            ImportStep::Committing => "提交",
        }
    }
}

/// Is told how far an import has come; called often and must return at once.
pub type Watch<'a> = &'a (dyn Fn(ImportProgress) + Send + Sync);

/// Tells nobody.
pub fn unwatched(_: ImportProgress) {}

/// Whether the registers are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// 提交
    Commit,
    /// 试算：照做一遍，然后撤回
    DryRun,
}

/// Issues that a report holds: a large file of which every row is at fault must not fill the memory. All of them are counted, are in
/// the issue list if one is asked for, and are recorded with a commit.
pub const ISSUES_KEPT: usize = 20_000;

/// What an import did.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// 登记簿。
    pub kind: RegisterKind,
    /// 来源。
    pub source: SourceDescription,
    /// 提供单位。
    pub provider: Option<String>,
    /// 数据时点：文件所述情况的日期。
    pub observed_on: Option<NaiveDate>,
    /// 收文日期。
    pub received_on: Option<NaiveDate>,
    /// 各行的去向。
    pub appended: Appended,
    /// 问题：整个文件的在前，各行的按行序；最多 [`ISSUES_KEPT`] 条，不带原行。
    pub issues: Vec<IngestIssue>,
    /// 问题总数。
    pub issue_count: u64,
    /// 全部问题，按代码计数。
    pub issue_counts: Vec<IssueCount>,
    /// 试算所预见的后果；提交时、尚无评价批时没有。
    pub consequence: Option<Consequence>,
    /// 结局。
    pub ending: ImportEnding,
}

/// How an import ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportEnding {
    /// 已提交
    Committed {
        /// 导入批
        import_id: i64,
        /// 修订号
        revision: i64,
    },
    /// 试算，未提交
    Discarded,
    /// 同一文件、同一映射、同样的决定早已导入，没有变化；当时的问题见该导入批
    AlreadyRecorded {
        /// 当时的导入批
        import_id: i64,
    },
}

/// Why a file was not imported. Nothing of it was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No such mapping.
    #[error("没有名为“{name}”的内置字段映射，也没有这个文件；请检查 --mapping")]
    UnknownMapping {
        /// What was asked for.
        name: String,
    },
    /// A mapping file that cannot be read.
    #[error("无法读取字段映射文件 {path}")]
    MappingFile {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A mapping with faults.
    #[error(transparent)]
    MappingFaults(#[from] MappingFaults),
    /// A mapping of another register.
    #[error("字段映射“{mapping}”是为{expected}写的，不能用于{found}；请换用对应的映射")]
    OtherRegister {
        /// The mapping.
        mapping: String,
        /// Its register.
        expected: &'static str,
        /// The register asked for.
        found: &'static str,
    },
    /// The registers are not those that whoever decided has seen.
    #[error("登记簿已从修订 {seen} 变为 {now}，后果可能已不同；什么也没有登记。请重新试算，看过新的后果再提交")]
    Moved {
        /// 所见。
        seen: i64,
        /// 现在。
        now: i64,
    },
    /// The file as a whole cannot be taken.
    #[error(transparent)]
    File(#[from] IngestError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// How the rows lie to each other could not be examined.
    #[error(transparent)]
    Quality(#[from] QualityError),
    /// What committing would change could not be told.
    #[error("试算时无法预演结论")]
    Consequence(#[from] ConsequenceError),
    /// The issue list could not be written.
    #[error("问题清单写不下来，多半是磁盘已满；没有导入任何内容")]
    IssueList(#[source] std::io::Error),
    /// A transaction could not be begun or committed.
    #[error("数据库事务失败：{step}")]
    Transaction {
        /// Which step.
        step: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A background task was lost.
    #[error("读取文件的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

impl ImportError {
    /// Whether the file, its mapping or its values are at fault, rather than the database.
    pub fn is_about_input(&self) -> bool {
        match self {
            ImportError::UnknownMapping { .. }
            | ImportError::MappingFile { .. }
            | ImportError::MappingFaults(_)
            | ImportError::OtherRegister { .. }
            | ImportError::Moved { .. }
            | ImportError::File(_) => true,
            ImportError::Store(fault) => !matches!(fault, StoreError::Query { .. }),
            ImportError::Quality(_)
            | ImportError::Consequence(_)
            | ImportError::IssueList(_)
            | ImportError::Transaction { .. }
            | ImportError::Task(_) => false,
        }
    }
}

/// Imports a file.
///
/// # Errors
/// See [`ImportError`]; nothing was recorded.
pub async fn import(pool: &PgPool, request: ImportRequest, watch: Watch<'_>) -> Result<ImportReport, ImportError> {
    let mut mapping = mapping(request.kind, &request.mapping)?;
    mapping.observed_on = request.observed_on.or(mapping.observed_on);
    mapping.provider = request.provider.clone().or(mapping.provider);
    match request.kind {
        RegisterKind::Divisions => run::<DivisionRecord>(pool, request, mapping, watch).await,
        RegisterKind::Parcels => run::<ParcelRecord>(pool, request, mapping, watch).await,
        RegisterKind::Buildings => run::<BuildingRecord>(pool, request, mapping, watch).await,
        RegisterKind::Approvals => run::<ApprovalRecord>(pool, request, mapping, watch).await,
        RegisterKind::Supplies => run::<SupplyRecord>(pool, request, mapping, watch).await,
        RegisterKind::Zones => run::<ZoneRecord>(pool, request, mapping, watch).await,
        RegisterKind::Projects => run::<ProjectRecord>(pool, request, mapping, watch).await,
        RegisterKind::ProjectEvents => run::<ProjectEventRecord>(pool, request, mapping, watch).await,
        RegisterKind::Targets => run::<TargetRecord>(pool, request, mapping, watch).await,
        RegisterKind::SupplyEvents => run::<SupplyEventRecord>(pool, request, mapping, watch).await,
        RegisterKind::Deductions => run::<DeductionRecord>(pool, request, mapping, watch).await,
        RegisterKind::Enterprises => run::<EnterpriseRecord>(pool, request, mapping, watch).await,
        RegisterKind::Occupancies => run::<OccupancyRecord>(pool, request, mapping, watch).await,
        RegisterKind::EnterpriseYears => run::<EnterpriseYearRecord>(pool, request, mapping, watch).await,
    }
}

pub(super) fn mapping(kind: RegisterKind, choice: &MappingChoice) -> Result<Mapping, ImportError> {
    let parse =
        |name: &str, toml: &str| Mapping::parse(name, toml).map_err(|faults| MappingFaults { name: name.to_owned(), faults });
    let (name, mapping) = match choice {
        MappingChoice::Standard => return Ok(Mapping::standard(kind)),
        MappingChoice::Text { name, toml } => (name, parse(name, toml)?),
        MappingChoice::Named(name) => match Mapping::built_in(name) {
            Some(mapping) => (name, mapping),
            None if Path::new(name).is_file() => {
                let text =
                    std::fs::read_to_string(name).map_err(|source| ImportError::MappingFile { path: name.to_owned(), source })?;
                let stem = Path::new(name).file_stem().map_or_else(|| name.into(), |stem| stem.to_string_lossy());
                (name, parse(&stem, &text)?)
            }
            None => return Err(ImportError::UnknownMapping { name: name.to_owned() }),
        },
    };
    if mapping.kind != kind {
        return Err(ImportError::OtherRegister {
            mapping: name.clone(),
            expected: mapping.kind.label_zh(),
            found: kind.label_zh(),
        });
    }
    Ok(mapping)
}
