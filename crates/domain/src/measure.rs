//! What rules may measure: a closed list. Each measure turns facts into a value with its steps and inputs, or says which
//! facts are missing. No threshold here: what a value means is the rule's. A thing that cannot be computed (a ratio on no
//! ground, records that contradict each other) is missing with the reason, never a number.

mod start;
mod step;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use start::Stage;
pub use step::{Operand, Operator, Step};

use crate::fact::{FactName, FactValue};
use crate::finding::{InputUsed, MissingInput};
use crate::rulebook::ParameterName;
use crate::subject::SubjectFacts;
use crate::unit::{Area, Quantity, Unit};

/// How far the parts of an approval may be from its whole, in m²: the overlay conserves area to this.
const CONSERVED_TO_M2: f64 = 0.01;

/// 量算项。The closed list of measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 容积率 = 计容建筑面积 ÷ 土地面积
    PlotRatio,
    /// 建筑密度 = 建筑基底面积 ÷ 土地面积（不含构筑物与堆场，不是建筑系数）
    BuildingDensity,
    /// 未供面积 = 批准范围 − 已供 − 核减 − 碎屑，m²
    UnsuppliedArea,
    /// 逾期天数：基准日 − 约定开工日期 − 中止天数，未开工时；已开工为 0
    DaysPastAgreedStart,
    /// 土地建成率 = 已建成用地面积 ÷ 土地面积
    BuiltShare,
    /// 已动工开发面积 ÷ 应动工开发面积
    DevelopedShare,
    /// 已投资额 ÷ 总投资额
    InvestedShare,
    /// 建筑系数 =（建筑基底 + 构筑物 + 堆场）÷ 土地面积，是下限，不是建筑密度
    SiteCoverage,
    /// 行政办公及生活服务设施用地所占比重
    OfficeLandShare,
    /// 行政办公及生活服务设施建筑面积所占比重
    OfficeFloorShare,
    /// 绿地率 = 绿地面积 ÷ 土地面积
    GreenShare,
    /// 上一年度亩均税收 = 税收 ÷ 企业占地，万元/亩
    TaxPerMuOneYear,
    /// 近三年亩均税收 = 年均税收 ÷ 企业占地，万元/亩
    TaxPerMuThreeYears,
    /// 企业占地面积，m²
    OccupiedLand,
    /// 亩均评价连续 D 类年数
    GradeDYears,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Measure; 15] = [
        Measure::PlotRatio,
        Measure::BuildingDensity,
        Measure::UnsuppliedArea,
        Measure::DaysPastAgreedStart,
        Measure::BuiltShare,
        Measure::DevelopedShare,
        Measure::InvestedShare,
        Measure::SiteCoverage,
        Measure::OfficeLandShare,
        Measure::OfficeFloorShare,
        Measure::GreenShare,
        Measure::TaxPerMuOneYear,
        Measure::TaxPerMuThreeYears,
        Measure::OccupiedLand,
        Measure::GradeDYears,
    ];

    /// The word used in JSON and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::PlotRatio => "plot_ratio",
            Measure::BuildingDensity => "building_density",
            Measure::UnsuppliedArea => "unsupplied_area",
            Measure::DaysPastAgreedStart => "days_past_agreed_start",
            Measure::BuiltShare => "built_share",
            Measure::DevelopedShare => "developed_share",
            Measure::InvestedShare => "invested_share",
            Measure::SiteCoverage => "site_coverage",
            Measure::OfficeLandShare => "office_land_share",
            Measure::OfficeFloorShare => "office_floor_share",
            Measure::GreenShare => "green_share",
            Measure::TaxPerMuOneYear => "tax_per_mu_one_year",
            Measure::TaxPerMuThreeYears => "tax_per_mu_three_years",
            Measure::OccupiedLand => "occupied_land",
            Measure::GradeDYears => "grade_d_years",
        }
    }

    /// The measure of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Measure::PlotRatio => "容积率",
            Measure::BuildingDensity => "建筑密度",
            Measure::UnsuppliedArea => "未供面积",
            Measure::DaysPastAgreedStart => "超过约定开工日期未开工的天数",
            Measure::BuiltShare => "土地建成率",
            Measure::DevelopedShare => "已动工开发面积占比",
            Measure::InvestedShare => "已投资额占比",
            Measure::SiteCoverage => "建筑系数",
            Measure::OfficeLandShare => "行政办公及生活服务设施用地所占比重",
            Measure::OfficeFloorShare => "行政办公及生活服务设施建筑面积所占比重",
            Measure::GreenShare => "绿地率",
            Measure::TaxPerMuOneYear => "上一年度亩均税收",
            Measure::TaxPerMuThreeYears => "近三年亩均税收",
            Measure::OccupiedLand => "企业占地面积",
            Measure::GradeDYears => "亩均评价连续 D 类年数",
        }
    }

    /// 算法：how it is computed, in Chinese, with the names of the facts.
    pub fn formula_zh(self) -> &'static str {
        match self {
            Measure::PlotRatio => "容积率 = 计容建筑面积 ÷ 土地面积",
            Measure::BuildingDensity => "建筑密度 = 建筑基底面积 ÷ 土地面积（不含构筑物与堆场，不是建筑系数）",
            Measure::UnsuppliedArea => "未供面积 = 批准范围 − 已供 − 核减 − 碎屑，按图形叠加，各部分之和等于批准范围",
            Measure::DaysPastAgreedStart => "天数 = 基准日 − 约定开工日期 − 中止计算的天数；未到期为 0，已开工为 0",
            Measure::BuiltShare => "土地建成率 = 已建成用地面积 ÷ 土地面积",
            Measure::DevelopedShare => "占比 = 已动工开发面积 ÷ 应动工开发面积",
            Measure::InvestedShare => "占比 = 已投资额 ÷ 总投资额（均不含土地价款与税费）",
            Measure::SiteCoverage => "建筑系数 =（建筑基底 + 构筑物占地 + 堆场用地）÷ 土地面积",
            Measure::OfficeLandShare => "比重 = 行政办公及生活服务设施用地面积 ÷ 土地面积",
            Measure::OfficeFloorShare => "比重 = 行政办公及生活服务设施建筑面积 ÷ 计容建筑面积",
            Measure::GreenShare => "绿地率 = 绿地面积 ÷ 土地面积",
            Measure::TaxPerMuOneYear => "亩均税收 = 上一年度税收 ÷（企业占地面积 × 3 ÷ 2000）",
            Measure::TaxPerMuThreeYears => "亩均税收 = 近三个完整年度的年均税收 ÷（企业占地面积 × 3 ÷ 2000）",
            Measure::OccupiedLand => "占用本宗地的企业合计占地面积",
            Measure::GradeDYears => "至最近一次亩均评价，连续为 D 类的年数",
        }
    }

    /// The parameters on which its facts, or the remarks on its value, depend.
    pub fn parameters(self) -> &'static [ParameterName] {
        use ParameterName as P;
        match self {
            Measure::PlotRatio => &[P::TallStoreyHeight, P::TallStoreyFactor, P::AreaDisagreementMax],
            Measure::BuildingDensity => &[P::AreaDisagreementMax],
            Measure::UnsuppliedArea => &[P::SliverMinArea, P::SliverMinWidth, P::ApprovalLapseAfter],
            Measure::DaysPastAgreedStart => &[P::IdleAfter, P::ReclaimableAfter, P::IdleFeeShare],
            Measure::DevelopedShare | Measure::InvestedShare => &[P::StoppedAfter],
            Measure::SiteCoverage | Measure::OfficeLandShare | Measure::GreenShare | Measure::BuiltShare => {
                &[P::AreaDisagreementMax]
            }
            Measure::OfficeFloorShare => &[P::TallStoreyHeight, P::TallStoreyFactor],
            Measure::TaxPerMuOneYear | Measure::TaxPerMuThreeYears | Measure::OccupiedLand | Measure::GradeDYears => &[],
        }
    }

    /// The unit of its value.
    pub fn unit(self) -> Unit {
        match self {
            Measure::PlotRatio => Unit::Ratio,
            Measure::BuildingDensity
            | Measure::BuiltShare
            | Measure::DevelopedShare
            | Measure::InvestedShare
            | Measure::SiteCoverage
            | Measure::OfficeLandShare
            | Measure::OfficeFloorShare
            | Measure::GreenShare => Unit::Share,
            Measure::UnsuppliedArea | Measure::OccupiedLand => Unit::SquareMetre,
            Measure::DaysPastAgreedStart => Unit::Day,
            Measure::TaxPerMuOneYear | Measure::TaxPerMuThreeYears => Unit::WanYuanPerMu,
            Measure::GradeDYears => Unit::Year,
        }
    }
}

/// What was measured, with everything it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The value, unrounded, in the measure's unit.
    pub value: Quantity,
    /// The steps that lead to it, in order.
    pub steps: Vec<Step>,
    /// The facts it rests on: without any one of them there is no value.
    pub inputs: Vec<InputUsed>,
}

impl Measure {
    /// Measures, or says what is missing: at least one thing, each once.
    pub fn of(self, facts: &SubjectFacts, as_of: NaiveDate) -> Result<Measurement, Vec<MissingInput>> {
        use FactName as F;
        match self {
            Measure::PlotRatio => self.quotient(facts, F::CountingFloorArea, F::SiteArea),
            Measure::BuildingDensity => self.quotient(facts, F::FootprintArea, F::SiteArea),
            Measure::UnsuppliedArea => unsupplied_area(facts),
            Measure::DaysPastAgreedStart => start::days_past_agreed_start(facts, as_of),
            Measure::BuiltShare => self.quotient(facts, F::BuiltLandArea, F::SiteArea),
            Measure::DevelopedShare => self.quotient(facts, F::DevelopedArea, F::DueArea),
            Measure::InvestedShare => self.quotient(facts, F::InvestedAmount, F::TotalInvestment),
            Measure::SiteCoverage => self.site_coverage(facts),
            Measure::OfficeLandShare => self.quotient(facts, F::OfficeLandArea, F::SiteArea),
            Measure::OfficeFloorShare => self.quotient(facts, F::OfficeFloorArea, F::CountingFloorArea),
            Measure::GreenShare => self.quotient(facts, F::GreenArea, F::SiteArea),
            Measure::TaxPerMuOneYear => self.per_mu(facts, F::TaxOneYear),
            Measure::TaxPerMuThreeYears => self.per_mu(facts, F::TaxThreeYears),
            Measure::OccupiedLand => self.itself(facts, F::OccupiedArea, Range::MoreThanZero),
            Measure::GradeDYears => self.itself(facts, F::GradeDYears, Range::ZeroOrMore),
        }
    }

    fn quotient(self, facts: &SubjectFacts, above: FactName, below: FactName) -> Result<Measurement, Vec<MissingInput>> {
        let mut gathered = Gathered::new(facts);
        let numerator = gathered.number(above, Range::ZeroOrMore);
        let denominator = gathered.number(below, Range::MoreThanZero);
        let (Some(numerator), Some(denominator)) = (numerator, denominator) else { return Err(gathered.missing) };
        let operands = vec![Operand::of(above, numerator), Operand::of(below, denominator)];
        let step = self.step(Operator::Divide, operands, numerator / denominator);
        self.finite(vec![step], gathered.inputs, below)
    }

    fn site_coverage(self, facts: &SubjectFacts) -> Result<Measurement, Vec<MissingInput>> {
        const PARTS: [FactName; 3] = [FactName::FootprintArea, FactName::StructuresArea, FactName::YardArea];
        let mut gathered = Gathered::new(facts);
        let parts = PARTS.map(|name| gathered.number(name, Range::ZeroOrMore));
        let site = gathered.number(FactName::SiteArea, Range::MoreThanZero);
        let ([Some(footprint), Some(structures), Some(yard)], Some(site)) = (parts, site) else { return Err(gathered.missing) };
        let covered = footprint + structures + yard;
        let sum = Step {
            label: "建筑物、构筑物与堆场占地",
            operator: Operator::Sum,
            operands: PARTS.iter().zip([footprint, structures, yard]).map(|(name, value)| Operand::of(*name, value)).collect(),
            result: Quantity::new(covered, Unit::SquareMetre),
        };
        let operands = vec![Operand::Previous { value: covered }, Operand::of(FactName::SiteArea, site)];
        let divided = self.step(Operator::Divide, operands, covered / site);
        self.finite(vec![sum, divided], gathered.inputs, FactName::SiteArea)
    }

    /// Money for each 亩: 1 亩 = 2000/3 m² exactly.
    fn per_mu(self, facts: &SubjectFacts, money: FactName) -> Result<Measurement, Vec<MissingInput>> {
        let mut gathered = Gathered::new(facts);
        let amount = gathered.number(money, Range::Any);
        let land = gathered.number(FactName::OccupiedArea, Range::MoreThanZero);
        let (Some(amount), Some(land)) = (amount, land) else { return Err(gathered.missing) };
        let operands = vec![Operand::of(money, amount), Operand::of(FactName::OccupiedArea, land)];
        let step = self.step(Operator::PerMu, operands, amount / Area::from_m2(land).mu());
        self.finite(vec![step], gathered.inputs, FactName::OccupiedArea)
    }

    fn itself(self, facts: &SubjectFacts, name: FactName, range: Range) -> Result<Measurement, Vec<MissingInput>> {
        let mut gathered = Gathered::new(facts);
        let Some(value) = gathered.number(name, range) else { return Err(gathered.missing) };
        let step = self.step(Operator::Is, vec![Operand::of(name, value)], value);
        self.finite(vec![step], gathered.inputs, name)
    }

    fn step(self, operator: Operator, operands: Vec<Operand>, value: f64) -> Step {
        Step { label: self.label_zh(), operator, operands, result: Quantity::new(value, self.unit()) }
    }

    /// The measurement whose last step gives its value, unless that is no number: then `suspect` is what cannot be used.
    fn finite(self, steps: Vec<Step>, inputs: Vec<InputUsed>, suspect: FactName) -> Result<Measurement, Vec<MissingInput>> {
        match steps.last().map(|step| step.result) {
            Some(value) if value.value.is_finite() => Ok(Measurement { value, steps, inputs }),
            Some(_) | None => Err(vec![suspect.unusable("过小或过大，算不出有限的数")]),
        }
    }
}

/// The leftover of an approval as the overlay found it, shown with the balance it comes from.
fn unsupplied_area(facts: &SubjectFacts) -> Result<Measurement, Vec<MissingInput>> {
    const PARTS: [FactName; 4] =
        [FactName::SuppliedOverlapArea, FactName::DeductedArea, FactName::SliverArea, FactName::LeftoverArea];
    let mut gathered = Gathered::new(facts);
    let whole = gathered.number(FactName::ApprovedGroundArea, Range::ZeroOrMore);
    let parts = PARTS.map(|name| gathered.number(name, Range::ZeroOrMore));
    let (Some(whole), [Some(supplied), Some(deducted), Some(slivers), Some(leftover)]) = (whole, parts) else {
        return Err(gathered.missing);
    };
    let sum = supplied + deducted + slivers + leftover;
    let allowed = CONSERVED_TO_M2.max(whole * f64::EPSILON * 64.0);
    if (sum - whole).abs() > allowed {
        let how = format!(
            "面积不守恒：已供 + 核减 + 碎屑 + 剩余 = {sum:.4} m²，批准范围 = {whole:.4} m²；请重新叠加，仍不符时报告开发者"
        );
        return Err(vec![MissingInput { how, ..MissingInput::fact(FactName::LeftoverArea) }]);
    }
    let operands = PARTS.iter().zip([supplied, deducted, slivers, leftover]);
    let operands = operands.map(|(name, value)| Operand::of(*name, value)).collect();
    let balance = Step {
        label: FactName::ApprovedGroundArea.label_zh(),
        operator: Operator::Sum,
        operands,
        result: Quantity::new(whole, Unit::SquareMetre),
    };
    let value = Quantity::new(leftover, Unit::SquareMetre);
    let leftover_step = Step {
        label: Measure::UnsuppliedArea.label_zh(),
        operator: Operator::Is,
        operands: vec![Operand::of(FactName::LeftoverArea, leftover)],
        result: value,
    };
    Ok(Measurement { value, steps: vec![balance, leftover_step], inputs: gathered.inputs })
}

/// The day of a date.
pub(crate) fn date_of(value: &FactValue) -> Option<NaiveDate> {
    match value {
        FactValue::Date(day) => Some(*day),
        FactValue::Quantity(_)
        | FactValue::Flag(_)
        | FactValue::Text(_)
        | FactValue::Industry(_)
        | FactValue::Construction(_) => None,
    }
}

/// The number of a quantity.
pub(crate) fn number_of(value: &FactValue) -> Option<f64> {
    match value {
        FactValue::Quantity(quantity) => Some(quantity.value),
        FactValue::Date(_) | FactValue::Flag(_) | FactValue::Text(_) | FactValue::Industry(_) | FactValue::Construction(_) => {
            None
        }
    }
}

impl FactName {
    /// Known, and of no use for computing.
    fn unusable(self, found: &str) -> MissingInput {
        let how = format!("现有值 {found} 不可用于计算，请核对来源；{}", self.how_zh());
        MissingInput { how, ..MissingInput::fact(self) }
    }
}

/// Which numbers are usable.
#[derive(Clone, Copy)]
enum Range {
    /// A refund of tax is a number too.
    Any,
    ZeroOrMore,
    MoreThanZero,
}

/// The facts of one measurement while they are being gathered: those used, and those missing.
struct Gathered<'a> {
    facts: &'a SubjectFacts,
    inputs: Vec<InputUsed>,
    missing: Vec<MissingInput>,
}

impl<'a> Gathered<'a> {
    fn new(facts: &'a SubjectFacts) -> Gathered<'a> {
        Gathered { facts, inputs: Vec::new(), missing: Vec::new() }
    }

    fn number(&mut self, name: FactName, range: Range) -> Option<f64> {
        let Some(fact) = self.facts.known(name) else {
            self.missing.push(MissingInput::fact(name));
            return None;
        };
        let number = number_of(fact.value)?;
        let usable = match range {
            Range::Any => number.is_finite(),
            Range::ZeroOrMore => number >= 0.0,
            Range::MoreThanZero => number > 0.0,
        };
        if !usable {
            self.missing.push(name.unusable(&fact.value.text()));
            return None;
        }
        self.inputs.push(InputUsed::from(fact));
        Some(number)
    }
}
