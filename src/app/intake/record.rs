//! What is kept of an upload: a small JSON text beside its files, replaced as a whole.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use super::report::Report;

/// The name of an upload: 128 random bits, so that it is a folder name without surprises and cannot be guessed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UploadId(String);

impl UploadId {
    const LENGTH: usize = 32;

    /// A new one.
    pub(super) fn new() -> UploadId {
        UploadId(format!("{:032x}", rand::rng().random::<u128>()))
    }

    /// Reads an id that we may have given out.
    pub fn parse(text: &str) -> Option<UploadId> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == UploadId::LENGTH && text.bytes().all(is_hex)).then(|| UploadId(text.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UploadId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<UploadId, &'static str> {
        UploadId::parse(&text).ok_or("not an upload id")
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> String {
        id.0
    }
}

/// One file of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// File name as the browser gave it.
    pub name: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the bytes, lower-case hex, taken while they came.
    pub sha256: String,
}

/// One upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Its name.
    pub id: UploadId,
    /// When its first file was complete.
    pub received_at: DateTime<Utc>,
    /// Its files, in the order in which they came.
    pub parts: Vec<Part>,
    /// The latest preview.
    pub preview: Option<Job>,
    /// The latest attempt to commit.
    pub commit: Option<Job>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// 预演
    Preview,
    /// 提交
    Commit,
}

/// Whether a job ended, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 排队或进行中
    Running,
    /// 完成
    Done,
    /// 没有成功，原因另记
    Failed,
    /// 服务停止时还没有做完
    Interrupted,
}

/// One run of an import, tried or meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Number within the upload, from 1; a commit names the preview it follows by it.
    pub number: i32,
    /// What it does.
    pub task: Task,
    /// Whether it ended, and how.
    pub standing: Standing,
    /// What was decided.
    pub decision: Decision,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Revision of the registers when it began to work.
    pub registers_revision: Option<i64>,
    /// What the import did or would do.
    pub report: Option<Report>,
    /// The evaluation after a commit.
    pub evaluation: Option<Evaluated>,
    /// Why it failed, or why the evaluation after the commit did.
    pub fault: Option<JobFault>,
}

/// The evaluation that followed a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluated {
    /// 评价批。
    pub run_id: i64,
    /// Subjects judged.
    pub subjects: usize,
    /// Findings recorded.
    pub findings: usize,
}

/// Why a job failed, for its reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFault {
    /// What, where, found, expected, what to do; Chinese.
    pub message: String,
    /// Causes, nearest first, where they may be told.
    pub causes: Vec<String>,
}

/// Where an upload stands, for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// 已收到
    Received,
    /// 预演中
    Previewing,
    /// 已预演，可提交
    Previewed,
    /// 提交中
    Committing,
    /// 已提交
    Committed,
    /// 预演或提交没有成功
    Failed,
    /// 服务曾停止，未做完
    Interrupted,
}

impl UploadState {
    /// The word in the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            UploadState::Received => "received",
            UploadState::Previewing => "previewing",
            UploadState::Previewed => "previewed",
            UploadState::Committing => "committing",
            UploadState::Committed => "committed",
            UploadState::Failed => "failed",
            UploadState::Interrupted => "interrupted",
        }
    }

    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            UploadState::Received => "已收到",
            UploadState::Previewing => "正在预演",
            UploadState::Previewed => "已预演，待提交",
            UploadState::Committing => "正在提交",
            UploadState::Committed => "已提交",
            UploadState::Failed => "没有成功",
            UploadState::Interrupted => "服务曾停止，没有做完",
        }
    }
}

impl Upload {
    /// The job asked for last.
    pub fn latest(&self) -> Option<&Job> {
        self.commit.iter().chain(&self.preview).max_by_key(|job| job.number)
    }

    /// Whether a commit of it went through.
    pub fn is_committed(&self) -> bool {
        self.commit.as_ref().is_some_and(|job| job.standing == Standing::Done)
    }

    /// Where it stands.
    pub fn state(&self) -> UploadState {
        match self.latest().map(|job| (job.standing, job.task)) {
            _ if self.is_committed() => UploadState::Committed,
            None => UploadState::Received,
            Some((Standing::Running, Task::Preview)) => UploadState::Previewing,
            Some((Standing::Running, Task::Commit)) => UploadState::Committing,
            Some((Standing::Done, _)) => UploadState::Previewed,
            Some((Standing::Failed, _)) => UploadState::Failed,
            Some((Standing::Interrupted, _)) => UploadState::Interrupted,
        }
    }

    /// The file to open: the only one, or the `.shp` of a loose Shapefile.
    pub fn main(&self) -> Option<&Part> {
        self.parts.iter().find(|part| extension(&part.name) == "shp").or_else(|| self.parts.first())
    }

    /// All bytes.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }
}

/// The lower-case extension of a name; empty without one.
pub(super) fn extension(name: &str) -> String {
    PathBuf::from(name).extension().map(|found| found.to_string_lossy().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_folder_name_and_nothing_else_is_one() {
        let id = UploadId::new();
        assert_eq!(UploadId::parse(id.as_str()), Some(id.clone()));
        assert_ne!(id, UploadId::new());
        for text in ["", "..", "../../etc/passwd", &"A".repeat(32), &"a".repeat(31), &"g".repeat(32), &"/".repeat(32)] {
            assert_eq!(UploadId::parse(text), None, "{text}");
        }
        assert!(serde_json::from_str::<UploadId>("\"../x\"").is_err());
    }
}
