//! The fields that each register takes from a file: name, Chinese name, sort of value, and whether a row stands without.
//!
//! Field names are the column names of the migrations. The geometry and what is computed from it are not listed.

use crate::register::{ConstructionState, DeductionKind, GRADES, RegisterKind, SizeClass, SupplyEventKind, Tenure};

/// The sort of value a field holds; it decides which units and words a mapping may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Free text.
    Text,
    /// A key or code, kept as text.
    Code,
    /// An area; kept in m².
    Area,
    /// A length; kept in m.
    Length,
    /// A whole number.
    Count,
    /// A plot ratio, without unit. A range gives its lower end.
    RatioLower,
    /// A plot ratio, without unit. A range gives its upper end.
    RatioUpper,
    /// A share of one, often written as percent. A range gives its upper end.
    Share,
    /// Money; kept in 万元.
    Money,
    /// A calendar date.
    Date,
    /// A year.
    Year,
    /// Yes or no.
    Truth,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Division of the industry classification, two digits.
    Industry,
}

/// Whether a row stands without the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Part of what identifies the row, or a NOT NULL column: without it the row is set aside.
    Key,
    /// A gap is kept as a gap.
    Optional,
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Column name of the migration.
    pub name: &'static str,
    /// Chinese name.
    pub label: &'static str,
    /// Sort of value.
    pub sort: Sort,
    /// Whether a row stands without.
    pub need: Need,
}

const fn key(name: &'static str, label: &'static str, sort: Sort) -> Field {
    Field { name, label, sort, need: Need::Key }
}

const fn optional(name: &'static str, label: &'static str, sort: Sort) -> Field {
    Field { name, label, sort, need: Need::Optional }
}

const OBSERVED: Field = optional("observed_on", "数据时点", Sort::Date);

/// Words of `project.renewal_measure`.
pub(super) const RENEWAL_MEASURES: &[&str] = &["upgrade", "acquisition", "vacating", "merger", "park_relocation", "closure"];
/// Words of `project_event.event_kind` and `target.counted_event`.
pub(super) const EVENT_KINDS: &[&str] =
    &["determined", "plan_approved", "vacated", "supplied", "started", "completed", "accepted"];

const DIVISIONS: &[Field] = &[key("division_code", "行政区代码", Sort::Code), key("name", "名称", Sort::Text)];

const PARCELS: &[Field] = &[
    key("parcel_code", "宗地代码", Sort::Code),
    optional("location", "坐落", Sort::Text),
    optional("right_holder", "土地使用权人", Sort::Text),
    optional("land_use_scheme", "用途分类标准", Sort::Text),
    optional("land_use_code", "用途代码", Sort::Text),
    optional("industry_edition", "行业代码版本", Sort::Text),
    optional("industry_code", "行业大类代码", Sort::Industry),
    optional("reporting_unit_code", "报送单位", Sort::Text),
    optional("documentary_area_m2", "证载面积", Sort::Area),
    optional("stated_counting_floor_area_m2", "来源所载计容建筑面积", Sort::Area),
    optional("stated_footprint_m2", "来源所载基底面积", Sort::Area),
    optional("stated_built_land_m2", "来源所载已建成用地面积", Sort::Area),
    optional("stated_structures_m2", "来源所载构筑物占地面积", Sort::Area),
    optional("stated_yard_m2", "来源所载露天堆场用地面积", Sort::Area),
    optional("stated_office_land_m2", "来源所载行政办公及生活服务设施用地面积", Sort::Area),
    optional("stated_office_floor_m2", "来源所载行政办公及生活服务设施建筑面积", Sort::Area),
    optional("stated_green_m2", "来源所载绿地面积", Sort::Area),
    optional("land_use_mark", "用地标记", Sort::Text),
    OBSERVED,
];

const BUILDINGS: &[Field] = &[
    key("building_code", "建筑编号", Sort::Code),
    optional("parcel_code", "宗地代码", Sort::Code),
    optional("name", "名称", Sort::Text),
    optional("building_use", "建筑用途", Sort::Text),
    optional("storeys_above", "地上层数", Sort::Count),
    optional("storey_height_m", "层高", Sort::Length),
    optional("height_m", "建筑高度", Sort::Length),
    optional("stated_floor_area_m2", "来源所载建筑面积", Sort::Area),
    optional("stated_footprint_m2", "来源所载基底面积", Sort::Area),
    optional("completed_on", "竣工日期", Sort::Date),
    OBSERVED,
];

const APPROVALS: &[Field] = &[
    key("approval_number", "批准文号", Sort::Code),
    optional("batch_name", "批次名称", Sort::Text),
    optional("approval_level", "批准层级", Sort::Text),
    optional("approved_on", "批准日期", Sort::Date),
    optional("withdrawn_on", "撤回或失效日期", Sort::Date),
    optional("documentary_area_m2", "批准面积", Sort::Area),
    OBSERVED,
];

const SUPPLIES: &[Field] = &[
    key("supply_code", "电子监管号或合同编号", Sort::Code),
    optional("parcel_code", "宗地代码", Sort::Code),
    optional("project_name", "项目名称", Sort::Text),
    optional("land_user", "土地使用权人", Sort::Text),
    optional("location", "坐落", Sort::Text),
    optional("supply_mode", "供应方式", Sort::Text),
    optional("land_use_name", "土地用途", Sort::Text),
    optional("industry_edition", "行业代码版本", Sort::Text),
    optional("industry_code", "行业大类代码", Sort::Industry),
    optional("contract_signed_on", "合同签订日期", Sort::Date),
    optional("delivered_on", "实际交地日期", Sort::Date),
    optional("agreed_start_on", "约定开工日期", Sort::Date),
    optional("agreed_finish_on", "约定竣工日期", Sort::Date),
    optional("construction_state", "施工情况", Sort::Word(ConstructionState::WORDS)),
    optional("actual_start_on", "实际开工日期", Sort::Date),
    optional("actual_finish_on", "实际竣工日期", Sort::Date),
    optional("contract_far_min", "约定容积率下限", Sort::RatioLower),
    optional("contract_far_max", "约定容积率上限", Sort::RatioUpper),
    optional("contract_density_max", "约定建筑密度上限", Sort::Share),
    optional("price_wan_yuan", "成交价款", Sort::Money),
    optional("plan_far_min", "规划条件容积率下限", Sort::RatioLower),
    optional("plan_far_max", "规划条件容积率上限", Sort::RatioUpper),
    optional("plan_density_max", "规划条件建筑密度上限", Sort::Share),
    optional("plan_condition_document", "规划条件文号", Sort::Text),
    optional("due_area_m2", "应动工开发面积", Sort::Area),
    optional("developed_area_m2", "已动工开发面积", Sort::Area),
    optional("total_investment_wan_yuan", "总投资额", Sort::Money),
    optional("invested_wan_yuan", "已投资额", Sort::Money),
    optional("stopped_on", "中止开发建设日期", Sort::Date),
    optional("documentary_area_m2", "合同面积", Sort::Area),
    OBSERVED,
];

const ZONES: &[Field] = &[
    key("zone_code", "图斑编号", Sort::Code),
    key("scheme", "用途分类标准", Sort::Text),
    key("zone_type_code", "规划用途代码", Sort::Code),
    optional("zone_type_name", "规划用途名称", Sort::Text),
    optional("is_industrial", "是否准许工业", Sort::Truth),
    OBSERVED,
];

const PROJECTS: &[Field] = &[
    key("project_code", "项目编号", Sort::Code),
    key("name", "项目名称", Sort::Text),
    optional("reporting_unit_code", "报送单位", Sort::Text),
    optional("renewal_measure", "改造方式", Sort::Word(RENEWAL_MEASURES)),
    optional("reported_area_m2", "上报面积", Sort::Area),
    optional("approval_document", "批准文号", Sort::Text),
    optional("general_purpose_factory", "通用类厂房", Sort::Truth),
    optional("conforms_to_plan", "符合规划", Sort::Truth),
    optional("exception_reason", "例外理由", Sort::Text),
    optional("exception_document", "例外批准文件", Sort::Text),
    OBSERVED,
];

const PROJECT_EVENTS: &[Field] = &[
    key("project_code", "项目编号", Sort::Code),
    key("event_kind", "节点", Sort::Word(EVENT_KINDS)),
    key("happened_on", "日期", Sort::Date),
    optional("document", "文号", Sort::Text),
    OBSERVED,
];

const TARGETS: &[Field] = &[
    key("target_code", "任务编号", Sort::Code),
    key("name", "任务名称", Sort::Text),
    key("base_year", "起始年", Sort::Year),
    key("end_year", "截止年", Sort::Year),
    key("target_area_m2", "任务面积", Sort::Area),
    key("counted_event", "计入节点", Sort::Word(EVENT_KINDS)),
    key("document", "依据文件", Sort::Text),
    OBSERVED,
];

const SUPPLY_EVENTS: &[Field] = &[
    key("event_code", "事件编号", Sort::Code),
    key("supply_code", "电子监管号或合同编号", Sort::Code),
    key("event_kind", "变更或中止种类", Sort::Word(SupplyEventKind::WORDS)),
    key("starts_on", "起始日", Sort::Date),
    optional("ends_on", "截止日", Sort::Date),
    optional("new_start_on", "新的约定开工日期", Sort::Date),
    optional("new_finish_on", "新的约定竣工日期", Sort::Date),
    optional("document_number", "文号", Sort::Text),
    optional("document_dated", "文件日期", Sort::Date),
    optional("remark", "备注", Sort::Text),
    OBSERVED,
];

const DEDUCTIONS: &[Field] = &[
    key("deduction_code", "核减编号", Sort::Code),
    optional("approval_number", "批准文号", Sort::Code),
    key("deduction_kind", "核减种类", Sort::Word(DeductionKind::WORDS)),
    optional("deduction_reason", "核减理由", Sort::Text),
    optional("document_number", "文号", Sort::Text),
    optional("decided_on", "决定日期", Sort::Date),
    optional("documentary_area_m2", "核减面积", Sort::Area),
    OBSERVED,
];

const ENTERPRISES: &[Field] = &[
    key("enterprise_code", "统一社会信用代码", Sort::Code),
    key("name", "企业名称", Sort::Text),
    optional("industry_edition", "行业代码版本", Sort::Text),
    optional("industry_code", "行业大类代码", Sort::Industry),
    OBSERVED,
];

const OCCUPANCIES: &[Field] = &[
    key("occupancy_code", "用地编号", Sort::Code),
    key("enterprise_code", "统一社会信用代码", Sort::Code),
    key("parcel_code", "宗地代码", Sort::Code),
    optional("occupied_area_m2", "占用面积", Sort::Area),
    optional("from_on", "起始日", Sort::Date),
    optional("until_on", "截止日", Sort::Date),
    optional("tenure", "用地方式", Sort::Word(Tenure::WORDS)),
    OBSERVED,
];

const ENTERPRISE_YEARS: &[Field] = &[
    key("enterprise_code", "统一社会信用代码", Sort::Code),
    key("year", "年份", Sort::Year),
    optional("size_class", "企业规模", Sort::Word(SizeClass::WORDS)),
    optional("tax_wan_yuan", "税收实际贡献", Sort::Money),
    optional("land_area_m2", "亩均评价用地面积", Sort::Area),
    optional("grade", "亩均评价等次", Sort::Word(GRADES)),
    optional("grade_reason", "评定理由", Sort::Text),
    OBSERVED,
];

/// The fields of a register, keys first.
pub(super) fn fields(kind: RegisterKind) -> &'static [Field] {
    match kind {
        RegisterKind::Divisions => DIVISIONS,
        RegisterKind::Parcels => PARCELS,
        RegisterKind::Buildings => BUILDINGS,
        RegisterKind::Approvals => APPROVALS,
        RegisterKind::Supplies => SUPPLIES,
        RegisterKind::Zones => ZONES,
        RegisterKind::Projects => PROJECTS,
        RegisterKind::ProjectEvents => PROJECT_EVENTS,
        RegisterKind::Targets => TARGETS,
        RegisterKind::SupplyEvents => SUPPLY_EVENTS,
        RegisterKind::Deductions => DEDUCTIONS,
        RegisterKind::Enterprises => ENTERPRISES,
        RegisterKind::Occupancies => OCCUPANCIES,
        RegisterKind::EnterpriseYears => ENTERPRISE_YEARS,
    }
}

/// What a register asks of the geometry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroundNeed {
    /// A row without ground is set aside.
    Required,
    /// A row without ground is kept and said.
    Wanted,
    /// The register has no ground.
    None,
}

/// What a register asks of the geometry.
pub(super) fn ground_need(kind: RegisterKind) -> GroundNeed {
    match kind {
        RegisterKind::Divisions
        | RegisterKind::Parcels
        | RegisterKind::Buildings
        | RegisterKind::Zones
        | RegisterKind::Deductions => GroundNeed::Required,
        RegisterKind::Approvals | RegisterKind::Supplies | RegisterKind::Projects => GroundNeed::Wanted,
        RegisterKind::ProjectEvents
        | RegisterKind::Targets
        | RegisterKind::SupplyEvents
        | RegisterKind::Enterprises
        | RegisterKind::Occupancies
        | RegisterKind::EnterpriseYears => GroundNeed::None,
    }
}
