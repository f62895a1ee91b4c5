//! What an evaluation says: one finding a rule, each with what was measured, from which inputs, against which threshold of
//! which clause, by what margin, and the smallest single changes that would clear it. Everything needed to recompute a
//! verdict by hand is in here; how it is drawn on a screen is not.

mod clearance;
mod missing;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use clearance::Clearance;
pub use missing::{MissingInput, MissingName, NonEmpty};

use crate::code::IndustryCode;
use crate::fact::{FactName, FactValue, Source};
use crate::kind::Kind;
use crate::measure::{Measure, Stage, Step};
use crate::rulebook::{Citation, Compare, Force, ParameterUsed, RuleId};
use crate::subject::{KnownFact, Subject};
use crate::unit::{Quantity, Unit};

/// 评价：一个对象、一个基准日、一版规则。Findings are ordered by rule, so that equal evaluations have equal bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// The subject.
    pub subject: Subject,
    /// 法律时点：the day whose law and dated facts hold.
    pub as_of: NaiveDate,
    /// Digest of the rulebook, SHA-256 in lower-case hexadecimal.
    pub rulebook: Arc<str>,
    /// One finding for each rule about this kind of subject.
    pub findings: BTreeMap<RuleId, Finding>,
}

/// 结论：一个对象、一条规则。
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Its title in Chinese.
    pub title: Arc<str>,
    /// Its force.
    pub force: Force,
    /// The kind of inefficient land that falling below it suggests, if any.
    pub flag: Option<Kind>,
    /// What came out.
    pub outcome: Outcome,
    /// 阶段（供而未用）：未到期、逾期未开工、疑似闲置、疑似可收回.
    pub stage: Option<StageUsed>,
    /// 提示：remarks that change no verdict, such as the age of an approval.
    pub notes: Vec<Note>,
}

impl Finding {
    /// Whether it marks its subject as (suspected) inefficient land: a flag of a rule that is not a benchmark, and missed.
    pub fn is_flagged(&self) -> bool {
        is_flagged(self)
    }

    /// 通过、不通过、需人工裁量、不适用、待核；低于参考值.
    pub fn outcome_label(&self) -> &'static str {
        outcome_label(&self.outcome, self.force)
    }

    /// “供而未用 · 疑似” when it is flagged.
    pub fn flag_label(&self) -> Option<&'static str> {
        if self.is_flagged() { self.flag.map(Kind::suspected_label_zh) } else { None }
    }

    /// The comparison, if one was made.
    pub fn comparison(&self) -> Option<&Comparison> {
        match &self.outcome {
            Outcome::Compared(comparison) => Some(comparison),
            Outcome::NotApplicable { .. } | Outcome::Undetermined { .. } => None,
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 12)?;
        fields.serialize_field("rule", &self.rule)?;
        fields.serialize_field("title", &self.title)?;
        fields.serialize_field("force", &self.force)?;
        fields.serialize_field("force_label", self.force.label_zh())?;
        fields.serialize_field("flag", &self.flag)?;
        fields.serialize_field("flagged", &self.is_flagged())?;
        fields.serialize_field("flag_label", &self.flag_label())?;
        fields.serialize_field("outcome", outcome_code(&self.outcome, self.force))?;
        fields.serialize_field("outcome_label", self.outcome_label())?;
        fields.serialize_field("stage", &self.stage)?;
        fields.serialize_field("notes", &self.notes)?;
        fields.serialize_field("result", &self.outcome)?;
        fields.end()
    }
}

/// What came out of one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything needed was known, and was compared.
    Compared(Box<Comparison>),
    /// 不适用：the first condition that did not hold.
    NotApplicable {
        /// The condition.
        condition: Condition,
    },
    /// 待核：what to go and find out. Never a pass.
    Undetermined {
        /// At least one thing.
        missing: NonEmpty<MissingInput>,
    },
}

/// 判定。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 通过
    Met,
    /// 不通过（参考值：低于参考值）
    Unmet,
    /// 需人工裁量：未达到指导性要求，“一般”容许有理由的例外
    Discretion,
}

/// A comparison with all that it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What was decided.
    pub verdict: Verdict,
    /// Which quantity was measured.
    pub measure: Measure,
    /// How much of it, unrounded.
    pub measured: Quantity,
    /// The steps by which it was computed, in order; the last one gives `measured`.
    pub steps: Vec<Step>,
    /// The facts that support the verdict: take one away and it falls.
    pub inputs: Vec<InputUsed>,
    /// What it was compared with.
    pub threshold: ThresholdUsed,
    /// Room left: positive or zero when the threshold is kept, negative by as much as it is missed.
    pub margin: Quantity,
    /// The smallest single changes each of which would clear it; empty when it is met.
    pub clearance: Vec<Clearance>,
}

impl Comparison {
    /// 算式：the computation as Chinese lines to be followed with a pocket calculator; the last line compares.
    pub fn arithmetic(&self) -> Vec<String> {
        let last = self.steps.len().saturating_sub(1);
        let limit = |index: usize| if index == last { Some(self.threshold.value.value) } else { None };
        let mut lines: Vec<String> = self.steps.iter().enumerate().map(|(index, step)| step.line(limit(index))).collect();
        lines.push(format!(
            "{} {} → {}",
            self.threshold.compare.bound_label_zh(),
            self.threshold.value.limit_text(),
            self.margin_text()
        ));
        lines
    }

    /// 差额：“差 0.6799” or “富余 0.1200”; “恰好相等” when there is none.
    pub fn margin_text(&self) -> String {
        let amount = Quantity::new(self.margin.value.abs(), self.margin.unit);
        if amount.value == 0.0 {
            return "恰好相等".to_owned();
        }
        let mut decimals = match amount.unit {
            Unit::Ratio => 4,
            Unit::SquareMetre | Unit::Share | Unit::Metre | Unit::WanYuan | Unit::WanYuanPerMu => 2,
            Unit::Day | Unit::Year | Unit::Storey => 0,
        };
        let vanishes = |text: &str| !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        while decimals < 9 && vanishes(&amount.text_with(decimals)) {
            decimals += 1;
        }
        let word = match (self.margin.value < 0.0, self.threshold.compare) {
            (true, Compare::AtLeast) => "差",
            (true, Compare::AtMost | Compare::Below) => "超",
            (false, _) => "富余",
        };
        format!("{word} {}", amount.text_with(decimals))
    }

    /// The measured value as shown beside its threshold.
    pub fn measured_text(&self) -> String {
        self.measured.text_near(self.threshold.value.value)
    }
}

impl Serialize for Comparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Measured<'a> {
            name: Measure,
            label: &'a str,
            value: f64,
            unit: Unit,
            text: String,
        }
        #[derive(Serialize)]
        struct Margin {
            value: f64,
            unit: Unit,
            text: String,
        }
        let mut fields = serializer.serialize_struct("Comparison", 8)?;
        fields.serialize_field("verdict", &self.verdict)?;
        fields.serialize_field(
            "measured",
            &Measured {
                name: self.measure,
                label: self.measure.label_zh(),
                value: self.measured.value,
                unit: self.measured.unit,
                text: self.measured_text(),
            },
        )?;
        fields.serialize_field("arithmetic", &self.arithmetic())?;
        fields.serialize_field("steps", &self.steps)?;
        fields.serialize_field("inputs", &self.inputs)?;
        fields.serialize_field("threshold", &self.threshold)?;
        fields
            .serialize_field("margin", &Margin { value: self.margin.value, unit: self.margin.unit, text: self.margin_text() })?;
        fields.serialize_field("clearance", &self.clearance)?;
        fields.end()
    }
}

/// 输入：一项事实、它的值、来源与时点。
#[derive(Clone, Debug, PartialEq)]
pub struct InputUsed {
    /// Which fact.
    pub name: FactName,
    /// Its value.
    pub value: FactValue,
    /// Where it comes from.
    pub source: Arc<Source>,
    /// The day on which it was so.
    pub observed_on: Option<NaiveDate>,
}

impl From<KnownFact<'_>> for InputUsed {
    fn from(fact: KnownFact<'_>) -> InputUsed {
        InputUsed { name: fact.name, value: fact.value.clone(), source: Arc::clone(fact.source), observed_on: fact.observed_on }
    }
}

impl Serialize for InputUsed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("InputUsed", 7)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("label", self.name.label_zh())?;
        fields.serialize_field("value", &self.value)?;
        fields.serialize_field("unit", &self.name.unit())?;
        fields.serialize_field("text", &self.value.text())?;
        fields.serialize_field("source", &self.source)?;
        fields.serialize_field("observed_on", &self.observed_on)?;
        fields.end()
    }
}

/// 阈值：数值、由来、有效期间与条款。
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdUsed {
    /// The number.
    pub value: Quantity,
    /// How it compares.
    pub compare: Compare,
    /// How the number came about.
    pub derivation: Derivation,
    /// 起施行日（含）；`None` where it is not known.
    pub effective_from: Option<NaiveDate>,
    /// 止施行日（不含）；`None` while it holds.
    pub effective_until: Option<NaiveDate>,
    /// The clause.
    pub citation: Arc<Citation>,
}

impl ThresholdUsed {
    /// “≥ 1.5”.
    pub fn text(&self) -> String {
        format!("{} {}", self.compare.symbol(), self.value.limit_text())
    }
}

impl Serialize for ThresholdUsed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ThresholdUsed", 9)?;
        fields.serialize_field("value", &self.value.value)?;
        fields.serialize_field("unit", &self.value.unit)?;
        fields.serialize_field("compare", &self.compare)?;
        fields.serialize_field("text", &self.text())?;
        fields.serialize_field("derivation", &self.derivation.text())?;
        fields.serialize_field("derived_from", &self.derivation)?;
        fields.serialize_field("effective_from", &self.effective_from)?;
        fields.serialize_field("effective_until", &self.effective_until)?;
        fields.serialize_field("citation", &self.citation)?;
        fields.end()
    }
}

/// 阈值由来。
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Derivation {
    /// The number stands in the rule.
    Fixed {
        /// The number.
        value: Quantity,
    },
    /// The number is a fact of the subject, such as a term of its contract.
    Fact {
        /// Which fact.
        name: FactName,
        /// Its value.
        value: Quantity,
    },
    /// The number is a row of a table, with something added.
    Table {
        /// Title of the table.
        title: Arc<str>,
        /// The row, as shown.
        row: String,
        /// The number in the row.
        base: Quantity,
        /// What the rule adds; zero for nothing.
        plus: f64,
        /// The registered industry, where its code is of another edition than the table and was mapped to the row.
        #[serde(skip_serializing_if = "Option::is_none")]
        mapped_from: Option<IndustryCode>,
    },
}

impl Derivation {
    /// In Chinese: “合同约定容积率下限 1.2”, “《…》35（GB/T 4754-2017） 1.0 + 0.5 = 1.5”.
    pub fn text(&self) -> String {
        match self {
            Derivation::Fixed { value } => format!("规则所定 {}", value.limit_text()),
            Derivation::Fact { name, value } => {
                format!("{} {}", name.label_zh(), value.limit_text())
            }
            Derivation::Table { title, row, base, plus, .. } if *plus == 0.0 => {
                format!("《{title}》{row} {}", base.limit_text())
            }
            Derivation::Table { title, row, base, plus, .. } => {
                let added = Quantity::new(*plus, base.unit);
                let sum = Quantity::new(base.value + plus, base.unit);
                format!("《{title}》{row} {} + {} = {}", base.limit_text(), added.limit_text(), sum.limit_text())
            }
        }
    }
}

/// 不适用的条件。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// What did not hold, in Chinese.
    pub label: String,
    /// The fact that says so; `None` when the date does.
    pub fact: Option<FactName>,
    /// Where that fact comes from.
    pub input: Option<InputUsed>,
}

/// 供而未用的阶段与所依参数。
#[derive(Clone, Debug, PartialEq)]
pub struct StageUsed {
    /// The stage.
    pub stage: Stage,
    /// The day from which it is in this stage; `None` for those not begun or over.
    pub since: Option<NaiveDate>,
    /// The parameters that separate it from its neighbours.
    pub parameters: Vec<ParameterUsed>,
}

impl Serialize for StageUsed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("StageUsed", 4)?;
        fields.serialize_field("stage", &self.stage)?;
        fields.serialize_field("label", self.stage.label_zh())?;
        fields.serialize_field("since", &self.since)?;
        fields.serialize_field("parameters", &self.parameters)?;
        fields.end()
    }
}

/// 提示：不改变判定的一句话，及其依据。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Note {
    /// In Chinese.
    pub text: String,
    /// Its clause, where it has one.
    pub citation: Option<Arc<Citation>>,
}

/// The closed list of words for an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeCode {
    /// 通过
    Met,
    /// 不通过
    Unmet,
    /// 需人工裁量
    Discretion,
    /// 不适用
    NotApplicable,
    /// 待核
    Undetermined,
}

impl From<Verdict> for OutcomeCode {
    fn from(verdict: Verdict) -> OutcomeCode {
        match verdict {
            Verdict::Met => OutcomeCode::Met,
            Verdict::Unmet => OutcomeCode::Unmet,
            Verdict::Discretion => OutcomeCode::Discretion,
        }
    }
}

impl OutcomeCode {
    /// Every outcome.
    pub const ALL: [OutcomeCode; 5] =
        [OutcomeCode::Met, OutcomeCode::Unmet, OutcomeCode::Discretion, OutcomeCode::NotApplicable, OutcomeCode::Undetermined];

    /// The code of an outcome.
    pub fn of(outcome: &Outcome) -> OutcomeCode {
        match outcome {
            Outcome::Compared(comparison) => OutcomeCode::from(comparison.verdict),
            Outcome::NotApplicable { .. } => OutcomeCode::NotApplicable,
            Outcome::Undetermined { .. } => OutcomeCode::Undetermined,
        }
    }

    /// The word used in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeCode::Met => "met",
            OutcomeCode::Unmet => "unmet",
            OutcomeCode::Discretion => "discretion",
            OutcomeCode::NotApplicable => "not_applicable",
            OutcomeCode::Undetermined => "undetermined",
        }
    }

    /// 中文：通过、不通过、需人工裁量、不适用、待核. What misses a benchmark is 低于参考值, never a breach.
    pub fn label_zh(self, force: Force) -> &'static str {
        match (self, force) {
            (OutcomeCode::Met, _) => "通过",
            (OutcomeCode::Unmet, Force::Benchmark) => "低于参考值",
            (OutcomeCode::Unmet, Force::Binding | Force::Guidance) => "不通过",
            (OutcomeCode::Discretion, _) => "需人工裁量",
            (OutcomeCode::NotApplicable, _) => "不适用",
            (OutcomeCode::Undetermined, _) => "待核",
        }
    }
}

/// `met`, `unmet`, `discretion`, `not_applicable` or `undetermined`. The force changes the label, not the code.
pub fn outcome_code(outcome: &Outcome, _force: Force) -> &'static str {
    OutcomeCode::of(outcome).as_str()
}

/// The outcome in Chinese; see [`OutcomeCode::label_zh`].
pub fn outcome_label(outcome: &Outcome, force: Force) -> &'static str {
    OutcomeCode::of(outcome).label_zh(force)
}

/// Whether the finding marks its subject as suspected inefficient land: a rule of a kind that orders and is not met, or that
/// advises and leaves it to people. What misses a benchmark is never marked.
pub fn is_flagged(finding: &Finding) -> bool {
    let missed = matches!(OutcomeCode::of(&finding.outcome), OutcomeCode::Unmet | OutcomeCode::Discretion);
    finding.flag.is_some() && finding.force != Force::Benchmark && missed
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Condition, Finding, MissingInput, NonEmpty, Outcome, OutcomeCode, outcome_code, outcome_label};
    use crate::fact::FactName;
    use crate::kind::Kind;
    use crate::rulebook::{Force, RuleId};

    /// An outcome that was reached without comparing.
    fn outcomes() -> [(Outcome, OutcomeCode, &'static str); 2] {
        let condition = Condition { label: "尚未施行".to_owned(), fact: None, input: None };
        let missing = NonEmpty::of(MissingInput::fact(FactName::SiteArea));
        [
            (Outcome::NotApplicable { condition }, OutcomeCode::NotApplicable, "不适用"),
            (Outcome::Undetermined { missing }, OutcomeCode::Undetermined, "待核"),
        ]
    }

    #[test]
    fn what_was_not_compared_flags_nothing_whatever_the_force() {
        for (outcome, code, label) in outcomes() {
            for force in Force::ALL {
                let finding = Finding {
                    rule: RuleId::new("a-rule"),
                    title: Arc::from("规则"),
                    force,
                    flag: Some(Kind::Underused),
                    outcome: outcome.clone(),
                    stage: None,
                    notes: Vec::new(),
                };
                assert!(!finding.is_flagged());
                assert_eq!(outcome_code(&finding.outcome, force), code.as_str());
                assert_eq!(outcome_label(&finding.outcome, force), label);
            }
        }
    }

    #[test]
    fn below_a_benchmark_is_never_called_a_breach() {
        assert_eq!(OutcomeCode::Unmet.label_zh(Force::Benchmark), "低于参考值");
        assert_eq!(OutcomeCode::Unmet.label_zh(Force::Binding), "不通过");
        assert_eq!(OutcomeCode::Discretion.label_zh(Force::Guidance), "需人工裁量");
    }

    #[test]
    fn nothing_missing_is_no_list_of_missing_things() {
        assert!(NonEmpty::<MissingInput>::new(Vec::new()).is_none());
        assert_eq!(NonEmpty::new(vec![1, 2]).unwrap().as_slice(), [1, 2]);
    }
}
