//! What can stand against an upload, as problems: type, status, title, and what to do.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::intake::IntakeError;

/// Whether the failure is not the sender's; its text then stays here.
pub(super) fn is_ours(error: &IntakeError) -> bool {
    matches!(
        error,
        IntakeError::Folder { .. }
            | IntakeError::Record(_)
            | IntakeError::Status(_)
            | IntakeError::Look(_)
            | IntakeError::Task(_)
    )
}

/// Stable type, status and Chinese title.
pub(super) fn kind(error: &IntakeError) -> (&'static str, StatusCode, &'static str) {
    match error {
        IntakeError::NotFound { .. } => ("/problems/upload-not-found", StatusCode::NOT_FOUND, "没有这份上传"),
        IntakeError::Name { .. } => ("/problems/file-name", StatusCode::BAD_REQUEST, "文件名不可用"),
        IntakeError::Stranger { .. } => ("/problems/file-not-part", StatusCode::CONFLICT, "不是同一份数据的文件"),
        IntakeError::TooLarge { .. } => ("/problems/file-too-large", StatusCode::PAYLOAD_TOO_LARGE, "文件过大"),
        IntakeError::Empty { .. } => ("/problems/file-empty", StatusCode::BAD_REQUEST, "文件是空的"),
        IntakeError::TooMany { .. } => ("/problems/too-many-uploads", StatusCode::CONFLICT, "未处理的上传过多"),
        IntakeError::DiskFull { .. } => ("/problems/disk-full", StatusCode::INSUFFICIENT_STORAGE, "磁盘空间不足"),
        IntakeError::CutShort { .. } => ("/problems/upload-cut-short", StatusCode::BAD_REQUEST, "文件没有传完"),
        IntakeError::Stalled { .. } => ("/problems/upload-stalled", StatusCode::REQUEST_TIMEOUT, "传输停顿过久"),
        IntakeError::Busy => ("/problems/upload-busy", StatusCode::CONFLICT, "这份上传正在处理"),
        IntakeError::NotPreviewed { .. } => ("/problems/not-previewed", StatusCode::CONFLICT, "请先预演"),
        IntakeError::Moved { .. } => ("/problems/registers-moved", StatusCode::CONFLICT, "登记簿已有变化"),
        IntakeError::Committed => ("/problems/upload-committed", StatusCode::CONFLICT, "这份上传已经提交"),
        IntakeError::Faulty(_) => ("/problems/faulty-decision", StatusCode::UNPROCESSABLE_ENTITY, "导入的设定有误"),
        IntakeError::File { .. } => ("/problems/unreadable-file", StatusCode::UNPROCESSABLE_ENTITY, "文件无法读取"),
        IntakeError::Folder { .. }
        | IntakeError::Record(_)
        | IntakeError::Status(_)
        | IntakeError::Look(_)
        | IntakeError::Task(_) => ("/problems/internal", StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误"),
    }
}

/// What, where, found, expected, what to do.
pub(super) fn detail(error: &IntakeError) -> String {
    const MEGABYTE: u64 = 1 << 20;
    match error {
        IntakeError::NotFound { id } => format!("没有编号为“{id}”的上传；可能已被丢弃。现有的见 /api/v1/uploads。"),
        IntakeError::Name { name, reason } => format!("文件名“{name}”不可用：{reason}。请改名后重新上传。"),
        IntakeError::Stranger { name, first } => format!(
            "“{name}”与已收到的“{first}”不是同一个 Shapefile 的部分。一份上传是一个文件，或同名的 .shp、.shx、.dbf、.prj、.cpg；其他文件请另行上传，或打成一个 .zip。"
        ),
        IntakeError::TooLarge { limit } => {
            format!("单个文件不能超过 {} MB。请按区县或图层拆分后上传，或在服务器上用 mujun import 导入。", limit / MEGABYTE)
        }
        IntakeError::Empty { name } => format!("文件“{name}”没有内容。请检查原文件后重新上传。"),
        IntakeError::TooMany { most } => format!("已有 {most} 份上传尚未提交。请先提交或丢弃其中一些，再上传新的文件。"),
        IntakeError::DiskFull { free: Some(free) } => {
            format!("服务器磁盘只剩 {} MB，放不下这个文件；已收到的部分已删除。请联系系统管理员清理磁盘。", free / MEGABYTE)
        }
        IntakeError::DiskFull { free: None } => {
            "服务器磁盘已满，文件没有存下；已收到的部分已删除。请联系系统管理员清理磁盘。".to_owned()
        }
        IntakeError::CutShort { received, .. } => {
            format!("收到 {received} 字节后连接中断，已收到的部分已删除。请检查网络后重新上传。")
        }
        IntakeError::Stalled { seconds } => format!("{seconds} 秒没有收到数据，已收到的部分已删除。请检查网络后重新上传。"),
        IntakeError::Busy => "正在预演或提交。请等它结束后再试；进度见 job。".to_owned(),
        IntakeError::NotPreviewed { latest: None } => "还没有成功的预演。请先预演，看过后果再提交。".to_owned(),
        IntakeError::NotPreviewed { latest: Some(latest) } => {
            format!("您要提交的不是最近一次预演（第 {latest} 次）。请刷新、看过最近一次的后果再提交。")
        }
        IntakeError::Moved { previewed, now } => {
            format!("预演时登记簿是修订 {previewed}，现在是修订 {now}：其间有别的导入提交，后果可能已不同。请重新预演。")
        }
        IntakeError::Committed => "同一份上传只提交一次。如需再导入，请重新上传文件。".to_owned(),
        IntakeError::Faulty(faults) => format!("有 {} 处问题，逐条见 errors；改正后再提交。", faults.len()),
        IntakeError::File { told } => told.join("；原因："),
        IntakeError::Folder { .. }
        | IntakeError::Record(_)
        | IntakeError::Status(_)
        | IntakeError::Look(_)
        | IntakeError::Task(_) => String::new(),
    }
}

/// What is wrong, part by part.
pub(super) fn errors(error: &IntakeError) -> Vec<Value> {
    match error {
        IntakeError::Faulty(faults) => {
            faults.iter().map(|fault| json!({ "field": fault.field, "message": fault.message, "remedy": fault.remedy })).collect()
        }
        _ => Vec::new(),
    }
}
