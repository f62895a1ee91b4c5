//! Rows of the synthetic city as they will stand in the files: what an office would send, before any file format.
//! Geometry is in EPSG:4549 metres, rounded to the millimetre; areas in the unit of the column's name.

use chrono::NaiveDate;
use geo::MultiPolygon;

use super::manifest::Case;

/// 宗地（parcels.shp）。
#[derive(Clone, Debug, PartialEq)]
pub struct ParcelRow {
    /// 宗地代码。
    pub code: String,
    /// 坐落。
    pub location: String,
    /// 土地使用权人：示例企业。
    pub right_holder: String,
    /// 行业大类，GB/T 4754-2017。
    pub industry: &'static str,
    /// 证载面积，亩。
    pub documentary_mu: Option<f64>,
    /// 报送单位代码。
    pub reporting_unit: &'static str,
    /// 用地标记：少数为 `M0`。
    pub mark: Option<&'static str>,
    /// 用地构成；多数没有填。
    pub layout: Layout,
    /// 数据更新日期。
    pub updated_on: NaiveDate,
    /// 界线；`None` 写成空图形。
    pub ground: Option<MultiPolygon<f64>>,
}

/// 用地构成，平方米。
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layout {
    /// 已建成用地面积。
    pub built_land: Option<f64>,
    /// 构筑物占地面积。
    pub structures: Option<f64>,
    /// 露天堆场用地面积。
    pub yard: Option<f64>,
    /// 行政办公及生活服务设施用地面积。
    pub office_land: Option<f64>,
    /// 行政办公及生活服务设施建筑面积。
    pub office_floor: Option<f64>,
    /// 绿地面积。
    pub green: Option<f64>,
}

/// 建筑物（buildings.gpkg）。
#[derive(Clone, Debug, PartialEq)]
pub struct BuildingRow {
    /// 建筑编号。
    pub code: String,
    /// 宗地代码。
    pub parcel_code: String,
    /// 名称。
    pub name: String,
    /// 用途。
    pub building_use: &'static str,
    /// 地上层数；少数缺失。
    pub storeys: Option<i64>,
    /// 层高，米。
    pub storey_height_m: Option<f64>,
    /// 建筑高度，米。
    pub height_m: Option<f64>,
    /// 竣工日期；在建为空。
    pub completed_on: Option<NaiveDate>,
    /// 基底。
    pub ground: MultiPolygon<f64>,
}

/// 登记的施工情况的原文。
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Construction {
    /// 未开工
    NotStarted,
    /// 在建
    Started,
    /// 已竣工
    Finished,
    /// 空：没有记录。
    Unrecorded,
}

impl Construction {
    /// The word in the sheet.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Construction::NotStarted => Some("未开工"),
            Construction::Started => Some("在建"),
            Construction::Finished => Some("已竣工"),
            Construction::Unrecorded => None,
        }
    }
}

/// 供地合同（supplies.xlsx）。
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyRow {
    /// 电子监管号。
    pub code: String,
    /// 宗地代码；没有对应宗地的合同也保留。
    pub parcel_code: String,
    /// 项目名称。
    pub project_name: String,
    /// 土地使用权人。
    pub land_user: String,
    /// 土地坐落。
    pub location: String,
    /// 供应方式。
    pub mode: &'static str,
    /// 行业大类。
    pub industry: &'static str,
    /// 合同签订日期。
    pub signed_on: NaiveDate,
    /// 实际交地日期。
    pub delivered_on: Option<NaiveDate>,
    /// 约定开工日期。
    pub agreed_start_on: Option<NaiveDate>,
    /// 约定竣工日期。
    pub agreed_finish_on: Option<NaiveDate>,
    /// 施工情况。
    pub construction: Construction,
    /// 实际开工日期。
    pub started_on: Option<NaiveDate>,
    /// 实际竣工日期。
    pub finished_on: Option<NaiveDate>,
    /// 约定容积率下限。
    pub far_min: Option<f64>,
    /// 约定容积率上限。
    pub far_max: Option<f64>,
    /// 约定建筑密度上限，%。
    pub density_max_percent: Option<f64>,
    /// 成交价款，万元。
    pub price_wan_yuan: f64,
    /// 规划条件。
    pub plan: PlanTerms,
    /// 开发进度。
    pub progress: BuildProgress,
    /// 供地面积，公顷。
    pub area_hectares: f64,
    /// 行政区代码。
    pub division_code: &'static str,
    /// Cells written as this text instead, by column header: the planted dirt.
    pub overrides: Vec<(&'static str, String)>,
}

/// 规划条件；没有记录的都空。
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanTerms {
    /// 容积率下限。
    pub far_min: Option<f64>,
    /// 容积率上限。
    pub far_max: Option<f64>,
    /// 建筑密度上限，%。
    pub density_max_percent: Option<f64>,
    /// 文号。
    pub document: Option<String>,
}

/// 开发进度；没有记录的都空。
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BuildProgress {
    /// 应动工开发面积，公顷。
    pub due_hectares: Option<f64>,
    /// 已动工开发面积，公顷。
    pub developed_hectares: Option<f64>,
    /// 总投资额，万元。
    pub total_investment: Option<f64>,
    /// 已投资额，万元。
    pub invested: Option<f64>,
    /// 中止开发建设日期。
    pub stopped_on: Option<NaiveDate>,
}

/// 供地合同变更与中止（supply-events.xlsx）。
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyEventRow {
    /// 事件编号。
    pub code: String,
    /// 电子监管号。
    pub supply_code: String,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 种类。
    pub kind: &'static str,
    /// 起始日期。
    pub starts_on: NaiveDate,
    /// 截止日期；空为尚未结束。
    pub ends_on: Option<NaiveDate>,
    /// 新约定开工日期。
    pub new_start_on: Option<NaiveDate>,
    /// 新约定竣工日期。
    pub new_finish_on: Option<NaiveDate>,
    /// 文号。
    pub document: Option<String>,
    /// 文件日期。
    pub document_dated: Option<NaiveDate>,
    /// 备注。
    pub remark: &'static str,
}

/// 批次核减（deductions.gpkg）。
#[derive(Clone, Debug, PartialEq)]
pub struct DeductionRow {
    /// 核减编号。
    pub code: String,
    /// 批准文号；空为图形所及的各批次。
    pub approval_number: Option<String>,
    /// 核减种类。
    pub kind: &'static str,
    /// 理由。
    pub reason: &'static str,
    /// 文号。
    pub document: String,
    /// 决定日期。
    pub decided_on: NaiveDate,
    /// 核减面积，公顷。
    pub area_hectares: f64,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 范围。
    pub ground: MultiPolygon<f64>,
}

/// 企业（enterprises.csv）。
#[derive(Clone, Debug, PartialEq)]
pub struct EnterpriseRow {
    /// 统一社会信用代码或本地编号。
    pub code: String,
    /// 名称。
    pub name: String,
    /// 行业大类。
    pub industry: &'static str,
    /// 行政区代码。
    pub division_code: &'static str,
}

/// 企业用地（occupancies.csv）。
#[derive(Clone, Debug, PartialEq)]
pub struct OccupancyRow {
    /// 用地编号。
    pub code: String,
    /// 企业代码。
    pub enterprise_code: String,
    /// 宗地代码。
    pub parcel_code: String,
    /// 占用面积，平方米。
    pub area_m2: Option<f64>,
    /// 起始日期。
    pub from_on: Option<NaiveDate>,
    /// 截止日期（含）。
    pub until_on: Option<NaiveDate>,
    /// 用地方式。
    pub tenure: &'static str,
    /// 行政区代码。
    pub division_code: &'static str,
}

/// 企业年度数据（enterprise-years.csv）。
#[derive(Clone, Debug, PartialEq)]
pub struct EnterpriseYearRow {
    /// 企业代码。
    pub enterprise_code: String,
    /// 年份。
    pub year: i64,
    /// 企业规模。
    pub size: Option<&'static str>,
    /// 税收实际贡献，万元。
    pub tax_wan_yuan: Option<f64>,
    /// 亩均评价用地面积，亩。
    pub land_mu: Option<f64>,
    /// 评价等次。
    pub grade: Option<&'static str>,
    /// 评价说明。
    pub reason: Option<&'static str>,
    /// 行政区代码。
    pub division_code: &'static str,
}

/// 用地批次（approvals.geojson）。
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalRow {
    /// 批准文号。
    pub number: String,
    /// 批次名称。
    pub name: String,
    /// 批准级别。
    pub level: &'static str,
    /// 批准日期。
    pub approved_on: Option<NaiveDate>,
    /// 撤回日期。
    pub withdrawn_on: Option<NaiveDate>,
    /// 批准面积，公顷。
    pub area_hectares: f64,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 范围；少数没有图形。
    pub ground: Option<MultiPolygon<f64>>,
}

/// 规划分区（zones.gpkg）。
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneRow {
    /// 图斑编号。
    pub code: String,
    /// 用途代码（国土空间用途分类）。
    pub use_code: &'static str,
    /// 用途名称。
    pub use_name: &'static str,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 范围。
    pub ground: MultiPolygon<f64>,
}

/// 改造项目（projects.geojson）。
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectRow {
    /// 项目编号。
    pub code: String,
    /// 项目名称。
    pub name: String,
    /// 改造方式。
    pub measure: &'static str,
    /// 上报面积，亩。
    pub reported_mu: f64,
    /// 批准文号。
    pub approval_document: Option<String>,
    /// 通用类厂房：是、否，或空。
    pub general_purpose: Option<&'static str>,
    /// 符合规划：是、否，或空。
    pub conforms: Option<&'static str>,
    /// 例外理由。
    pub exception_reason: Option<&'static str>,
    /// 例外批准文件。
    pub exception_document: Option<String>,
    /// 报送单位。
    pub reporting_unit: &'static str,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 改造范围；少数没有图形。
    pub ground: Option<MultiPolygon<f64>>,
}

/// 改造项目节点（project-events.xlsx）。
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectEventRow {
    /// 项目编号。
    pub project_code: String,
    /// 行政区代码。
    pub division_code: &'static str,
    /// 节点。
    pub event: &'static str,
    /// 日期。
    pub happened_on: NaiveDate,
    /// 文号。
    pub document: String,
}

/// 目标任务（targets.xlsx）。
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRow {
    /// 任务编号。
    pub code: &'static str,
    /// 任务名称。
    pub name: &'static str,
    /// 范围代码。
    pub scope: &'static str,
    /// 起始年。
    pub base_year: i64,
    /// 截止年。
    pub end_year: i64,
    /// 任务面积，亩。
    pub area_mu: f64,
    /// 计入节点。
    pub counted_event: &'static str,
    /// 依据文件。
    pub document: &'static str,
}

/// Rows of one park: the unit in which the city is made, independent of every other park.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Park {
    /// 行政区代码。
    pub division_code: &'static str,
    /// 宗地。
    pub parcels: Vec<ParcelRow>,
    /// 建筑物。
    pub buildings: Vec<BuildingRow>,
    /// 用地批次。
    pub approvals: Vec<ApprovalRow>,
    /// 批次核减。
    pub deductions: Vec<DeductionRow>,
    /// 供地合同。
    pub supplies: Vec<SupplyRow>,
    /// 供地合同变更与中止。
    pub supply_events: Vec<SupplyEventRow>,
    /// 规划分区。
    pub zones: Vec<ZoneRow>,
    /// 企业。
    pub enterprises: Vec<EnterpriseRow>,
    /// 企业用地。
    pub occupancies: Vec<OccupancyRow>,
    /// 企业年度数据。
    pub enterprise_years: Vec<EnterpriseYearRow>,
    /// 改造项目。
    pub projects: Vec<ProjectRow>,
    /// 改造项目节点。
    pub project_events: Vec<ProjectEventRow>,
    /// Situations worth looking at, with rows counted within the park.
    pub cases: Vec<Case>,
}
