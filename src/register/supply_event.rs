//! 供地合同变更与中止: what moves the agreed dates of a contract, or stops its clock.

use chrono::NaiveDate;

use super::words;

words! {
    /// 变更或中止的种类。
    pub enum SupplyEventKind {
        /// 延期补充协议：约定了新的开工日期。
        Extension = "extension", "延期补充协议";
        /// 政府原因。
        GovernmentCause = "government_cause", "政府原因";
        /// 不可抗力。
        ForceMajeure = "force_majeure", "不可抗力";
        /// 司法查封。
        CourtSeizure = "court_seizure", "司法查封";
    }
}

/// 供地合同变更与中止。
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyEventRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 事件编号。
    pub event_code: String,
    /// 电子监管号或合同编号。
    pub supply_code: String,
    /// 种类。
    pub event_kind: SupplyEventKind,
    /// 起始日；延期补充协议为签订日。
    pub starts_on: NaiveDate,
    /// 截止日（含）；`None` 为尚未结束。延期补充协议没有截止日。
    pub ends_on: Option<NaiveDate>,
    /// 新的约定开工日期；只有延期补充协议有，且必有。
    pub new_start_on: Option<NaiveDate>,
    /// 新的约定竣工日期；只有延期补充协议有。
    pub new_finish_on: Option<NaiveDate>,
    /// 文号；`None` 为没有文件。
    pub document_number: Option<String>,
    /// 文件日期。
    pub document_dated: Option<NaiveDate>,
    /// 备注。
    pub remark: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}
