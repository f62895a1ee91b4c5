//! 企业、企业用地、企业年度数据: who is on which ground, and what they paid. Money reaches a parcel only through occupancy.

use chrono::NaiveDate;

use super::words;

/// Words of `enterprise_year.grade`: the classes of 亩均评价, and not assessed.
pub const GRADES: &[&str] = &["A", "B", "C", "D", "not_assessed"];

/// 企业。
#[derive(Clone, Debug, PartialEq)]
pub struct EnterpriseRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 统一社会信用代码，或本地编号。
    pub enterprise_code: String,
    /// 名称。
    pub name: String,
    /// 行业代码版本。
    pub industry_edition: Option<String>,
    /// 行业大类代码。
    pub industry_code: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}

words! {
    /// 用地方式。
    pub enum Tenure {
        /// 自有。
        Own = "own", "自有";
        /// 租赁。
        Lease = "lease", "租赁";
    }
}

/// 企业用地：一家企业占用一宗地（的一部分）。
#[derive(Clone, Debug, PartialEq)]
pub struct OccupancyRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 用地编号。
    pub occupancy_code: String,
    /// 统一社会信用代码，或本地编号。
    pub enterprise_code: String,
    /// 宗地代码。
    pub parcel_code: String,
    /// 占用面积，m²。
    pub occupied_area_m2: Option<f64>,
    /// 起始日。
    pub from_on: Option<NaiveDate>,
    /// 截止日（含）。
    pub until_on: Option<NaiveDate>,
    /// 用地方式。
    pub tenure: Option<Tenure>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}

words! {
    /// 企业规模。
    pub enum SizeClass {
        /// 规上。
        AboveScale = "above_scale", "规上";
        /// 规下。
        BelowScale = "below_scale", "规下";
    }
}

/// 企业年度数据：一家企业一年一行。
#[derive(Clone, Debug, PartialEq)]
pub struct EnterpriseYearRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 统一社会信用代码，或本地编号。
    pub enterprise_code: String,
    /// 年份。
    pub year: i32,
    /// 规模。
    pub size_class: Option<SizeClass>,
    /// 税收实际贡献，万元；退税多于缴税时为负。
    pub tax_wan_yuan: Option<f64>,
    /// 亩均评价用地面积，m²。
    pub land_area_m2: Option<f64>,
    /// 亩均评价等次：`A`、`B`、`C`、`D` 或 `not_assessed`。
    pub grade: Option<String>,
    /// 评定或不评定的理由。
    pub grade_reason: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}
