//! The number that a threshold stands for: fixed, a term of the subject's own contract, a row of a table, or not set yet.

use crate::code::{IndustryCode, IndustryEdition};
use crate::fact::{FactName, FactValue};
use crate::finding::{Derivation, InputUsed, MissingInput, MissingName};
use crate::measure::number_of;
use crate::rulebook::{Force, NoRow, Rulebook, Table, Threshold, ThresholdValue};
use crate::subject::SubjectFacts;
use crate::unit::Quantity;

/// The number to compare with, how it came about, and the fact it came from, if it is one.
pub(super) struct Limit {
    pub(super) value: Quantity,
    pub(super) derivation: Derivation,
    pub(super) input: Option<InputUsed>,
}

pub(super) fn limit(
    threshold: &Threshold,
    force: Force,
    facts: &SubjectFacts,
    rulebook: &Rulebook,
) -> Result<Limit, MissingInput> {
    match &threshold.value {
        ThresholdValue::Fixed(value) => Ok(Limit { value: *value, derivation: Derivation::Fixed { value: *value }, input: None }),
        ThresholdValue::Fact(name) => limit_from_fact(*name, facts),
        ThresholdValue::Table { table, plus } => limit_from_table(table, *plus, force, facts, rulebook),
        ThresholdValue::Unset { how } => {
            Err(MissingInput { name: MissingName::Threshold, label: "本规则的限值".to_owned(), how: how.clone() })
        }
    }
}

fn limit_from_fact(name: FactName, facts: &SubjectFacts) -> Result<Limit, MissingInput> {
    let missing = || MissingInput::fact(name);
    let fact = facts.known(name).ok_or_else(missing)?;
    let (number, unit) = number_of(fact.value).zip(name.unit()).ok_or_else(missing)?;
    if number <= 0.0 {
        let how = format!("登记值 {} 不能作为限值（多为未填），请查合同原件；{}", fact.value.text(), name.how_zh());
        return Err(MissingInput { how, ..missing() });
    }
    let most = match name {
        FactName::ContractFarMin => Some(FactName::ContractFarMax),
        FactName::PlanFarMin => Some(FactName::PlanFarMax),
        _ => None,
    };
    let most = most.and_then(|most| facts.known(most)).and_then(|fact| number_of(fact.value));
    if let Some(most) = most
        && most > 0.0
        && most < number
    {
        let how = format!("登记的容积率下限 {number} 大于上限 {most}，疑似填反，请核对原件后更正");
        return Err(MissingInput { how, ..missing() });
    }
    let value = Quantity::new(number, unit);
    Ok(Limit { value, derivation: Derivation::Fact { name, value }, input: Some(InputUsed::from(fact)) })
}

fn limit_from_table(id: &str, plus: f64, force: Force, facts: &SubjectFacts, rulebook: &Rulebook) -> Result<Limit, MissingInput> {
    let absent = |label: String, how: String| MissingInput { name: MissingName::TableValue, label, how };
    let Some(table) = rulebook.table(id) else {
        return Err(absent(id.to_owned(), format!("规则库没有指标表 {id}，请检查规则库")));
    };
    let label = || format!("《{}》的行业指标值", table.title);
    // An empty table is missing whether or not the industry is known, and is the thing to mend first.
    if table.rows.is_empty() {
        return Err(absent(label(), table.how_to_load.clone()));
    }
    let fact = facts.known(FactName::Industry).ok_or_else(|| MissingInput::fact(FactName::Industry))?;
    let FactValue::Industry(industry) = fact.value else { return Err(MissingInput::fact(FactName::Industry)) };
    let other = |how| MissingInput { how, ..MissingInput::fact(FactName::Industry) };
    let (base, row, mapped_from) = match table.value(*industry) {
        Ok(base) => (base, named(*industry, rulebook), None),
        Err(NoRow::Empty) => return Err(absent(label(), table.how_to_load.clone())),
        Err(NoRow::OtherEdition(edition)) => {
            let (base, old) = mapped(table, edition, *industry, force, rulebook).map_err(other)?;
            (base, format!("{}，由 {} 对照（推得）", named(old, rulebook), named(*industry, rulebook)), Some(*industry))
        }
        Err(NoRow::NotListed) => {
            return Err(absent(label(), format!("指标表没有行业 {industry} 的一行：请核对行业代码，或由局方补充该行业的指标值")));
        }
    };
    Ok(Limit {
        value: Quantity::new(sum_of_decimals(base.value, plus), base.unit),
        derivation: Derivation::Table { title: table.title.clone(), row, base, plus, mapped_from },
        input: Some(InputUsed::from(fact)),
    })
}

fn named(industry: IndustryCode, rulebook: &Rulebook) -> String {
    match rulebook.industry_name(industry) {
        Some(name) => format!("{name} {industry}"),
        None => industry.to_string(),
    }
}

/// The value of an industry whose code is of a newer edition than the table, by the mapping between the two: only where every
/// older code that it may have had gives the same value, and never for a binding rule if the mapping was merely worked out.
/// The fault says what to do.
fn mapped(
    table: &Table,
    keyed_in: IndustryEdition,
    industry: IndustryCode,
    force: Force,
    rulebook: &Rulebook,
) -> Result<(Quantity, IndustryCode), String> {
    let keyed = keyed_in.as_str();
    let Some(map) = rulebook.code_map(industry, keyed_in) else {
        return Err(format!(
            "指标表按 {keyed} 编码，登记的行业代码是 {industry}：规则库没有两个版本的对照表，不能按数字直接套用，请补充该版本的代码"
        ));
    };
    if force == Force::Binding && !map.certainty.may_bind() {
        return Err(format!(
            "指标表按 {keyed} 编码，登记的行业代码是 {industry}：两个版本的对照只是推得，不能据以作强制判定，请补充该版本的代码"
        ));
    }
    let found: Vec<(Quantity, IndustryCode)> =
        map.candidates(industry).iter().filter_map(|old| table.value(*old).ok().map(|value| (value, *old))).collect();
    match found.as_slice() {
        [] => Err(format!("指标表按 {keyed} 编码，其中没有与 {industry} 对照的行业：请由局方核定该行业的指标值")),
        [first, rest @ ..] if rest.iter().all(|other| other.0 == first.0) => Ok(*first),
        several => {
            let each: Vec<String> =
                several.iter().map(|(value, old)| format!("{} 为 {}", named(*old, rulebook), value.limit_text())).collect();
            Err(format!("{industry} 对照到 {keyed} 的几个行业，指标不同（{}）：请补充该版本的代码", each.join("；")))
        }
    }
}

/// Limits are decimals of a few places; adding them in binary may land beside the decimal they make.
fn sum_of_decimals(base: f64, plus: f64) -> f64 {
    const PLACES: f64 = 1e9;
    ((base + plus) * PLACES).round() / PLACES
}
