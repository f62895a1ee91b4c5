//! `mujun evaluate --diff`: what changed against a run, in 亩, by county, kind and cause; then each change with what moved it.

use std::collections::BTreeMap;

use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Force;
use mujun_domain::unit::Area;

use crate::app::diff::report::{SummaryRow, summary};
use crate::app::diff::rows::{FieldChange, Place, RowChange};
use crate::app::diff::{Change, ChangeKind, FactChange, RunDiff, RunHead, Said};
use crate::cli::table::{Align, lines};

/// Changes told one by one; all of them are in the JSON.
const SHOWN: usize = 200;
/// Rows and facts told for one change.
const SHOWN_OF_ONE: usize = 4;

pub(super) fn print(diff: &RunDiff) {
    head("原", &diff.old);
    head("新", &diff.new);
    if !diff.old_is_repeated() {
        say!("提示：评价批 {} 已不能逐字重放（程序或库的版本变了），以下以重算的为准。", diff.old.run_id);
    }
    let moved: Vec<&str> = diff.comparison.moved.iter().map(|dimension| dimension.label_zh()).collect();
    say!("变了的：{}", if moved.is_empty() { "没有".to_owned() } else { moved.join("、") });
    if diff.comparison.changes.is_empty() {
        say!("结论没有变化。");
        return;
    }
    say!();
    for line in table(&summary(&diff.comparison), &diff.division_names) {
        say!("{line}");
    }
    say!();
    let flags = diff.comparison.changes.iter().filter(|change| change.change != ChangeKind::Outcome);
    let outcomes = diff.comparison.changes.iter().filter(|change| change.change == ChangeKind::Outcome);
    for change in flags.chain(outcomes).take(SHOWN) {
        one(change, diff);
    }
    let all = diff.comparison.changes.len();
    if all > SHOWN {
        say!("……另有 {} 处，见 --report json", all - SHOWN);
    }
}

fn head(word: &str, run: &RunHead) {
    say!(
        "{word}  评价批 {}：法律时点 {}，认知时点 {}（修订 {}），规则库 {} {}",
        run.run_id,
        run.as_of,
        run.known_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        run.facts_revision,
        run.rulebook_edition,
        &run.rulebook_digest.get(..12).unwrap_or_default()
    );
}

fn mu(m2: f64) -> String {
    format!("{:.2}", Area::from_m2(m2).mu())
}

fn signed_mu(m2: f64) -> String {
    format!("{:+.2}", Area::from_m2(m2).mu())
}

fn table(rows: &[SummaryRow], names: &BTreeMap<String, String>) -> Vec<String> {
    let columns = [
        ("县（市、区）", Align::Left),
        ("类别", Align::Left),
        ("来由", Align::Left),
        ("新增", Align::Right),
        ("亩", Align::Right),
        ("消失", Align::Right),
        ("亩", Align::Right),
        ("面积变化", Align::Right),
        ("亩", Align::Right),
        ("结论变化", Align::Right),
        ("净变化（亩）", Align::Right),
    ];
    let mut all: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                name(names, &row.division_code).to_owned(),
                row.kind.map_or("（无标记）", Kind::label_zh).to_owned(),
                row.cause_label.clone(),
                row.appeared.to_string(),
                mu(row.appeared_m2),
                row.disappeared.to_string(),
                mu(row.disappeared_m2),
                row.resized.to_string(),
                signed_mu(row.resized_m2),
                row.outcomes.to_string(),
                signed_mu(row.net_m2),
            ]
        })
        .collect();
    let count = |of: fn(&SummaryRow) -> usize| rows.iter().map(of).sum::<usize>().to_string();
    let sum = |of: fn(&SummaryRow) -> f64| rows.iter().map(of).sum::<f64>();
    all.push(vec![
        "合计".to_owned(),
        String::new(),
        String::new(),
        count(|row| row.appeared),
        mu(sum(|row| row.appeared_m2)),
        count(|row| row.disappeared),
        mu(sum(|row| row.disappeared_m2)),
        count(|row| row.resized),
        signed_mu(sum(|row| row.resized_m2)),
        count(|row| row.outcomes),
        signed_mu(sum(|row| row.net_m2)),
    ]);
    lines(&columns, &all)
}

fn name<'a>(names: &'a BTreeMap<String, String>, code: &'a str) -> &'a str {
    names.get(code).map_or(code, String::as_str)
}

fn one(change: &Change, diff: &RunDiff) {
    let kind = change.kind.map_or("", Kind::suspected_label_zh);
    say!(
        "{}  {kind}  {} {} {}  {}（{}）  {} 亩",
        change.change.label_zh(),
        name(&diff.division_names, &change.division_code),
        change.subject.label_zh(),
        change.subject_code,
        change.title,
        change.rule,
        signed_mu(change.net_m2())
    );
    say!("    来由  {}；{} → {}", change.cause.label_zh(), outcome(change.old), outcome(change.new));
    if let Some((old, new)) = &change.threshold {
        say!("    规则  阈值 {} → {}", or_none(old.as_deref()), or_none(new.as_deref()));
    }
    for fact in change.facts.iter().take(SHOWN_OF_ONE) {
        say!("    数据  {}", fact_line(fact));
    }
    for row in change.rows.iter().take(SHOWN_OF_ONE) {
        say!("    登记  {}", row_line(row));
    }
    if change.rows.len() > SHOWN_OF_ONE {
        say!("          ……另有 {} 行", change.rows.len() - SHOWN_OF_ONE);
    }
}

fn outcome(said: Said) -> &'static str {
    said.outcome.map_or("无此结论", |outcome| outcome.label_zh(Force::Binding))
}

fn or_none(text: Option<&str>) -> &str {
    text.unwrap_or("无")
}

fn fact_line(fact: &FactChange) -> String {
    let side =
        |seen: &Option<crate::app::diff::FactSeen>| seen.as_ref().map_or_else(|| "缺".to_owned(), |seen| seen.text.clone());
    format!("{}：{} → {}", fact.label, side(&fact.old), side(&fact.new))
}

fn row_line(row: &RowChange) -> String {
    let place = |place: &Option<Place>, none: &str| {
        place.as_ref().map_or_else(|| none.to_owned(), |place| format!("{} 第 {} 行", place.file, place.row))
    };
    let field =
        |field: &FieldChange| format!("{} {} → {}", field.label, or_none(field.old.as_deref()), or_none(field.new.as_deref()));
    let fields: Vec<String> = row.fields.iter().map(field).collect();
    format!(
        "{} {}（{} → {}）{}",
        row.register,
        row.key,
        place(&row.old, "原来没有"),
        place(&row.new, "已撤销"),
        fields.join("；")
    )
}
