//! Rows of the synthetic city as they will stand in the files: what an office would send, before any file format.
//! Geometry is in EPSG:4549 metres, rounded to the millimetre; areas in the unit of the column's name.

use chrono::NaiveDate;
use geo::MultiPolygon;

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
    /// 数据更新日期。
    pub updated_on: NaiveDate,
    /// 界线；`None` 写成空图形。
    pub ground: Option<MultiPolygon<f64>>,
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
    /// 供地面积，公顷。
    pub area_hectares: f64,
    /// 行政区代码。
    pub division_code: &'static str,
    /// Cells written as this text instead, by column header: the planted dirt.
    pub overrides: Vec<(&'static str, String)>,
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
    /// 供地合同。
    pub supplies: Vec<SupplyRow>,
    /// 规划分区。
    pub zones: Vec<ZoneRow>,
    /// 改造项目。
    pub projects: Vec<ProjectRow>,
    /// 改造项目节点。
    pub project_events: Vec<ProjectEventRow>,
}
