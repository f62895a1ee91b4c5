//! The rows of the registers, as typed values: what `ingest` reads, `store` keeps and `app` passes between them.
//! Plain data: no I/O, no SQL, no file format. Field names are the column names of the migrations.
//! Geometry is held in EPSG:4490 with longitude first; areas are in m², money in 万元 (10 000 yuan), ratios without unit.

pub mod columns;
mod deduction;
pub mod display;
mod enterprise;
mod supply_event;

use chrono::NaiveDate;
use mujun_geometry::surface::Surface;

pub use deduction::{DeductionKind, DeductionRecord};
pub use enterprise::{EnterpriseRecord, EnterpriseYearRecord, GRADES, OccupancyRecord, SizeClass, Tenure};
pub use supply_event::{SupplyEventKind, SupplyEventRecord};

/// A closed list of words, as a column keeps them and as a person reads them.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every value, in the order in which it is listed.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The words that the column keeps, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The word that the column keeps.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// 中文名称。
            pub fn label_zh(self) -> &'static str {
                match self { $($name::$variant => $label,)* }
            }

            /// Reads the word that the column keeps.
            pub fn from_word(word: &str) -> Option<Self> {
                $name::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
    };
}
use words;

/// 图形与由它算得的面积。The ground of a row: its surface in EPSG:4490 and the areas measured from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// 面，EPSG:4490，经度在前。
    pub surface: Surface,
    /// 椭球面积，m²。
    pub ellipsoidal_area_m2: f64,
    /// 平面面积，m²，EPSG:4549；图形在该带有效范围之外时为 `None`。
    pub planar_area_m2: Option<f64>,
}

/// A row that may have ground.
pub trait Lying {
    /// 所在的行政区划代码与图形；没有图形为 `None`。
    fn lies(&self) -> Option<(&str, &Ground)>;
}

macro_rules! lying {
    (always: $($always:ty),*; perhaps: $($perhaps:ty),*; never: $($never:ty),* $(,)?) => {
        $(impl Lying for $always {
            fn lies(&self) -> Option<(&str, &Ground)> {
                Some((&self.division_code, &self.ground))
            }
        })*
        $(impl Lying for $perhaps {
            fn lies(&self) -> Option<(&str, &Ground)> {
                Some((&self.division_code, self.ground.as_ref()?))
            }
        })*
        $(impl Lying for $never {
            fn lies(&self) -> Option<(&str, &Ground)> {
                None
            }
        })*
    };
}

lying!(
    always: DivisionRecord, ParcelRecord, BuildingRecord, ZoneRecord, DeductionRecord;
    perhaps: ApprovalRecord, SupplyRecord, ProjectRecord;
    never: ProjectEventRecord, TargetRecord, SupplyEventRecord, EnterpriseRecord, OccupancyRecord, EnterpriseYearRecord,
);

/// 登记簿种类。The registers that files can be imported into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegisterKind {
    /// 行政区
    Divisions,
    /// 宗地
    Parcels,
    /// 建筑物
    Buildings,
    /// 批次
    Approvals,
    /// 供地合同
    Supplies,
    /// 规划分区
    Zones,
    /// 改造项目
    Projects,
    /// 改造项目节点
    ProjectEvents,
    /// 目标任务
    Targets,
    /// 供地合同变更与中止
    SupplyEvents,
    /// 批次核减
    Deductions,
    /// 企业
    Enterprises,
    /// 企业用地
    Occupancies,
    /// 企业年度数据
    EnterpriseYears,
}

impl RegisterKind {
    /// Every kind, in the order in which a city is loaded: what others refer to comes first.
    pub const ALL: [RegisterKind; 14] = [
        RegisterKind::Divisions,
        RegisterKind::Parcels,
        RegisterKind::Buildings,
        RegisterKind::Approvals,
        RegisterKind::Deductions,
        RegisterKind::Supplies,
        RegisterKind::SupplyEvents,
        RegisterKind::Zones,
        RegisterKind::Enterprises,
        RegisterKind::Occupancies,
        RegisterKind::EnterpriseYears,
        RegisterKind::Projects,
        RegisterKind::ProjectEvents,
        RegisterKind::Targets,
    ];

    /// The word used on the command line, in mappings and in `import.kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            RegisterKind::Divisions => "divisions",
            RegisterKind::Parcels => "parcels",
            RegisterKind::Buildings => "buildings",
            RegisterKind::Approvals => "approvals",
            RegisterKind::Supplies => "supplies",
            RegisterKind::Zones => "zones",
            RegisterKind::Projects => "projects",
            RegisterKind::ProjectEvents => "project-events",
            RegisterKind::Targets => "targets",
            RegisterKind::SupplyEvents => "supply-events",
            RegisterKind::Deductions => "deductions",
            RegisterKind::Enterprises => "enterprises",
            RegisterKind::Occupancies => "occupancies",
            RegisterKind::EnterpriseYears => "enterprise-years",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            RegisterKind::Divisions => "行政区",
            RegisterKind::Parcels => "宗地",
            RegisterKind::Buildings => "建筑物",
            RegisterKind::Approvals => "用地批次",
            RegisterKind::Supplies => "供地合同",
            RegisterKind::Zones => "规划分区",
            RegisterKind::Projects => "改造项目",
            RegisterKind::ProjectEvents => "改造项目节点",
            RegisterKind::Targets => "目标任务",
            RegisterKind::SupplyEvents => "供地合同变更与中止",
            RegisterKind::Deductions => "批次核减",
            RegisterKind::Enterprises => "企业",
            RegisterKind::Occupancies => "企业用地",
            RegisterKind::EnterpriseYears => "企业年度数据",
        }
    }
}

impl std::str::FromStr for RegisterKind {
    type Err = UnknownRegister;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        RegisterKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownRegister(text.to_owned()))
    }
}

/// A word that names no register.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("没有名为“{0}”的登记簿；可用：{known}", known = RegisterKind::ALL.map(RegisterKind::as_str).join("、"))]
pub struct UnknownRegister(pub String);

/// 行政区。
#[derive(Clone, Debug, PartialEq)]
pub struct DivisionRecord {
    /// 行政区划代码，6 位。
    pub division_code: String,
    /// 名称。
    pub name: String,
    /// 界线。
    pub ground: Ground,
}

/// 宗地。
#[derive(Clone, Debug, PartialEq)]
pub struct ParcelRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 宗地代码（19 位）或来源自有编号。
    pub parcel_code: String,
    /// 坐落。
    pub location: Option<String>,
    /// 土地使用权人（单位）。
    pub right_holder: Option<String>,
    /// 用途分类标准。
    pub land_use_scheme: Option<String>,
    /// 用途分类代码。
    pub land_use_code: Option<String>,
    /// 行业代码版本，如 `GB/T 4754-2017`。
    pub industry_edition: Option<String>,
    /// 行业大类代码。
    pub industry_code: Option<String>,
    /// 报送单位。
    pub reporting_unit_code: Option<String>,
    /// 证载面积，m²。
    pub documentary_area_m2: Option<f64>,
    /// 来源所载计容建筑面积，m²。
    pub stated_counting_floor_area_m2: Option<f64>,
    /// 来源所载建筑基底面积，m²。
    pub stated_footprint_m2: Option<f64>,
    /// 来源所载已建成用地面积，m²。
    pub stated_built_land_m2: Option<f64>,
    /// 来源所载构筑物占地面积，m²。
    pub stated_structures_m2: Option<f64>,
    /// 来源所载露天堆场用地面积，m²。
    pub stated_yard_m2: Option<f64>,
    /// 来源所载行政办公及生活服务设施用地面积，m²。
    pub stated_office_land_m2: Option<f64>,
    /// 来源所载行政办公及生活服务设施建筑面积，m²。
    pub stated_office_floor_m2: Option<f64>,
    /// 来源所载绿地面积，m²。
    pub stated_green_m2: Option<f64>,
    /// 用途代码之外的地方标记，如新型产业用地 `M0`。
    pub land_use_mark: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 界线。
    pub ground: Ground,
}

/// 建筑物。
#[derive(Clone, Debug, PartialEq)]
pub struct BuildingRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 建筑编号。
    pub building_code: String,
    /// 来源所称所在宗地代码。
    pub parcel_code: Option<String>,
    /// 名称。
    pub name: Option<String>,
    /// 建筑用途。
    pub building_use: Option<String>,
    /// 地上层数。
    pub storeys_above: Option<i32>,
    /// 层高，m。
    pub storey_height_m: Option<f64>,
    /// 建筑高度，m。
    pub height_m: Option<f64>,
    /// 来源所载建筑面积，m²。
    pub stated_floor_area_m2: Option<f64>,
    /// 来源所载基底面积，m²。
    pub stated_footprint_m2: Option<f64>,
    /// 竣工日期。
    pub completed_on: Option<NaiveDate>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 基底。
    pub ground: Ground,
}

/// 用地批次。
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 批准文号。
    pub approval_number: String,
    /// 批次名称。
    pub batch_name: Option<String>,
    /// 批准层级。
    pub approval_level: Option<String>,
    /// 批准日期。
    pub approved_on: Option<NaiveDate>,
    /// 撤回或失效日期。
    pub withdrawn_on: Option<NaiveDate>,
    /// 批准面积（文件），m²。
    pub documentary_area_m2: Option<f64>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 范围；没有图形的批次保留。
    pub ground: Option<Ground>,
}

words! {
    /// 登记的施工情况。
    pub enum ConstructionState {
        /// 登记为未开工。
        NotStarted = "not_started", "未开工";
        /// 已开工。
        Started = "started", "已开工";
        /// 已竣工。
        Finished = "finished", "已竣工";
    }
}

/// 供地合同。
#[derive(Clone, Debug, PartialEq)]
pub struct SupplyRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 电子监管号或合同编号。
    pub supply_code: String,
    /// 宗地代码。
    pub parcel_code: Option<String>,
    /// 项目名称。
    pub project_name: Option<String>,
    /// 土地使用权人（单位）。
    pub land_user: Option<String>,
    /// 坐落。
    pub location: Option<String>,
    /// 供应方式。
    pub supply_mode: Option<String>,
    /// 土地用途（原文）。
    pub land_use_name: Option<String>,
    /// 行业代码版本。
    pub industry_edition: Option<String>,
    /// 行业大类代码。
    pub industry_code: Option<String>,
    /// 合同签订日期。
    pub contract_signed_on: Option<NaiveDate>,
    /// 实际交地日期。
    pub delivered_on: Option<NaiveDate>,
    /// 约定开工日期。
    pub agreed_start_on: Option<NaiveDate>,
    /// 约定竣工日期。
    pub agreed_finish_on: Option<NaiveDate>,
    /// 登记的施工情况；`None` 为没有记录。
    pub construction_state: Option<ConstructionState>,
    /// 实际开工日期。
    pub actual_start_on: Option<NaiveDate>,
    /// 实际竣工日期。
    pub actual_finish_on: Option<NaiveDate>,
    /// 约定容积率下限。
    pub contract_far_min: Option<f64>,
    /// 约定容积率上限。
    pub contract_far_max: Option<f64>,
    /// 约定建筑密度上限，0–1。
    pub contract_density_max: Option<f64>,
    /// 成交价款，万元。
    pub price_wan_yuan: Option<f64>,
    /// 规划条件容积率下限。
    pub plan_far_min: Option<f64>,
    /// 规划条件容积率上限。
    pub plan_far_max: Option<f64>,
    /// 规划条件建筑密度上限，0–1。
    pub plan_density_max: Option<f64>,
    /// 规划条件文号。
    pub plan_condition_document: Option<String>,
    /// 应动工开发面积，m²。
    pub due_area_m2: Option<f64>,
    /// 已动工开发面积，m²。
    pub developed_area_m2: Option<f64>,
    /// 总投资额，万元，不含土地价款与税费。
    pub total_investment_wan_yuan: Option<f64>,
    /// 已投资额，万元，不含土地价款与税费。
    pub invested_wan_yuan: Option<f64>,
    /// 中止开发建设日期。
    pub stopped_on: Option<NaiveDate>,
    /// 合同面积，m²。
    pub documentary_area_m2: Option<f64>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 供地范围；没有图形的合同保留并列出。
    pub ground: Option<Ground>,
}

/// 规划分区。
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 图斑编号。
    pub zone_code: String,
    /// 用途分类标准。
    pub scheme: String,
    /// 规划用途代码。
    pub zone_type_code: String,
    /// 规划用途名称。
    pub zone_type_name: Option<String>,
    /// 是否准许工业；`None` 为来源未说明。
    pub is_industrial: Option<bool>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 范围。
    pub ground: Ground,
}

/// 改造项目。
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 项目编号。
    pub project_code: String,
    /// 项目名称。
    pub name: String,
    /// 报送单位。
    pub reporting_unit_code: Option<String>,
    /// 改造方式：`upgrade`、`acquisition`、`vacating`、`merger`、`park_relocation`、`closure`。
    pub renewal_measure: Option<String>,
    /// 上报面积，m²。
    pub reported_area_m2: Option<f64>,
    /// 批准文号。
    pub approval_document: Option<String>,
    /// 是否通用类厂房；`None` 为来源未说明。
    pub general_purpose_factory: Option<bool>,
    /// 是否符合规划；`None` 为来源未说明。
    pub conforms_to_plan: Option<bool>,
    /// 例外理由。
    pub exception_reason: Option<String>,
    /// 例外批准文件。
    pub exception_document: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 改造范围。
    pub ground: Option<Ground>,
}

/// 改造项目节点。
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectEventRecord {
    /// 行政区划代码。
    pub division_code: String,
    /// 项目编号。
    pub project_code: String,
    /// 节点种类：`determined`、`plan_approved`、`vacated`、`supplied`、`started`、`completed`、`accepted`。
    pub event_kind: String,
    /// 发生日期。
    pub happened_on: NaiveDate,
    /// 文号。
    pub document: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}

/// 目标任务。
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRecord {
    /// 范围：城市代码或县级行政区划代码。
    pub division_code: String,
    /// 任务编号。
    pub target_code: String,
    /// 任务名称。
    pub name: String,
    /// 起始年（含）。
    pub base_year: i32,
    /// 截止年（含）。
    pub end_year: i32,
    /// 任务面积，m²。
    pub target_area_m2: f64,
    /// 计入完成的节点种类。
    pub counted_event: String,
    /// 依据文件。
    pub document: String,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
}
