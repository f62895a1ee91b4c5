//! The columns of the files and the cells of their rows, in the same order.

use super::row::{
    ApprovalRow, BuildingRow, DeductionRow, EnterpriseRow, EnterpriseYearRow, OccupancyRow, ParcelRow, ProjectEventRow,
    ProjectRow, SupplyEventRow, SupplyRow, TargetRow, ZoneRow,
};
use crate::ingest::write::{Cell, Field};

/// 宗地：地籍数据库的拼音首字母字段。
pub(super) const PARCELS: [Field; 15] = [
    Field::text("ZDDM", 28),
    Field::text("ZL", 120),
    Field::text("QLR", 100),
    Field::text("YTDM", 8),
    Field::text("HYDM", 4),
    Field::decimal("ZZMJ", 4),
    Field::text("BSDW", 16),
    Field::text("YDBJ", 8),
    Field::decimal("JCYDMJ", 1),
    Field::decimal("GZWMJ", 1),
    Field::decimal("LTDCMJ", 1),
    Field::decimal("XZBGYDMJ", 1),
    Field::decimal("XZBGJZMJ", 1),
    Field::decimal("LDMJ", 1),
    Field::date("GXSJ"),
];
/// 建筑物。
pub(super) const BUILDINGS: [Field; 8] = [
    Field::text("建筑编号", 40),
    Field::text("宗地代码", 40),
    Field::text("名称", 60),
    Field::text("用途", 20),
    Field::integer("地上层数"),
    Field::decimal("层高(米)", 2),
    Field::decimal("建筑高度(米)", 2),
    Field::date("竣工日期"),
];
/// 用地批次。
pub(super) const APPROVALS: [Field; 7] = [
    Field::text("pzwh", 80),
    Field::text("pcmc", 120),
    Field::text("pzjb", 20),
    Field::text("pzrq", 10),
    Field::text("chrq", 10),
    Field::decimal("pzmj", 4),
    Field::text("xzqdm", 6),
];
/// 规划分区。
pub(super) const ZONES: [Field; 4] =
    [Field::text("图斑编号", 40), Field::text("用途代码", 10), Field::text("用途名称", 60), Field::text("行政区代码", 6)];
/// 改造项目。
pub(super) const PROJECTS: [Field; 11] = [
    Field::text("xmbh", 40),
    Field::text("xmmc", 120),
    Field::text("gzfs", 20),
    Field::decimal("sbmj", 2),
    Field::text("pzwh", 80),
    Field::text("tylcf", 4),
    Field::text("fhgh", 4),
    Field::text("lwly", 80),
    Field::text("lwwj", 80),
    Field::text("bsdw", 16),
    Field::text("xzqdm", 6),
];
/// 供地合同。
pub(super) const SUPPLIES: [&str; 30] = [
    "电子监管号",
    "宗地代码",
    "项目名称",
    "土地使用权人",
    "土地坐落",
    "供应方式",
    "土地用途",
    "行业代码",
    "合同签订日期",
    "实际交地日期",
    "约定开工日期",
    "约定竣工日期",
    "施工情况",
    "实际开工日期",
    "实际竣工日期",
    "约定容积率下限",
    "约定容积率上限",
    "约定建筑密度上限(%)",
    "成交价款(万元)",
    "规划条件容积率下限",
    "规划条件容积率上限",
    "规划条件建筑密度上限(%)",
    "规划条件文号",
    "应动工开发面积(公顷)",
    "已动工开发面积(公顷)",
    "总投资额(万元)",
    "已投资额(万元)",
    "中止开发建设日期",
    "供地面积(公顷)",
    "行政区代码",
];
/// 改造项目节点。
pub(super) const PROJECT_EVENTS: [&str; 5] = ["项目编号", "行政区代码", "节点", "日期", "文号"];
/// 目标任务。
pub(super) const TARGETS: [&str; 8] =
    ["任务编号", "任务名称", "范围代码", "起始年", "截止年", "任务面积(亩)", "计入节点", "依据文件"];
/// 批次核减。
pub(super) const DEDUCTIONS: [Field; 8] = [
    Field::text("核减编号", 40),
    Field::text("批准文号", 80),
    Field::text("核减种类", 20),
    Field::text("核减理由", 120),
    Field::text("文号", 80),
    Field::date("决定日期"),
    Field::decimal("核减面积(公顷)", 4),
    Field::text("行政区代码", 6),
];
/// 供地合同变更与中止。
pub(super) const SUPPLY_EVENTS: [&str; 11] = [
    "事件编号",
    "电子监管号",
    "行政区代码",
    "种类",
    "起始日期",
    "截止日期",
    "新约定开工日期",
    "新约定竣工日期",
    "文号",
    "文件日期",
    "备注",
];
/// 企业。
pub(super) const ENTERPRISES: [&str; 4] = ["统一社会信用代码", "企业名称", "行业代码", "行政区代码"];
/// 企业用地。
pub(super) const OCCUPANCIES: [&str; 8] =
    ["用地编号", "统一社会信用代码", "宗地代码", "占用面积(平方米)", "起始日期", "截止日期", "用地方式", "行政区代码"];
/// 企业年度数据。
pub(super) const ENTERPRISE_YEARS: [&str; 8] =
    ["统一社会信用代码", "年份", "企业规模", "税收实际贡献(万元)", "用地面积(亩)", "评价等次", "评价说明", "行政区代码"];

pub(super) fn parcel(row: &ParcelRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.location.as_str().into(),
        row.right_holder.as_str().into(),
        "0601".into(),
        row.industry.into(),
        row.documentary_mu.into(),
        row.reporting_unit.into(),
        row.mark.into(),
        row.layout.built_land.into(),
        row.layout.structures.into(),
        row.layout.yard.into(),
        row.layout.office_land.into(),
        row.layout.office_floor.into(),
        row.layout.green.into(),
        row.updated_on.into(),
    ]
}

pub(super) fn building(row: &BuildingRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.parcel_code.as_str().into(),
        row.name.as_str().into(),
        row.building_use.into(),
        row.storeys.into(),
        row.storey_height_m.into(),
        row.height_m.into(),
        row.completed_on.into(),
    ]
}

pub(super) fn approval(row: &ApprovalRow) -> Vec<Cell> {
    vec![
        row.number.as_str().into(),
        row.name.as_str().into(),
        row.level.into(),
        row.approved_on.map(|day| day.to_string()).into(),
        row.withdrawn_on.map(|day| day.to_string()).into(),
        row.area_hectares.into(),
        row.division_code.into(),
    ]
}

pub(super) fn deduction(row: &DeductionRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.approval_number.clone().into(),
        row.kind.into(),
        row.reason.into(),
        row.document.as_str().into(),
        row.decided_on.into(),
        row.area_hectares.into(),
        row.division_code.into(),
    ]
}

pub(super) fn zone(row: &ZoneRow) -> Vec<Cell> {
    vec![row.code.as_str().into(), row.use_code.into(), row.use_name.into(), row.division_code.into()]
}

pub(super) fn project(row: &ProjectRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.name.as_str().into(),
        row.measure.into(),
        row.reported_mu.into(),
        row.approval_document.clone().into(),
        row.general_purpose.into(),
        row.conforms.into(),
        row.exception_reason.into(),
        row.exception_document.clone().into(),
        row.reporting_unit.into(),
        row.division_code.into(),
    ]
}

pub(super) fn supply(row: &SupplyRow) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![
        row.code.as_str().into(),
        row.parcel_code.as_str().into(),
        row.project_name.as_str().into(),
        row.land_user.as_str().into(),
        row.location.as_str().into(),
        row.mode.into(),
        "工业用地".into(),
        row.industry.into(),
        row.signed_on.into(),
        row.delivered_on.into(),
        row.agreed_start_on.into(),
        row.agreed_finish_on.into(),
        row.construction.word().into(),
        row.started_on.into(),
        row.finished_on.into(),
        row.far_min.into(),
        row.far_max.into(),
        row.density_max_percent.into(),
        row.price_wan_yuan.into(),
        row.plan.far_min.into(),
        row.plan.far_max.into(),
        row.plan.density_max_percent.into(),
        row.plan.document.clone().into(),
        row.progress.due_hectares.into(),
        row.progress.developed_hectares.into(),
        row.progress.total_investment.into(),
        row.progress.invested.into(),
        row.progress.stopped_on.into(),
        row.area_hectares.into(),
        row.division_code.into(),
    ];
    for (column, text) in &row.overrides {
        if let Some(index) = SUPPLIES.iter().position(|header| header == column) {
            cells[index] = Cell::Text(text.clone());
        }
    }
    cells
}

pub(super) fn supply_event(row: &SupplyEventRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.supply_code.as_str().into(),
        row.division_code.into(),
        row.kind.into(),
        row.starts_on.into(),
        row.ends_on.into(),
        row.new_start_on.into(),
        row.new_finish_on.into(),
        row.document.clone().into(),
        row.document_dated.into(),
        row.remark.into(),
    ]
}

pub(super) fn enterprise(row: &EnterpriseRow) -> Vec<Cell> {
    vec![row.code.as_str().into(), row.name.as_str().into(), row.industry.into(), row.division_code.into()]
}

pub(super) fn occupancy(row: &OccupancyRow) -> Vec<Cell> {
    vec![
        row.code.as_str().into(),
        row.enterprise_code.as_str().into(),
        row.parcel_code.as_str().into(),
        row.area_m2.into(),
        row.from_on.into(),
        row.until_on.into(),
        row.tenure.into(),
        row.division_code.into(),
    ]
}

pub(super) fn enterprise_year(row: &EnterpriseYearRow) -> Vec<Cell> {
    vec![
        row.enterprise_code.as_str().into(),
        row.year.into(),
        row.size.into(),
        row.tax_wan_yuan.into(),
        row.land_mu.into(),
        row.grade.into(),
        row.reason.into(),
        row.division_code.into(),
    ]
}

pub(super) fn project_event(row: &ProjectEventRow) -> Vec<Cell> {
    vec![
        row.project_code.as_str().into(),
        row.division_code.into(),
        row.event.into(),
        row.happened_on.into(),
        row.document.as_str().into(),
    ]
}

pub(super) fn target(row: &TargetRow) -> Vec<Cell> {
    vec![
        row.code.into(),
        row.name.into(),
        row.scope.into(),
        row.base_year.into(),
        row.end_year.into(),
        row.area_mu.into(),
        row.counted_event.into(),
        row.document.into(),
    ]
}
