//! Why an upload could not be taken, tried or committed.

use std::io;

use crate::app::import::ImportError;
use crate::app::members::RequestFault;
use crate::app::status::StatusError;

/// What stands against an upload or the work on it.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// No such upload.
    #[error("没有编号为“{id}”的上传")]
    NotFound {
        /// What was asked for.
        id: String,
    },
    /// A file name that cannot be one of ours.
    #[error("文件名“{name}”不可用：{reason}")]
    Name {
        /// The name as it came.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A second file that does not belong to the first.
    #[error("“{name}”不是“{first}”的一部分")]
    Stranger {
        /// The name as it came.
        name: String,
        /// What is there already.
        first: String,
    },
    /// A file beyond the limit.
    #[error("文件超过 {limit} 字节的上限")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// A file without a byte.
    #[error("文件“{name}”是空的")]
    Empty {
        /// The name as it came.
        name: String,
    },
    /// As many uploads as are kept, none of them committed.
    #[error("已有 {most} 份上传尚未处理")]
    TooMany {
        /// Uploads kept.
        most: usize,
    },
    /// The disk is full, or would be.
    #[error("磁盘空间不足")]
    DiskFull {
        /// Bytes free.
        free: Option<u64>,
    },
    /// The file did not come whole.
    #[error("文件没有传完：收到 {received} 字节")]
    CutShort {
        /// Bytes received.
        received: u64,
        /// Why, where that is known.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Nothing came for too long.
    #[error("传输停顿超过 {seconds} 秒")]
    Stalled {
        /// Seconds waited.
        seconds: u64,
    },
    /// A job of the upload is on its way.
    #[error("这份上传正在处理")]
    Busy,
    /// Nothing was tried yet, or something else than what the client saw.
    #[error("预演不是您看到的那一次")]
    NotPreviewed {
        /// The latest preview that could be committed.
        latest: Option<i32>,
    },
    /// The registers were changed since the preview.
    #[error("登记簿在预演之后有变化")]
    Moved {
        /// Revision that the preview saw.
        previewed: i64,
        /// Revision now.
        now: i64,
    },
    /// It was committed before.
    #[error("这份上传已经提交")]
    Committed,
    /// A request that cannot be understood.
    #[error("请求内容有 {} 处问题", .0.len())]
    Faulty(Vec<RequestFault>),
    /// The file as a whole cannot be read.
    #[error("{}", .told.join("；原因："))]
    File {
        /// What was found, with its causes; Chinese.
        told: Vec<String>,
    },
    /// The registers could not be asked when looking at a file.
    #[error(transparent)]
    Look(ImportError),
    /// The registers could not be asked.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The folder could not be read or written.
    #[error("无法{step}")]
    Folder {
        /// Which step.
        step: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A record that is not one.
    #[error("上传记录损坏")]
    Record(#[source] serde_json::Error),
    /// A background task was lost.
    #[error("后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

impl IntakeError {
    /// An input or output error while doing `step`; a full disk is told apart.
    pub(super) fn folder(step: &'static str, source: io::Error) -> IntakeError {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => IntakeError::DiskFull { free: None },
            _ => IntakeError::Folder { step, source },
        }
    }
}
