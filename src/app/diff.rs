//! Two evaluations compared: which flags appeared and disappeared, which areas and outcomes moved, and whether the data, the
//! rules or the time moved them. What is evaluated between the two is never recorded.

mod against;
pub mod attribution;
pub mod report;
pub mod rows;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::finding::{Finding, OutcomeCode};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::subject::SubjectKind;
use serde::Serialize;

use super::judgement::{JudgedFinding, decide};
use super::measuring::MeasureError;
use super::registers::Registers;
pub use against::{DiffError, DiffRequest, RunDiff, RunHead, against_run};
use attribution::{Cause, Corner, Dimension, attribute};
use rows::{ChangedRows, RowChange};

/// One of the two evaluations: what was known, by which law, on which day.
#[derive(Clone, Debug)]
pub struct Side {
    /// 数据。
    pub registers: Arc<Registers>,
    /// 规则。
    pub rulebook: Arc<Rulebook>,
    /// 时间。
    pub as_of: NaiveDate,
}

/// What happened to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 新增：标记出现
    Appeared,
    /// 消失：标记消失
    Disappeared,
    /// 面积变化：标记仍在
    Resized,
    /// 结论变化：前后都没有标记
    Outcome,
}

impl ChangeKind {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            ChangeKind::Appeared => "新增",
            ChangeKind::Disappeared => "消失",
            ChangeKind::Resized => "面积变化",
            ChangeKind::Outcome => "结论变化",
        }
    }
}

/// What a rule says of a subject, as far as it is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Said {
    /// The outcome; `None` where there is no such subject or rule.
    pub outcome: Option<OutcomeCode>,
    /// 疑似类别。
    pub flag: Option<Kind>,
    /// m²，每平方米只计一次；没有标记为零。
    pub area_m2: f64,
}

/// One change with its cause and what shows it.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happened.
    pub change: ChangeKind,
    /// 行政区划代码。
    pub division_code: String,
    /// 对象种类。
    pub subject: SubjectKind,
    /// 对象编号。
    pub subject_code: String,
    /// 规则编号。
    pub rule: String,
    /// 规则标题。
    pub title: String,
    /// 疑似类别；结论变化为空。
    pub kind: Option<Kind>,
    /// Before.
    pub old: Said,
    /// After.
    pub new: Said,
    /// 来由。
    pub cause: Cause,
    /// Facts that differ when only the data moves, where the data is in the cause.
    pub facts: Vec<FactChange>,
    /// Rows of the registers that differ and concern the subject, where the data is in the cause.
    pub rows: Vec<RowChange>,
    /// The threshold before and after, where the rules are in the cause.
    pub threshold: Option<(Option<String>, Option<String>)>,
}

impl Change {
    /// By how much the flagged ground grows, m².
    pub fn net_m2(&self) -> f64 {
        self.new.area_m2 - self.old.area_m2
    }
}

/// A fact that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactChange {
    /// 事实名。
    pub name: &'static str,
    /// 中文名称。
    pub label: &'static str,
    /// 原值；没有为 `None`。
    pub old: Option<FactSeen>,
    /// 现值；没有为 `None`。
    pub new: Option<FactSeen>,
}

/// A fact as a finding rests on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactSeen {
    /// As shown.
    pub text: String,
    /// 登记簿。
    pub register: String,
    /// 编号。
    pub key: String,
    /// 文件名。
    pub file: Option<String>,
    /// 行号，自 1 起。
    pub row: Option<i32>,
}

/// Everything that differs between two evaluations.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What moved at all.
    pub moved: Vec<Dimension>,
    /// The changes, by county, kind, cause and subject.
    pub changes: Vec<Change>,
    /// Flagged ground before, m², by county and kind.
    pub old_m2: Areas,
    /// Flagged ground after.
    pub new_m2: Areas,
}

/// m² by county and kind.
pub type Areas = std::collections::BTreeMap<(String, Kind), f64>;

/// Areas are stated to the square centimetre; less is no change.
pub(in crate::app) const SAME_AREA_M2: f64 = 0.005;

type Key<'a> = (SubjectKind, &'a str, &'a str, &'a str);

fn key(row: &JudgedFinding) -> Key<'_> {
    (row.subject, &row.division_code, &row.subject_code, row.finding.rule.as_str())
}

fn said(row: &JudgedFinding) -> Said {
    Said {
        outcome: Some(OutcomeCode::of(&row.finding.outcome)),
        flag: row.flagged_area_m2.and(row.finding.flag),
        area_m2: row.flagged_area_m2.unwrap_or(0.0),
    }
}

/// A change whose cause is not known yet.
struct Open {
    change: ChangeKind,
    key: (SubjectKind, String, String, String),
    title: String,
    old: Said,
    new: Said,
}

impl Open {
    /// Whether the change is seen in what a corner says.
    fn is_produced_by(&self, said: &Said) -> bool {
        match self.change {
            ChangeKind::Appeared => said.flag == self.new.flag,
            ChangeKind::Disappeared => said.flag != self.old.flag,
            ChangeKind::Resized => said.flag == self.new.flag && (said.area_m2 - self.new.area_m2).abs() <= SAME_AREA_M2,
            ChangeKind::Outcome => said.outcome == self.new.outcome,
        }
    }
}

fn what_changed(old: Said, new: Said) -> Vec<ChangeKind> {
    match (old.flag, new.flag) {
        (None, Some(_)) => vec![ChangeKind::Appeared],
        (Some(_), None) => vec![ChangeKind::Disappeared],
        (Some(one), Some(other)) if one != other => vec![ChangeKind::Disappeared, ChangeKind::Appeared],
        (Some(_), Some(_)) if (old.area_m2 - new.area_m2).abs() > SAME_AREA_M2 => vec![ChangeKind::Resized],
        (None, None) if old.outcome != new.outcome => vec![ChangeKind::Outcome],
        (_, _) => vec![],
    }
}

fn open_changes(old: &[JudgedFinding], new: &[JudgedFinding]) -> Vec<Open> {
    let before: HashMap<Key<'_>, &JudgedFinding> = old.iter().map(|row| (key(row), row)).collect();
    let after: HashMap<Key<'_>, &JudgedFinding> = new.iter().map(|row| (key(row), row)).collect();
    let gone = old.iter().filter(|row| !after.contains_key(&key(row)));
    let mut open = Vec::new();
    for row in new.iter().chain(gone) {
        let at = |side: &HashMap<Key<'_>, &JudgedFinding>| side.get(&key(row)).map_or_else(Said::default, |row| said(row));
        let (old, new) = (at(&before), at(&after));
        for change in what_changed(old, new) {
            let key = (row.subject, row.division_code.clone(), row.subject_code.clone(), row.finding.rule.to_string());
            // A flag of another kind leaves with its own area and arrives with its own.
            let (old, new) = match change {
                ChangeKind::Disappeared => (old, Said { flag: None, area_m2: 0.0, ..new }),
                ChangeKind::Appeared => (Said { flag: None, area_m2: 0.0, ..old }, new),
                ChangeKind::Resized | ChangeKind::Outcome => (old, new),
            };
            open.push(Open { change, key, title: row.finding.title.to_string(), old, new });
        }
    }
    open
}

/// What the corners said of the changed findings.
type Seen = HashMap<Corner, HashMap<usize, Finding>>;

/// Compares two evaluations, and evaluates what lies between them as far as needed.
///
/// # Errors
/// A parameter that a rulebook lacks on one of the days, or a ground that cannot be projected.
pub fn compare(old: &Side, new: &Side) -> Result<Comparison, MeasureError> {
    let before = decide(&old.registers, &old.rulebook, old.as_of)?;
    let after = decide(&new.registers, &new.rulebook, new.as_of)?;
    compare_decided(old, new, &before.findings, &after.findings)
}

/// As [`compare`], where both ends were evaluated already.
///
/// # Errors
/// As [`compare`].
pub fn compare_decided(
    old: &Side,
    new: &Side,
    before: &[JudgedFinding],
    after: &[JudgedFinding],
) -> Result<Comparison, MeasureError> {
    let moved = moved(old, new);
    let open = open_changes(before, after);
    let whole = Corner::of(moved.iter().copied());
    let mut seen: Seen = HashMap::new();
    let all: Vec<usize> = (0..open.len()).collect();
    look(&mut seen, Corner::old(), before, &open, &all);
    look(&mut seen, whole, after, &open, &all);
    let causes = attribute(&all, &moved, |corner, asked| -> Result<Vec<bool>, MeasureError> {
        let side = |dimension| if corner.has(dimension) { new } else { old };
        let (data, law, time) = (side(Dimension::Data), side(Dimension::Rule), side(Dimension::Time));
        let decision = decide(&data.registers, &law.rulebook, time.as_of)?;
        let found = look(&mut seen, corner.clone(), &decision.findings, &open, asked);
        Ok(asked.iter().zip(found).map(|(position, said)| open[*position].is_produced_by(&said)).collect())
    })?;
    let changed_rows = moved.contains(&Dimension::Data).then(|| ChangedRows::between(&old.registers, &new.registers));
    let mut changes: Vec<Change> = open
        .into_iter()
        .enumerate()
        .filter_map(|(position, open)| {
            let cause = causes.get(&position)?.clone();
            Some(explained(position, open, cause, &seen, changed_rows.as_ref()))
        })
        .collect();
    changes.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(Comparison { moved, changes, old_m2: areas(before), new_m2: areas(after) })
}

fn order(change: &Change) -> (&str, Option<Kind>, ChangeKind, &Cause, SubjectKind, &str, &str) {
    (&change.division_code, change.kind, change.change, &change.cause, change.subject, &change.subject_code, &change.rule)
}

fn moved(old: &Side, new: &Side) -> Vec<Dimension> {
    let instant = |side: &Side| (side.registers.revision, side.registers.known_at);
    Dimension::ALL
        .into_iter()
        .filter(|dimension| match dimension {
            Dimension::Data => instant(old) != instant(new),
            Dimension::Rule => old.rulebook.digest() != new.rulebook.digest(),
            Dimension::Time => old.as_of != new.as_of,
        })
        .collect()
}

fn areas(findings: &[JudgedFinding]) -> Areas {
    let mut areas = Areas::new();
    for row in findings {
        if let (Some(area), Some(kind)) = (row.flagged_area_m2, row.finding.flag) {
            *areas.entry((row.division_code.clone(), kind)).or_default() += area;
        }
    }
    areas
}

/// Remembers what a corner says of the changes asked for, and answers it.
fn look(seen: &mut Seen, corner: Corner, findings: &[JudgedFinding], open: &[Open], asked: &[usize]) -> Vec<Said> {
    let rows: HashMap<Key<'_>, &JudgedFinding> = findings.iter().map(|row| (key(row), row)).collect();
    let kept = seen.entry(corner).or_default();
    asked
        .iter()
        .map(|position| {
            let (subject, division, code, rule) = &open[*position].key;
            let row = rows.get(&(*subject, division.as_str(), code.as_str(), rule.as_str()));
            if let Some(row) = row {
                kept.insert(*position, row.finding.clone());
            }
            row.map_or_else(Said::default, |row| said(row))
        })
        .collect()
}

fn explained(position: usize, open: Open, cause: Cause, seen: &Seen, changed: Option<&ChangedRows>) -> Change {
    let at = |corner: &Corner| seen.get(corner).and_then(|found| found.get(&position));
    let step = |dimension| cause.with(dimension).map(|set| (at(&set.without(dimension)), at(set)));
    let (subject, division_code, subject_code, rule) = open.key;
    let facts = step(Dimension::Data).map(|(old, new)| report::facts_between(old, new)).unwrap_or_default();
    let rows = match (cause.with(Dimension::Data), changed) {
        (Some(_), Some(changed)) => changed.concerning(subject, &division_code, &subject_code).into_iter().cloned().collect(),
        (_, _) => Vec::new(),
    };
    let limit = |finding: Option<&Finding>| finding.and_then(Finding::comparison).map(|compared| compared.threshold.text());
    let threshold = step(Dimension::Rule).map(|(old, new)| (limit(old), limit(new)));
    Change {
        change: open.change,
        division_code,
        subject,
        subject_code,
        rule,
        title: open.title,
        kind: if open.change == ChangeKind::Disappeared { open.old.flag } else { open.new.flag },
        old: open.old,
        new: open.new,
        cause,
        facts,
        rows,
        threshold,
    }
}
