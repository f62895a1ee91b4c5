//! `mujun rulebook explain`: one rule with everything it rests on, so that it can be read without its file.

use chrono::NaiveDate;
use mujun_domain::rulebook::{Citation, Compare, Force, ParameterName, Rule, Rulebook, Table, ThresholdValue};
use mujun_domain::unit::Quantity;

use crate::app::database::Database;
use crate::app::evaluation::read_registers;
use crate::app::judgement::judge;
use crate::cli::{Failure, show};
use crate::clock;
use crate::config::Config;

pub(super) fn print(rule: &Rule, rulebook: &Rulebook) {
    say!("{}  {}", rule.id, rule.title_zh);
    say!("效力    {}：{}", rule.force.label_zh(), consequence(rule.force));
    let subjects: Vec<&str> = rule.subjects.iter().map(|subject| subject.label_zh()).collect();
    say!("对象    {}", subjects.join("、"));
    say!("量算    {}", rule.measure.formula_zh());
    let equal = if rule.compare == Compare::Below { "相等不算" } else { "相等算通过" };
    say!("比较    {}（{}），{equal}", rule.compare.symbol(), rule.compare.bound_label_zh());
    match rule.flag {
        Some(kind) => say!("标记    不通过时标作“{}”", kind.suspected_label_zh()),
        None => say!("标记    不作标记"),
    }
    if rule.applies_when.is_empty() {
        say!("条件    无");
    }
    for (position, condition) in rule.applies_when.iter().enumerate() {
        say!("{}  {}（{}）", head(position, "条件"), condition.label_zh(), condition.as_str());
    }
    for threshold in &rule.thresholds {
        say!("阈值    {}", period(threshold.effective_from, threshold.effective_until));
        let unit = rule.measure.unit();
        say!("  由来  {} {}", rule.compare.symbol(), derivation(&threshold.value, unit, rulebook));
        cite(&threshold.citation);
    }
    for name in rule.measure.parameters() {
        parameter(*name, rulebook);
    }
}

/// What the rule says of a parcel and of the contracts on it, from the registers as they are, as of today.
pub(super) async fn parcel(config: &Config, rule: &Rule, parcel: &str, rulebook: &Rulebook) -> Result<(), Failure> {
    let database = Database::open(config).await.map_err(Failure::environment)?;
    let registers = read_registers(&database.pool, None).await.map_err(Failure::environment);
    database.close().await.map_err(Failure::environment)?;
    let (registers, as_of) = (registers?, clock::today());
    let judgement = judge(&registers, rulebook, as_of).map_err(Failure::environment)?;
    let about: Vec<_> = judgement
        .findings
        .iter()
        .filter(|row| row.finding.rule == rule.id && row.parcel_code.as_deref() == Some(parcel))
        .collect();
    if about.is_empty() {
        let known = registers.parcels.iter().any(|version| version.record.parcel_code == parcel);
        let why = if known {
            "这条规则不涉及这宗地（或其供地合同）"
        } else {
            "宗地登记簿中没有这个宗地代码"
        };
        return Err(Failure::input(anyhow::anyhow!("{parcel}：{why}；请核对宗地代码与规则编号")));
    }
    say!("\n宗地 {parcel}，基准日 {as_of}");
    for row in about {
        say!("{} {}", row.subject.label_zh(), row.subject_code);
        show::finding(&row.finding);
    }
    Ok(())
}

fn consequence(force: Force) -> &'static str {
    match force {
        Force::Binding => "不达标是不通过",
        Force::Guidance => "不达标需人工裁量",
        Force::Benchmark => "低于参考值不是违反，也不作标记",
    }
}

fn head(position: usize, word: &str) -> String {
    if position == 0 { format!("{word}  ") } else { " ".repeat(6) }
}

fn period(from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    let from = from.map_or_else(|| "起始日不详，视为一直有效".to_owned(), |day| format!("自 {day}（含）起"));
    until.map_or_else(|| format!("{from}，没有止日"), |day| format!("{from}，至 {day}（不含）"))
}

fn derivation(value: &ThresholdValue, unit: mujun_domain::Unit, rulebook: &Rulebook) -> String {
    match value {
        ThresholdValue::Fixed(value) => value.limit_text(),
        ThresholdValue::Unset { how } => format!("尚未确定：{how}"),
        ThresholdValue::Fact(name) => format!("{}（{}，取自对象的登记）", name.label_zh(), name.as_str()),
        ThresholdValue::Table { table, plus } => {
            let added = if *plus == 0.0 { String::new() } else { format!(" + {}", Quantity::new(*plus, unit).limit_text()) };
            match rulebook.table(table) {
                Some(table) => format!("《{}》按行业取值{added}；{}", table.title, state(table)),
                None => format!("指标表 {table}{added}；规则库没有这张表"),
            }
        }
    }
}

/// Whether a table has rows, and in which edition of the classification.
fn state(table: &Table) -> String {
    match table.code_edition {
        Some(edition) if !table.rows.is_empty() => {
            let number = table.document_number.as_deref().map(|number| format!("，据{number}")).unwrap_or_default();
            format!("已装载 {} 个行业，按 {} 编码{number}", table.rows.len(), edition.as_str())
        }
        _ => format!("尚未装载，用到它的结论一律待核：{}", table.how_to_load),
    }
}

fn cite(citation: &Citation) {
    say!("  依据  {}", citation.text());
    say!("        可信程度 {}（{}）", citation.certainty.as_str(), citation.certainty.label_zh());
    for other in &citation.also {
        say!("  又见  {}", other.text());
        say!("        可信程度 {}（{}）", other.certainty.as_str(), other.certainty.label_zh());
    }
}

fn parameter(name: ParameterName, rulebook: &Rulebook) {
    let values = rulebook.parameter_values(name);
    if values.is_empty() {
        say!("参数    {}（{}）：规则库没有这个参数", name.label_zh(), name.as_str());
    }
    for used in values {
        let held = period(used.effective_from, used.effective_until);
        say!("参数    {}（{}）= {}，{held}", name.label_zh(), name.as_str(), used.value.limit_text());
        cite(&used.citation);
    }
}
