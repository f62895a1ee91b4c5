//! Two evaluations under one law and one day held against each other: flags that come, go and change in size, and why.

use std::collections::{BTreeMap, HashMap};

use mujun_domain::finding::Finding;
use mujun_domain::kind::Kind;
use mujun_domain::subject::SubjectKind;
use mujun_domain::unit::Area;

use super::{CountyMove, FlagChange, FlagFate, FlagSum, TargetMove};
use crate::app::diff::report::facts_between;
use crate::app::diff::{FactSeen, SAME_AREA_M2};
use crate::app::judgement::JudgedFinding;
use crate::app::target::TargetProgress;

type Key<'a> = (SubjectKind, &'a str, &'a str, &'a str);
type Names = BTreeMap<String, String>;

fn key(row: &JudgedFinding) -> Key<'_> {
    (row.subject, &row.division_code, &row.subject_code, row.finding.rule.as_str())
}

/// The kind and area of the flag, if there is one.
fn flag(row: Option<&JudgedFinding>) -> Option<(Kind, f64)> {
    let row = row?;
    row.finding.flag.zip(row.flagged_area_m2)
}

struct Moved<'a> {
    fate: FlagFate,
    kind: Kind,
    before_m2: f64,
    after_m2: f64,
    old: Option<&'a JudgedFinding>,
    new: Option<&'a JudgedFinding>,
}

impl Moved<'_> {
    fn row(&self) -> Option<&JudgedFinding> {
        self.new.or(self.old)
    }

    fn net_m2(&self) -> f64 {
        self.after_m2 - self.before_m2
    }
}

fn moved<'a>(old: Option<&'a JudgedFinding>, new: Option<&'a JudgedFinding>) -> Vec<Moved<'a>> {
    let of = |fate, kind, before_m2, after_m2| Moved { fate, kind, before_m2, after_m2, old, new };
    match (flag(old), flag(new)) {
        (None, None) => vec![],
        (None, Some((kind, m2))) => vec![of(FlagFate::Appears, kind, 0.0, m2)],
        (Some((kind, m2)), None) => vec![of(FlagFate::Vanishes, kind, m2, 0.0)],
        (Some((one, before)), Some((other, after))) if one != other => {
            vec![of(FlagFate::Vanishes, one, before, 0.0), of(FlagFate::Appears, other, 0.0, after)]
        }
        (Some((kind, before)), Some((_, after))) if (before - after).abs() > SAME_AREA_M2 => {
            vec![of(FlagFate::Resized, kind, before, after)]
        }
        (Some(_), Some(_)) => vec![],
    }
}

/// The order in which changes are told: division, kind, fate, then subject and rule.
type Rank = (String, Kind, FlagFate, SubjectKind, String, String);

fn rank(moved: &Moved<'_>) -> Option<Rank> {
    let (subject, division, code, rule) = key(moved.row()?);
    Some((division.to_owned(), moved.kind, moved.fate, subject, code.to_owned(), rule.to_owned()))
}

/// What was compared so far: sums by county and kind, the first changes one by one, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    sums: BTreeMap<(String, Kind), FlagSum>,
    first: BTreeMap<Rank, FlagChange>,
    total: usize,
}

impl Comparison {
    /// Holds two evaluations of the same subjects against each other; each subject may come only once.
    pub fn add(&mut self, old: &[JudgedFinding], new: &[JudgedFinding], names: &Names, told: usize) {
        let before: HashMap<Key<'_>, &JudgedFinding> = old.iter().map(|row| (key(row), row)).collect();
        let after: HashMap<Key<'_>, &JudgedFinding> = new.iter().map(|row| (key(row), row)).collect();
        let gone = old.iter().filter(|row| !after.contains_key(&key(row)));
        let all = new
            .iter()
            .flat_map(|row| moved(before.get(&key(row)).copied(), Some(row)))
            .chain(gone.flat_map(|row| moved(Some(row), None)));
        for one in all {
            let (Some(row), Some(rank)) = (one.row(), rank(&one)) else { continue };
            let sum = self.sums.entry((row.division_code.clone(), one.kind)).or_insert_with(|| FlagSum {
                division_code: row.division_code.clone(),
                division_name: names.get(&row.division_code).cloned(),
                kind: one.kind.as_str().to_owned(),
                kind_label: one.kind.label_zh().to_owned(),
                ..FlagSum::default()
            });
            match one.fate {
                FlagFate::Appears => (sum.appeared, sum.appeared_m2) = (sum.appeared + 1, sum.appeared_m2 + one.after_m2),
                FlagFate::Vanishes => (sum.vanished, sum.vanished_m2) = (sum.vanished + 1, sum.vanished_m2 + one.before_m2),
                FlagFate::Resized => (sum.resized, sum.resized_m2) = (sum.resized + 1, sum.resized_m2 + one.net_m2()),
            }
            sum.net_m2 += one.net_m2();
            self.total += 1;
            let is_among_the_first = self.first.len() < told || self.first.last_key_value().is_some_and(|(last, _)| rank < *last);
            if is_among_the_first && let Some(change) = change(&one) {
                self.first.insert(rank, change);
                if self.first.len() > told {
                    self.first.pop_last();
                }
            }
        }
    }

    /// Sums by county and kind, the first changes one by one, and how many there are.
    pub fn told(self) -> (Vec<FlagSum>, Vec<FlagChange>, usize) {
        let mu = |m2| Area::from_m2(m2).mu();
        let mut sums: Vec<FlagSum> = self.sums.into_values().collect();
        for sum in &mut sums {
            (sum.appeared_mu, sum.vanished_mu) = (mu(sum.appeared_m2), mu(sum.vanished_m2));
            (sum.resized_mu, sum.net_mu) = (mu(sum.resized_m2), mu(sum.net_m2));
        }
        (sums, self.first.into_values().collect(), self.total)
    }
}

fn change(moved: &Moved<'_>) -> Option<FlagChange> {
    let row = moved.row()?;
    Some(FlagChange {
        fate: moved.fate,
        fate_label: moved.fate.label_zh().to_owned(),
        division_code: row.division_code.clone(),
        subject_kind: row.subject.as_str().to_owned(),
        subject_code: row.subject_code.clone(),
        parcel_code: row.parcel_code.clone(),
        rule: row.finding.rule.to_string(),
        title: row.finding.title.to_string(),
        kind: moved.kind.as_str().to_owned(),
        kind_label: moved.kind.label_zh().to_owned(),
        before_m2: moved.before_m2,
        after_m2: moved.after_m2,
        net_mu: Area::from_m2(moved.net_m2()).mu(),
        reasons: reasons(moved),
    })
}

fn reasons(moved: &Moved<'_>) -> Vec<String> {
    let of = |row: Option<&JudgedFinding>| -> Option<Finding> { row.map(|row| row.finding.clone()) };
    let (old, new) = (of(moved.old), of(moved.new));
    let mut told = Vec::new();
    match (&old, &new) {
        (None, Some(_)) => told.push("新登记的对象".to_owned()),
        (Some(_), None) => told.push("对象将不再是现行的".to_owned()),
        (_, _) => {}
    }
    if let Some(comparison) = new.as_ref().and_then(Finding::comparison)
        && moved.fate == FlagFate::Appears
    {
        told.push(format!("{}，应为{}", comparison.measured_text(), comparison.threshold.text()));
    }
    if old.is_some() && new.is_some() {
        for fact in facts_between(old.as_ref(), new.as_ref()) {
            let (before, after) = (seen(fact.old.as_ref()), seen(fact.new.as_ref()));
            told.push(format!("{}：原为{before}，将为{after}", fact.label));
        }
        if told.is_empty() {
            told.push("计入的面积变化：同一宗地的另一类别或剩余范围变了".to_owned());
        }
    }
    told
}

fn seen(fact: Option<&FactSeen>) -> String {
    let Some(fact) = fact else { return "不详".to_owned() };
    match (&fact.file, fact.row) {
        (Some(file), Some(row)) => format!("{}（{file} 第 {row} 行）", fact.text),
        _ => fact.text.clone(),
    }
}

/// By how much the credited ground moves, in the counties where it does.
pub(super) fn targets(old: Option<&TargetProgress>, new: Option<&TargetProgress>, names: &Names) -> Option<TargetMove> {
    let told = new.or(old)?;
    let mu = |m2: f64| Area::from_m2(m2).mu();
    let credited = |side: Option<&TargetProgress>| -> BTreeMap<String, f64> {
        let counties = side.into_iter().flat_map(|progress| &progress.counties);
        counties.map(|county| (county.division_code.clone(), county.credited_m2)).collect()
    };
    let (before, after) = (credited(old), credited(new));
    let mut codes: Vec<&String> = before.keys().chain(after.keys()).collect();
    codes.sort();
    codes.dedup();
    let counties = codes.into_iter().filter_map(|code| {
        let at = |side: &BTreeMap<String, f64>| side.get(code).copied().unwrap_or_default();
        let (one, other) = (at(&before), at(&after));
        ((one - other).abs() > SAME_AREA_M2).then(|| CountyMove {
            division_code: code.clone(),
            division_name: names.get(code).cloned(),
            before_mu: mu(one),
            after_mu: mu(other),
        })
    });
    let whole = |side: Option<&TargetProgress>| mu(side.map_or(0.0, |progress| progress.credited_m2));
    Some(TargetMove { name: told.target.name.clone(), before_mu: whole(old), after_mu: whole(new), counties: counties.collect() })
}
