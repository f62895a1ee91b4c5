//! 批次核减: ground that no longer counts as approved and unsupplied.

use chrono::NaiveDate;

use super::{Ground, words};

words! {
    /// 核减的种类。
    pub enum DeductionKind {
        /// 撤回或收回。
        Withdrawn = "withdrawn", "撤回或收回";
        /// 准予扣除。
        Permitted = "permitted", "准予扣除";
    }
}

/// 批次核减。
#[derive(Clone, Debug, PartialEq)]
pub struct DeductionRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 核减编号。
    pub deduction_code: String,
    /// 批准文号；`None` 为图形所及的各批次都核减。
    pub approval_number: Option<String>,
    /// 种类。
    pub deduction_kind: DeductionKind,
    /// 理由。
    pub reason: Option<String>,
    /// 文号。
    pub document_number: Option<String>,
    /// 决定日期。
    pub decided_on: Option<NaiveDate>,
    /// 核减面积（文件），m²。
    pub documentary_area_m2: Option<f64>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 范围。
    pub ground: Ground,
}
