//! Everything that can be wrong with a request, and the one place where failures become answers (RFC 9457).
//! The `type` of each is stable. What went wrong inside is logged under the request's id and never sent.

use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::context;
use super::upload_problem;
use crate::app::intake::IntakeError;
use crate::app::query::QueryError;
use crate::app::tile::TileError;

/// A request that was not answered as asked, and why.
#[derive(Debug)]
pub(crate) enum Problem {
    /// No run was activated yet: the registers may be full, but there is nothing to show under a law and a date.
    NoRun,
    /// No parcel of that division and code is registered now.
    ParcelNotFound { division_code: String, parcel_code: String },
    /// No approval of that division and number is registered now.
    ApprovalNotFound { division_code: String, approval_number: String },
    /// No such finding now, and nobody decided about one before.
    FindingNotFound { subject: String, rule: String },
    /// The finding flags nothing and nobody decided about it, so there is nothing to decide.
    NotFlagged,
    /// Others decided about the finding after what the client had seen.
    Overtaken { meanwhile: Vec<serde_json::Value> },
    /// Another evaluation says something else than what the client had seen.
    FindingChanged,
    /// A step that the state of the flag does not allow; the text says which steps it does.
    StepNotPossible { reason: String },
    /// A decision that cannot be recorded, with every fault found in it.
    FaultyDetermination { faults: Vec<serde_json::Value> },
    /// A tolerance that cannot be set so; the text says what was found and what is expected.
    ToleranceRefused { reason: String },
    /// A page of another site wants to write.
    ForeignOrigin { found: String },
    /// No import of that number.
    ImportNotFound { import_id: String },
    /// The import set no row aside.
    NothingQuarantined { import_id: i64 },
    /// No run of that number.
    RunNotFound { run_id: String },
    /// No target is registered, so there is no progress to show.
    TargetNotFound,
    /// No such collection.
    CollectionNotFound { collection: String },
    /// No such feature in the collection.
    FeatureNotFound { collection: &'static str, feature: String },
    /// The address names no tile.
    TileNotFound { address: String },
    /// No such tile matrix set.
    TileMatrixSetNotFound { name: String },
    /// More in one tile than can be read for it beside the snapshot.
    TileTooFull { at_most: i64 },
    /// The address names nothing we serve.
    AddressNotFound { path: String },
    /// The address does not take this method.
    MethodNotAllowed { method: String, path: String },
    /// A tile of layers that we do not have, or of too many.
    UnknownLayer { found: String, allowed: Vec<&'static str> },
    /// Query parameters that the address does not know.
    UnknownParameter { names: Vec<String>, allowed: Vec<&'static str> },
    /// A query parameter whose value cannot be read.
    InvalidParameter { name: &'static str, found: String, expected: String },
    /// A parameter that none of the layers asked for can answer.
    ParameterOfOtherLayers { name: &'static str, asked: String, answering: String },
    /// A cursor that we did not give out, or gave out for another list.
    InvalidCursor,
    /// A body that is not JSON.
    InvalidBody { reason: String },
    /// A body that is longer than allowed.
    BodyTooLarge { limit: usize },
    /// A body of another media type.
    UnsupportedMediaType { found: String, expected: &'static str },
    /// A proposal that cannot be judged, with every fault found in it.
    FaultyProposal { faults: Vec<serde_json::Value> },
    /// What stands against an upload.
    Upload(IntakeError),
    /// No map can be drawn on this machine.
    NoChineseFont,
    /// The answer took too long.
    TimedOut,
    /// The register is just being filled for the first time.
    BeingFilled,
    /// The database does not answer.
    Unavailable(Box<dyn Error + Send + Sync>),
    /// A failure that is ours.
    Internal(Box<dyn Error + Send + Sync>),
}

/// When to ask again for what is being filled: a million rows take some ten seconds.
const RETRY_AFTER_SECONDS: &str = "10";

/// The members of a problem as sent.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<serde_json::Value>,
    /// What others recorded after what the client had seen.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    meanwhile: &'a [serde_json::Value],
}

impl Problem {
    /// Stable type, status and Chinese title.
    fn kind(&self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Problem::NoRun => ("/problems/no-run", StatusCode::CONFLICT, "还没有评价批"),
            Problem::ParcelNotFound { .. } => ("/problems/parcel-not-found", StatusCode::NOT_FOUND, "没有这宗地"),
            Problem::ApprovalNotFound { .. } => ("/problems/approval-not-found", StatusCode::NOT_FOUND, "没有这个批次"),
            Problem::FindingNotFound { .. } => ("/problems/finding-not-found", StatusCode::NOT_FOUND, "没有这一结论"),
            Problem::NotFlagged => ("/problems/not-flagged", StatusCode::CONFLICT, "没有疑似标记"),
            Problem::Overtaken { .. } => ("/problems/determination-conflict", StatusCode::CONFLICT, "其间已有新的办理记录"),
            Problem::FindingChanged => ("/problems/finding-changed", StatusCode::CONFLICT, "其间已重新评价"),
            Problem::StepNotPossible { .. } => ("/problems/step-not-possible", StatusCode::CONFLICT, "现在不能办理这一步"),
            Problem::FaultyDetermination { .. } => ("/problems/faulty-determination", StatusCode::BAD_REQUEST, "办理内容有误"),
            Problem::ToleranceRefused { .. } => ("/problems/tolerance-refused", StatusCode::BAD_REQUEST, "容差不能这样设定"),
            Problem::ForeignOrigin { .. } => ("/problems/foreign-origin", StatusCode::FORBIDDEN, "请求来自别的网站"),
            Problem::ImportNotFound { .. } => ("/problems/import-not-found", StatusCode::NOT_FOUND, "没有这个导入批"),
            Problem::NothingQuarantined { .. } => ("/problems/nothing-quarantined", StatusCode::NOT_FOUND, "没有隔离的行"),
            Problem::RunNotFound { .. } => ("/problems/run-not-found", StatusCode::NOT_FOUND, "没有这个评价批"),
            Problem::TargetNotFound => ("/problems/target-not-found", StatusCode::NOT_FOUND, "没有登记目标任务"),
            Problem::CollectionNotFound { .. } => ("/problems/collection-not-found", StatusCode::NOT_FOUND, "没有这个要素集"),
            Problem::FeatureNotFound { .. } => ("/problems/feature-not-found", StatusCode::NOT_FOUND, "没有这个要素"),
            Problem::TileNotFound { .. } => ("/problems/tile-not-found", StatusCode::NOT_FOUND, "没有这个瓦片"),
            Problem::TileMatrixSetNotFound { .. } => {
                ("/problems/tile-matrix-set-not-found", StatusCode::NOT_FOUND, "没有这个瓦片矩阵集")
            }
            Problem::TileTooFull { .. } => ("/problems/tile-too-full", StatusCode::UNPROCESSABLE_ENTITY, "瓦片内要素过多"),
            Problem::AddressNotFound { .. } => ("/problems/address-not-found", StatusCode::NOT_FOUND, "没有这个地址"),
            Problem::MethodNotAllowed { .. } => {
                ("/problems/method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "不支持这种请求方法")
            }
            Problem::UnknownLayer { .. } => ("/problems/unknown-layer", StatusCode::BAD_REQUEST, "没有这个图层"),
            Problem::UnknownParameter { .. } => ("/problems/unknown-parameter", StatusCode::BAD_REQUEST, "有不认识的查询参数"),
            Problem::InvalidParameter { .. } | Problem::ParameterOfOtherLayers { .. } => {
                ("/problems/invalid-parameter", StatusCode::BAD_REQUEST, "查询参数的值不对")
            }
            Problem::InvalidCursor => ("/problems/invalid-cursor", StatusCode::BAD_REQUEST, "翻页标记无效"),
            Problem::InvalidBody { .. } => ("/problems/invalid-body", StatusCode::BAD_REQUEST, "请求内容不是 JSON"),
            Problem::BodyTooLarge { .. } => ("/problems/body-too-large", StatusCode::PAYLOAD_TOO_LARGE, "请求内容过大"),
            Problem::UnsupportedMediaType { .. } => {
                ("/problems/unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "请求内容的类型不对")
            }
            Problem::FaultyProposal { .. } => ("/problems/faulty-proposal", StatusCode::UNPROCESSABLE_ENTITY, "方案无法校核"),
            Problem::Upload(error) => upload_problem::kind(error),
            Problem::NoChineseFont => ("/problems/no-chinese-font", StatusCode::SERVICE_UNAVAILABLE, "服务器没有中文字体"),
            Problem::TimedOut => ("/problems/timed-out", StatusCode::GATEWAY_TIMEOUT, "处理超时"),
            Problem::BeingFilled => ("/problems/being-filled", StatusCode::SERVICE_UNAVAILABLE, "登记簿正在首次装入"),
            Problem::Unavailable(_) => ("/problems/unavailable", StatusCode::SERVICE_UNAVAILABLE, "数据库暂时不可用"),
            Problem::Internal(_) => ("/problems/internal", StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误"),
        }
    }

    /// What, where, found, expected, what to do.
    fn detail(&self) -> String {
        match self {
            Problem::NoRun => {
                "数据库中没有现行的评价批，无法说明是按哪一天、哪一版规则得出的结论。请先导入数据：网页提交之后会自动评价；命令行导入之后请运行 mujun evaluate --activate。".to_owned()
            }
            Problem::ParcelNotFound { division_code, parcel_code } => {
                format!("行政区 {division_code} 现行登记簿中没有编号为“{parcel_code}”的宗地。请核对行政区划代码与宗地代码；编号可能已变更。")
            }
            Problem::ApprovalNotFound { division_code, approval_number } => {
                format!("行政区 {division_code} 现行登记簿中没有文号为“{approval_number}”的批次。请核对行政区划代码与批准文号。")
            }
            Problem::FindingNotFound { subject, rule } => {
                format!("现行评价批中没有对象“{subject}”按规则“{rule}”的结论，也没有办理记录。请核对行政区划代码、对象种类、编号与规则编号。")
            }
            Problem::NotFlagged => "这一结论没有疑似标记，也没有办理记录，不需要办理。".to_owned(),
            Problem::Overtaken { meanwhile } => {
                format!("您打开后，又登记了 {} 条办理记录；本次没有登记。请看过其间登记的办理后再决定。", meanwhile.len())
            }
            Problem::FindingChanged => "您打开后，城市已重新评价，这一结论有变化；本次没有登记。请刷新、看过新的结论后再决定。".to_owned(),
            Problem::StepNotPossible { reason } => format!("{reason}。本次没有登记。"),
            Problem::FaultyDetermination { faults } => format!("有 {} 处问题，逐条见 errors；改正后再提交。本次没有登记。", faults.len()),
            Problem::ToleranceRefused { reason } => format!("{reason}。容差没有改动；现行的值见 /api/v1/tolerances。"),
            Problem::ForeignOrigin { found } => {
                format!("请求的来源是“{found}”，不是本系统的页面；办理只能在本系统的页面上，或由程序直接调用接口登记。")
            }
            Problem::ImportNotFound { import_id } => format!("没有编号为“{import_id}”的导入批。可在 /api/v1/imports 查看已有的导入批。"),
            Problem::NothingQuarantined { import_id } => format!("导入批 {import_id} 没有隔离的行，因此没有可下载的文件。"),
            Problem::RunNotFound { run_id } => format!("没有编号为“{run_id}”的评价批。可在 /api/v1/runs 查看已有的评价批。"),
            Problem::TargetNotFound => "登记簿中没有目标任务，无从计算完成情况。请先导入目标任务（mujun import targets 文件）。".to_owned(),
            Problem::CollectionNotFound { collection } => {
                format!("没有名为“{collection}”的要素集；可用的见 /collections。")
            }
            Problem::FeatureNotFound { collection, feature } => {
                format!("要素集 {collection} 中没有标识为“{feature}”的要素。标识的形式是“行政区划代码.编号”。")
            }
            Problem::TileNotFound { address } => {
                format!("“{address}”不是瓦片地址：应为 /tiles/图层/z/x/y，z 为 0–22 的整数，x、y 为小于 2 的 z 次方的整数。")
            }
            Problem::TileMatrixSetNotFound { name } => {
                format!("没有名为“{name}”的瓦片矩阵集；可用的见 /tileMatrixSets。")
            }
            Problem::TileTooFull { at_most } => {
                format!("地图尚未载入内存，或所求的不是现行评价批；这样的瓦片直接由数据库生成，最多 {at_most} 个要素。请放大后再看，或稍候。")
            }
            Problem::AddressNotFound { path } => format!("没有“{path}”这个地址。接口说明见 /api。"),
            Problem::MethodNotAllowed { method, path } => format!("“{path}”不接受 {method} 请求。接口说明见 /api。"),
            Problem::UnknownLayer { found, allowed } => {
                format!("图层“{found}”不可用：应为 {} 中的一个或几个，以逗号分隔，不重复。", allowed.join("、"))
            }
            Problem::UnknownParameter { names, allowed } if allowed.is_empty() => {
                format!("不认识查询参数 {}；此地址不带查询参数。", names.join("、"))
            }
            Problem::UnknownParameter { names, allowed } => {
                format!("不认识查询参数 {}；此地址可用的是 {}。", names.join("、"), allowed.join("、"))
            }
            Problem::InvalidParameter { name, found, expected } => format!("参数 {name} 的值是“{found}”，应为{expected}。"),
            Problem::ParameterOfOtherLayers { name, asked, answering } => {
                format!("图层 {asked} 没有可按参数 {name} 筛选的内容；能用它的图层是 {answering}。请改请求这些图层，或去掉 {name}。")
            }
            Problem::InvalidCursor => "翻页标记 cursor 不是本列表给出的，或筛选、排序已改变。请去掉 cursor 从第一页重新开始。".to_owned(),
            Problem::InvalidBody { reason } => format!("请求内容无法按 JSON 解析：{reason}。请检查括号、引号与逗号。"),
            Problem::BodyTooLarge { limit } => {
                const MEGABYTE: usize = 1024 * 1024;
                if *limit < MEGABYTE {
                    format!("请求内容超过 {} KB 的上限。请缩短文字；全文可留在文书中。", limit / 1024)
                } else {
                    format!("请求内容超过 {} MB 的上限。请简化图形（减少节点）或分次校核。", limit / MEGABYTE)
                }
            }
            Problem::UnsupportedMediaType { found, expected } => {
                format!("请求内容的类型是“{found}”，应为 {expected}。")
            }
            Problem::FaultyProposal { faults } => format!("方案有 {} 处问题，逐条见 errors；改正后再提交。", faults.len()),
            Problem::Upload(error) => upload_problem::detail(error),
            Problem::NoChineseFont => {
                "服务器上没有中文字体，地图上的文字会成为空框，所以没有绘制。请管理员安装 fonts-noto-cjk（或思源黑体等）后重试。".to_owned()
            }
            Problem::TimedOut => "处理时间超过上限，已中止。请缩小范围（bbox、county）或减小 limit 后重试。".to_owned(),
            Problem::BeingFilled => {
                "正在把一个大文件首次装入空的登记簿，提交之前不能查询它；什么也没有丢失。装入之后即可查询，请过一会儿再试。".to_owned()
            }
            Problem::Unavailable(_) => "数据库没有响应，请稍后重试；若持续出现，请把请求编号告诉管理员。".to_owned(),
            Problem::Internal(_) => "这是程序的问题，不是您的输入有误。请把请求编号告诉管理员。".to_owned(),
        }
    }

    fn errors(&self) -> Vec<serde_json::Value> {
        match self {
            Problem::FaultyProposal { faults } | Problem::FaultyDetermination { faults } => faults.clone(),
            Problem::Upload(error) => upload_problem::errors(error),
            Problem::InvalidParameter { name, found, expected } => {
                vec![serde_json::json!({ "parameter": name, "found": found, "expected": expected })]
            }
            Problem::ParameterOfOtherLayers { name, asked, answering } => {
                vec![serde_json::json!({ "parameter": name, "found": asked, "expected": answering })]
            }
            Problem::UnknownParameter { names, .. } => {
                names.iter().map(|name| serde_json::json!({ "parameter": name })).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The error and everything under it, for the log.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (r#type, status, title) = self.kind();
        let request = context::request_id();
        if let Problem::Internal(error) | Problem::Unavailable(error) = &self {
            tracing::error!(request, problem = r#type, error = chain(error.as_ref()), "request failed");
        }
        let instance = status.is_server_error().then(|| format!("/requests/{request}"));
        let meanwhile: &[serde_json::Value] = match &self {
            Problem::Overtaken { meanwhile } => meanwhile,
            _ => &[],
        };
        let body =
            Body { r#type, title, status: status.as_u16(), detail: self.detail(), instance, errors: self.errors(), meanwhile };
        // Serializing strings and JSON values cannot fail; an empty body with the right status is the last resort.
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if matches!(self, Problem::BeingFilled) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        if upload_problem::is_ours(&error) { Problem::Internal(Box::new(error)) } else { Problem::Upload(error) }
    }
}

impl From<TileError> for Problem {
    fn from(error: TileError) -> Self {
        match error {
            TileError::NoSuchRun { run_id } => Problem::RunNotFound { run_id: run_id.to_string() },
            TileError::NoRun => Problem::NoRun,
            TileError::TooMany { at_most } => Problem::TileTooFull { at_most },
            TileError::Read(error) => QueryError::Read(error).into(),
            TileError::Interrupted(error) => QueryError::Interrupted(error).into(),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::NoRun => Problem::NoRun,
            QueryError::Tile(error) => error.into(),
            error if error.is_being_filled() => Problem::BeingFilled,
            error if error.is_unavailable() => Problem::Unavailable(Box::new(error)),
            error => Problem::Internal(Box::new(error)),
        }
    }
}
