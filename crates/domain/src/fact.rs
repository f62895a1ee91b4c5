//! What is known of a thing, and how: a closed list of named facts, each a value with its source or missing with a reason.
//! No default ever stands in for a missing fact. Which rule reads which fact is the rulebook's business.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize, Serializer};

use crate::code::IndustryCode;
use crate::unit::{Quantity, Unit};

/// 是与否。Not a `bool`, so that a call reads as what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// 是
    Yes,
    /// 否
    No,
}

/// 建设状态，按登记。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Construction {
    /// 登记为未开工（不是没有记录）
    NotStarted,
    /// 已开工
    Started,
    /// 已竣工
    Finished,
}

impl Construction {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Construction::NotStarted => "未开工",
            Construction::Started => "已开工",
            Construction::Finished => "已竣工",
        }
    }
}

/// What sort of value a fact has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A number in that unit.
    Quantity(Unit),
    /// A day.
    Date,
    /// Yes or no.
    Flag,
    /// An industry code with its edition.
    Industry,
    /// A state of construction.
    Construction,
    /// Free text.
    Text,
}

macro_rules! fact_names {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $label:literal, $kind:expr, $how:literal;)+) => {
        /// 事实名称。The closed list of facts that rules may read. The serde names are the API's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FactName {
            $($(#[doc = $doc])+ #[serde(rename = $code)] $variant,)+
        }

        impl FactName {
            /// Every fact.
            pub const ALL: &'static [FactName] = &[$(FactName::$variant,)+];

            /// The word used in JSON and in the rulebook.
            pub fn as_str(self) -> &'static str {
                match self { $(FactName::$variant => $code,)+ }
            }

            /// 中文名称。
            pub fn label_zh(self) -> &'static str {
                match self { $(FactName::$variant => $label,)+ }
            }

            /// What sort of value it has.
            pub fn value_kind(self) -> ValueKind {
                match self { $(FactName::$variant => $kind,)+ }
            }

            /// 缺少时怎么办：what to go and find out when it is missing.
            pub fn how_zh(self) -> &'static str {
                match self { $(FactName::$variant => $how,)+ }
            }
        }
    };
}

fact_names! {
    /// 土地面积，m²：有证载（合同）面积用证载，否则用椭球面积；来源说明用了哪一个。
    SiteArea = "site_area", "土地面积", ValueKind::Quantity(Unit::SquareMetre),
        "补充宗地的证载（合同）面积，或补充宗地图形以计算椭球面积";
    /// 建筑基底面积，m²：建筑与宗地相交的部分。
    FootprintArea = "footprint_area", "建筑基底面积", ValueKind::Quantity(Unit::SquareMetre),
        "导入该宗地上的建筑基底图形，或补充登记的建筑基底面积";
    /// 计容建筑面积，m²：层高超过规则库所定限值的层按两层计；不等于实际建筑面积。
    CountingFloorArea = "counting_floor_area", "计容建筑面积", ValueKind::Quantity(Unit::SquareMetre),
        "补充建筑的地上层数与层高，或规划许可、竣工核实所载的计容建筑面积";
    /// 合同约定容积率下限。
    ContractFarMin = "contract_far_min", "合同约定容积率下限", ValueKind::Quantity(Unit::Ratio),
        "查供地合同（或规划条件）约定的容积率下限，补入供地登记簿";
    /// 合同约定容积率上限。
    ContractFarMax = "contract_far_max", "合同约定容积率上限", ValueKind::Quantity(Unit::Ratio),
        "查供地合同（或规划条件）约定的容积率上限，补入供地登记簿";
    /// 合同约定建筑密度上限，0–1。
    ContractDensityMax = "contract_density_max", "合同约定建筑密度上限", ValueKind::Quantity(Unit::Share),
        "查供地合同（或规划条件）约定的建筑密度上限，补入供地登记簿";
    /// 行业大类及其版本。
    Industry = "industry", "行业代码", ValueKind::Industry,
        "补充行业大类代码及其版本（GB/T 4754 的哪一版）";
    /// 已批准实施改造提升。
    UpgradeApproved = "upgrade_approved", "已批准实施改造提升", ValueKind::Flag,
        "核实该项目是否经批准实施改造提升，并记下批准文号";
    /// 属于工业（一般通用厂房）。
    GeneralPurposeFactory = "general_purpose_factory", "属于一般通用厂房", ValueKind::Flag,
        "核实厂房是否属于一般通用厂房（有无特殊工艺要求）";
    /// 符合相关技术规范和国土空间规划。
    ConformsToPlan = "conforms_to_plan", "符合技术规范和国土空间规划", ValueKind::Flag,
        "核对国土空间规划与相关技术规范，记下结论与依据";
    /// 建成使用：建设状态为已竣工。
    Operating = "operating", "已建成使用", ValueKind::Flag,
        "核实是否已竣工，补入供地登记簿的建设状态";
    /// 约定开工日期。
    AgreedStartOn = "agreed_start_on", "约定开工日期", ValueKind::Date,
        "查供地合同约定的开工日期，补入供地登记簿";
    /// 建设状态。
    Construction = "construction", "建设状态", ValueKind::Construction,
        "现场核实是否动工，把“未开工、已开工、已竣工”补入供地登记簿；没有记录不等于未开工";
    /// 实际开工日期。
    ActualStartOn = "actual_start_on", "实际开工日期", ValueKind::Date,
        "查施工许可与现场记录，补入实际开工日期";
    /// 批准日期。
    ApprovedOn = "approved_on", "批准日期", ValueKind::Date,
        "查批准文件，补入批准日期";
    /// 撤回或失效日期；没有即未见撤回记录。
    WithdrawnOn = "withdrawn_on", "撤回或失效日期", ValueKind::Date,
        "查有无撤回、失效文件，补入日期";
    /// 批准面积（文件），m²。
    ApprovedArea = "approved_area", "批准面积（文件）", ValueKind::Quantity(Unit::SquareMetre),
        "查批准文件，补入批准面积";
    /// 批准范围的图形面积，m²（计算）。
    ApprovedGroundArea = "approved_ground_area", "批准范围面积", ValueKind::Quantity(Unit::SquareMetre),
        "导入该批次的批准范围图形";
    /// 批准范围内已供部分的图形面积，m²（计算）。
    SuppliedOverlapArea = "supplied_overlap_area", "其中已供面积", ValueKind::Quantity(Unit::SquareMetre),
        "导入该批次与供地的图形，重新叠加";
    /// 批准范围内核减部分（撤回、准予扣除）的图形面积，m²（计算）。
    DeductedArea = "deducted_area", "其中核减面积", ValueKind::Quantity(Unit::SquareMetre),
        "导入核减范围图形，重新叠加";
    /// 批准范围内按容差排除的碎屑面积，m²（计算）。
    SliverArea = "sliver_area", "其中碎屑面积", ValueKind::Quantity(Unit::SquareMetre),
        "导入该批次与供地的图形，重新叠加";
    /// 批准范围减去已供、核减与碎屑后的剩余面积，m²（计算）。
    LeftoverArea = "leftover_area", "剩余（未供）面积", ValueKind::Quantity(Unit::SquareMetre),
        "该批次没有可用图形：导入批准范围图形（以及供地图形）后重新叠加";
    /// 规划条件容积率下限。
    PlanFarMin = "plan_far_min", "规划条件容积率下限", ValueKind::Quantity(Unit::Ratio),
        "查该宗地的规划条件，把容积率下限与文号补入供地登记簿";
    /// 规划条件容积率上限。
    PlanFarMax = "plan_far_max", "规划条件容积率上限", ValueKind::Quantity(Unit::Ratio),
        "查该宗地的规划条件，把容积率上限与文号补入供地登记簿";
    /// 已建成用地面积，m²。
    BuiltLandArea = "built_land_area", "已建成用地面积", ValueKind::Quantity(Unit::SquareMetre),
        "现场核实已建成部分的用地面积，补入宗地登记簿";
    /// 构筑物占地面积，m²。
    StructuresArea = "structures_area", "构筑物占地面积", ValueKind::Quantity(Unit::SquareMetre),
        "查总平面图或竣工测绘，补充构筑物占地面积（没有则填 0）";
    /// 露天堆场用地面积，m²。
    YardArea = "yard_area", "堆场用地面积", ValueKind::Quantity(Unit::SquareMetre),
        "查总平面图或竣工测绘，补充堆场用地面积（没有则填 0）";
    /// 行政办公及生活服务设施用地面积，m²。
    OfficeLandArea = "office_land_area", "行政办公及生活服务设施用地面积", ValueKind::Quantity(Unit::SquareMetre),
        "查总平面图，补充其占用或分摊的用地面积";
    /// 行政办公及生活服务设施建筑面积，m²。
    OfficeFloorArea = "office_floor_area", "行政办公及生活服务设施建筑面积", ValueKind::Quantity(Unit::SquareMetre),
        "查规划许可或竣工测绘，补充其建筑面积";
    /// 绿地面积，m²。
    GreenArea = "green_area", "绿地面积", ValueKind::Quantity(Unit::SquareMetre),
        "查总平面图或竣工测绘，补充绿地面积";
    /// 创新型产业用地（M0）：地方标注。
    InnovativeIndustrial = "innovative_industrial", "属于创新型产业用地（M0）", ValueKind::Flag,
        "核实用途是否为工业用地（创新型产业用地），补入宗地登记簿的用途标注";
    /// 例外批准：理由与文件。
    ExceptionDocument = "exception_document", "例外理由与批准文件", ValueKind::Text,
        "确有理由低于要求的，取得批准机关的文件，记下理由与文号";
    /// 占用本宗地的企业合计占地，m²。
    OccupiedArea = "occupied_area", "企业占地面积", ValueKind::Quantity(Unit::SquareMetre),
        "补充企业用地登记簿：哪家企业占用本宗地、占多少";
    /// 最近一个完整年度分摊到本宗地的税收，万元。
    TaxOneYear = "tax_one_year", "上一年度税收（按占地分摊）", ValueKind::Quantity(Unit::WanYuan),
        "补充占用企业上一年度的税收（企业年度登记簿）";
    /// 最近三个完整年度分摊到本宗地的年均税收，万元。
    TaxThreeYears = "tax_three_years", "近三年年均税收（按占地分摊）", ValueKind::Quantity(Unit::WanYuan),
        "补充占用企业近三个完整年度的税收（企业年度登记簿）";
    /// 占用企业为规上企业。
    AboveScaleFirm = "above_scale_firm", "占用企业为规上企业", ValueKind::Flag,
        "核实占用企业上一年度是规上还是规下；一地多企而规模不一的，由人工核定";
    /// 占用企业为规下企业。
    BelowScaleFirm = "below_scale_firm", "占用企业为规下企业", ValueKind::Flag,
        "核实占用企业上一年度是规上还是规下；一地多企而规模不一的，由人工核定";
    /// 亩均评价连续 D 类年数，至最近一次评价。
    GradeDYears = "grade_d_years", "亩均评价连续 D 类年数", ValueKind::Quantity(Unit::Year),
        "补充占用企业历年亩均评价类别（企业年度登记簿）";
    /// 中止计算的天数：有文件的政府原因、不可抗力、司法查封，自约定开工日起至基准日，同一天只计一次。
    SuspendedDays = "suspended_days", "中止计算的天数", ValueKind::Quantity(Unit::Day),
        "核对有无政府原因、不可抗力、司法查封的文件，补入供地变更登记簿";
    /// 应动工开发面积，m²。
    DueArea = "due_area", "应动工开发面积", ValueKind::Quantity(Unit::SquareMetre),
        "查合同与规划许可，补充应动工开发的面积";
    /// 已动工开发面积，m²。
    DevelopedArea = "developed_area", "已动工开发面积", ValueKind::Quantity(Unit::SquareMetre),
        "现场核实已动工开发的面积，补入供地登记簿";
    /// 总投资额，万元；不含土地价款与税费。
    TotalInvestment = "total_investment", "总投资额", ValueKind::Quantity(Unit::WanYuan),
        "查投资协议或备案，补充总投资额（不含土地价款与税费）";
    /// 已投资额，万元；不含土地价款与税费。
    InvestedAmount = "invested_amount", "已投资额", ValueKind::Quantity(Unit::WanYuan),
        "核实已投资额（不含土地价款与税费），补入供地登记簿";
    /// 中止开发建设日期；没有即未见停工记录。
    StoppedOn = "stopped_on", "中止开发建设日期", ValueKind::Date,
        "现场核实是否停工，把停工日期补入供地登记簿";
    /// 土地价款，万元。
    LandPrice = "land_price", "土地价款", ValueKind::Quantity(Unit::WanYuan),
        "查供地合同，补充土地价款";
}

impl FactName {
    /// The fact of that word, or `None`.
    pub fn from_code(word: &str) -> Option<FactName> {
        FactName::ALL.iter().copied().find(|name| name.as_str() == word)
    }

    /// The unit, for facts that are numbers.
    pub fn unit(self) -> Option<Unit> {
        match self.value_kind() {
            ValueKind::Quantity(unit) => Some(unit),
            ValueKind::Date | ValueKind::Flag | ValueKind::Industry | ValueKind::Construction | ValueKind::Text => None,
        }
    }
}

/// 事实的值。
#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    /// A number with its unit.
    Quantity(Quantity),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    Flag(Truth),
    /// Free text.
    Text(String),
    /// An industry.
    Industry(IndustryCode),
    /// A state of construction.
    Construction(Construction),
}

impl FactValue {
    /// An area in m².
    pub fn m2(value: f64) -> FactValue {
        FactValue::Quantity(Quantity::new(value, Unit::SquareMetre))
    }

    /// A ratio such as a plot ratio.
    pub fn ratio(value: f64) -> FactValue {
        FactValue::Quantity(Quantity::new(value, Unit::Ratio))
    }

    /// A share of one.
    pub fn share(value: f64) -> FactValue {
        FactValue::Quantity(Quantity::new(value, Unit::Share))
    }

    /// What sort of value this is.
    pub fn kind(&self) -> ValueKind {
        match self {
            FactValue::Quantity(quantity) => ValueKind::Quantity(quantity.unit),
            FactValue::Date(_) => ValueKind::Date,
            FactValue::Flag(_) => ValueKind::Flag,
            FactValue::Text(_) => ValueKind::Text,
            FactValue::Industry(_) => ValueKind::Industry,
            FactValue::Construction(_) => ValueKind::Construction,
        }
    }

    /// As shown.
    pub fn text(&self) -> String {
        match self {
            FactValue::Quantity(quantity) => quantity.text(),
            FactValue::Date(day) => day.to_string(),
            FactValue::Flag(Truth::Yes) => "是".to_owned(),
            FactValue::Flag(Truth::No) => "否".to_owned(),
            FactValue::Text(text) => text.clone(),
            FactValue::Industry(code) => code.to_string(),
            FactValue::Construction(state) => state.label_zh().to_owned(),
        }
    }
}

/// Plain in JSON: a number, an ISO date, `true`/`false`, a text, `{edition, division}`, `"not_started"`. The name gives the type.
impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            FactValue::Quantity(quantity) => serializer.serialize_f64(quantity.value),
            FactValue::Date(day) => day.serialize(serializer),
            FactValue::Flag(truth) => serializer.serialize_bool(*truth == Truth::Yes),
            FactValue::Text(text) => serializer.serialize_str(text),
            FactValue::Industry(code) => code.serialize(serializer),
            FactValue::Construction(state) => state.serialize(serializer),
        }
    }
}

/// 来源：哪个登记簿、哪一条、哪个文件的哪一行。
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// 登记簿，如 `parcel`、`supply`。
    pub register: String,
    /// 登记簿中的编号。
    pub key: String,
    /// 导入批。
    pub import_id: Option<i64>,
    /// 来源行号，自 1 起。
    pub row: Option<i32>,
    /// 文件名。
    pub file: Option<String>,
    /// 说明，如“椭球面积”“由 3 栋建筑图形计算”。
    pub note: Option<String>,
}

impl Source {
    /// A source that is a record of a register.
    pub fn new(register: impl Into<String>, key: impl Into<String>) -> Source {
        Source { register: register.into(), key: key.into(), ..Source::default() }
    }

    /// The same, of that row of that file of that import.
    pub fn at(self, import_id: i64, file: impl Into<String>, row: i32) -> Source {
        Source { import_id: Some(import_id), file: Some(file.into()), row: Some(row), ..self }
    }

    /// The same with a remark.
    pub fn noted(self, note: impl Into<String>) -> Source {
        Source { note: Some(note.into()), ..self }
    }
}

/// 为什么没有。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// 来源没有这一项
    NotRecorded,
    /// 有记录，但没有图形，无从计算
    NoGeometry,
    /// 有值，但不可用（零面积、非有限数、单位不符、相互矛盾）
    Unusable,
    /// 本对象没有这一项
    NotGathered,
}

/// 事实：值与来源，或缺失与原因。
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Fact {
    /// 已知
    Known {
        /// The value.
        value: FactValue,
        /// Where it comes from; shared, since many facts come from one row.
        source: Arc<Source>,
        /// The day on which it was so, as the source says.
        observed_on: Option<NaiveDate>,
    },
    /// 缺失
    Missing {
        /// Why.
        reason: MissingReason,
    },
}

impl Fact {
    /// A known fact.
    pub fn known(value: FactValue, source: impl Into<Arc<Source>>, observed_on: Option<NaiveDate>) -> Fact {
        Fact::Known { value, source: source.into(), observed_on }
    }

    /// A missing fact.
    pub fn missing(reason: MissingReason) -> Fact {
        Fact::Missing { reason }
    }
}
