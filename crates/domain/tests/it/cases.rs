//! The cases in `rulebook/<edition>/cases/*.md`, run as tests: what a lawyer wrote down must be what comes out.

use std::collections::{BTreeMap, BTreeSet};

use mujun_domain::finding::OutcomeCode;
use mujun_domain::{
    DivisionCode, Finding, Outcome, Rule, Rulebook, SubjectKind, evaluate,
    rulebook::{AppliesWhen, ThresholdValue},
};

use crate::shelf::{EDITION, RULEBOOK, day, fact, files, parsed, subject};

struct Case {
    rule: String,
    title: String,
    facts: Vec<(String, String)>,
    said: BTreeMap<String, Vec<String>>,
}

impl Case {
    fn one(&self, key: &str) -> Option<&str> {
        self.said.get(key).and_then(|values| values.first()).map(String::as_str)
    }

    fn all(&self, key: &str) -> &[String] {
        self.said.get(key).map_or(&[], Vec::as_slice)
    }

    fn categories(&self) -> Vec<&str> {
        self.one("类别").map(|text| text.split('、').collect()).unwrap_or_default()
    }

    fn rulebook(&self) -> Rulebook {
        match self.one("表") {
            None => RULEBOOK.clone(),
            Some(row) => with_row(row),
        }
    }

    fn finding(&self) -> Finding {
        let rulebook = self.rulebook();
        let rule = rulebook.rule(&self.rule).unwrap_or_else(|| panic!("no rule {}", self.rule));
        let kind = match self.one("对象") {
            Some(word) => SubjectKind::from_code(word).expect("a kind of subject"),
            None => rule.subjects[0],
        };
        let mut facts = subject(kind);
        facts.subject.division = self.one("行政区划").map(|code| DivisionCode::parse(code).expect("a division"));
        for (name, text) in &self.facts {
            let name = mujun_domain::FactName::from_code(name).unwrap_or_else(|| panic!("{}: no fact {name}", self.title));
            facts.insert(name, fact(name, text));
        }
        let as_of = day(self.one("基准日").expect("基准日"));
        evaluate(&facts, &rulebook, as_of).findings.remove(self.rule.as_str()).expect("a finding of the rule")
    }
}

/// The rulebook with an illustrative row in a table that is declared and empty: `zj-2014 GB/T 4754-2017 35 = 1.0`.
pub fn with_row(row: &str) -> Rulebook {
    let (key, value) = row.split_once(" = ").expect("row = value");
    let (table, code) = key.split_once(' ').expect("table and code");
    let (edition, code) = code.rsplit_once(' ').expect("edition and code");
    let mut files = files();
    let path = format!("tables/{table}.toml");
    let text = files.files.get(&path).expect("the table").clone();
    let text = text.replace("code_edition = \"UNKNOWN\"", &format!("code_edition = \"{edition}\""));
    let text = text.replace("certainty = \"UNKNOWN\"", "certainty = \"VERIFIED\"");
    files.insert(path, format!("{text}\n[[row]]\ncode = \"{code}\"\nvalue = {value}\n"));
    parsed(&files)
}

fn cases() -> Vec<Case> {
    let folder = format!("{EDITION}/cases/");
    let mut cases = Vec::new();
    for (path, text) in files().files {
        let Some(name) = path.strip_prefix(&folder).and_then(|name| name.strip_suffix(".md")) else { continue };
        for part in text.split("\n## ").skip(1) {
            let mut lines = part.lines();
            let mut case = Case {
                rule: name.to_owned(),
                title: lines.next().unwrap_or_default().to_owned(),
                facts: Vec::new(),
                said: BTreeMap::new(),
            };
            for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
                if let Some(line) = line.strip_prefix("- ") {
                    let (name, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{path}: “{line}”"));
                    case.facts.push((name.to_owned(), value.to_owned()));
                } else {
                    let (key, value) = line.split_once('：').unwrap_or_else(|| panic!("{path}: “{line}”"));
                    case.said.entry(key.to_owned()).or_default().push(value.to_owned());
                }
            }
            cases.push(case);
        }
    }
    assert!(!cases.is_empty(), "no cases found");
    cases
}

/// What a case says that did not come out.
fn complaints(case: &Case, finding: &Finding) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, expected: &str, found: String, holds: bool| {
        if !holds {
            wrong.push(format!("{}「{}」{what}：应为 {expected}，实为 {found}", case.rule, case.title));
        }
    };
    let code = OutcomeCode::of(&finding.outcome).as_str();
    let expected = case.one("结果").unwrap_or("（没有写结果）");
    check("结果", expected, code.to_owned(), code == expected);
    let comparison = finding.comparison();
    let near = |text: &str, found: Option<f64>| {
        let number: f64 = text.parse().expect("a number");
        found.is_some_and(|found| (found - number).abs() < 1e-9)
    };
    for (key, found) in [
        ("实测", comparison.map(|comparison| comparison.measured.value)),
        ("差额", comparison.map(|comparison| comparison.margin.value)),
        ("阈值", comparison.map(|comparison| comparison.threshold.value.value)),
    ] {
        for text in case.all(key) {
            check(key, text, format!("{found:?}"), near(text, found));
        }
    }
    if let Some(expected) = case.one("标记") {
        let found = if finding.is_flagged() { finding.flag.map_or("no", |kind| kind.as_str()) } else { "no" };
        check("标记", expected, found.to_owned(), found == expected);
    }
    if let Some(expected) = case.one("阶段") {
        let found = finding.stage.as_ref().map_or("（无）", |stage| stage.stage.label_zh());
        check("阶段", expected, found.to_owned(), found == expected);
    }
    if let Some(expected) = case.one("由来") {
        let found = comparison.map(|comparison| comparison.threshold.derivation.text()).unwrap_or_default();
        check("由来", expected, found.clone(), found.contains(expected));
    }
    if let Some(expected) = case.one("条件") {
        let found = match &finding.outcome {
            Outcome::NotApplicable { condition } => condition.label.clone(),
            other => format!("{other:?}"),
        };
        check("条件", expected, found.clone(), found.contains(expected));
    }
    let missing: Vec<&str> = match &finding.outcome {
        Outcome::Undetermined { missing } => missing.iter().map(|missing| missing.name.as_str()).collect(),
        Outcome::Compared(_) | Outcome::NotApplicable { .. } => Vec::new(),
    };
    if let Some(expected) = case.one("缺少") {
        check("缺少", expected, missing.join("、"), missing == expected.split('、').collect::<Vec<_>>());
    }
    let plain = |text: &str| text.replace('\u{202f}', " ");
    let clearance: Vec<String> = comparison
        .map(|comparison| comparison.clearance.iter().map(|change| plain(&change.text())).collect())
        .unwrap_or_default();
    for expected in case.all("消除") {
        check("消除", expected, clearance.join("；"), clearance.iter().any(|text| text.starts_with(expected.as_str())));
    }
    for expected in case.all("提示") {
        let notes: Vec<String> = finding.notes.iter().map(|note| plain(&note.text)).collect();
        check("提示", expected, notes.join("；"), notes.iter().any(|note| note.contains(expected.as_str())));
    }
    wrong
}

#[test]
fn every_case_comes_out_as_written() {
    let wrong: Vec<String> = cases().iter().flat_map(|case| complaints(case, &case.finding())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cases_use_only_words_that_are_checked() {
    let known = BTreeSet::from([
        "类别",
        "基准日",
        "对象",
        "行政区划",
        "表",
        "结果",
        "实测",
        "差额",
        "阈值",
        "标记",
        "阶段",
        "由来",
        "条件",
        "缺少",
        "消除",
        "提示",
    ]);
    for case in cases() {
        for key in case.said.keys() {
            assert!(known.contains(key.as_str()), "{}「{}」：不认识的“{key}”", case.rule, case.title);
        }
    }
}

/// What a set of cases must hold for a rule: each kind of outcome, the threshold itself, its first day and the day before,
/// each condition failing, and each input of a verdict missing.
fn gaps(rule: &Rule, cases: &[Case]) -> Vec<String> {
    let of_rule: Vec<&Case> = cases.iter().filter(|case| case.rule == rule.id.as_str()).collect();
    let held: BTreeSet<&str> = of_rule.iter().flat_map(|case| case.categories()).collect();
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    if rule.thresholds.iter().all(|threshold| matches!(threshold.value, ThresholdValue::Unset { .. })) {
        wanted.insert("undetermined".to_owned());
    } else {
        wanted.extend(["met", "unmet", "at-threshold"].map(str::to_owned));
    }
    if first_day(rule).is_some() {
        wanted.extend(["day-before", "first-day"].map(str::to_owned));
    }
    if day_after(rule).is_some() {
        wanted.extend(["last-day", "day-after"].map(str::to_owned));
    }
    wanted.extend(rule.applies_when.iter().map(|condition| format!("not-applicable:{}", condition.as_str())));
    for case in of_rule.iter().filter(|case| case.categories().iter().any(|word| ["met", "unmet"].contains(word))) {
        if let Some(comparison) = case.finding().comparison() {
            wanted.extend(comparison.inputs.iter().map(|input| format!("missing:{}", input.name.as_str())));
        }
    }
    wanted.into_iter().filter(|word| !held.contains(word.as_str())).map(|word| format!("{}：缺“{word}”", rule.id)).collect()
}

fn first_day(rule: &Rule) -> Option<chrono::NaiveDate> {
    rule.thresholds.first().and_then(|first| first.effective_from)
}

fn day_after(rule: &Rule) -> Option<chrono::NaiveDate> {
    rule.thresholds.last().and_then(|last| last.effective_until)
}

#[test]
fn every_rule_has_every_kind_of_case() {
    let cases = cases();
    let missing: Vec<String> = RULEBOOK.rules().flat_map(|rule| gaps(rule, &cases)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    for case in &cases {
        assert!(RULEBOOK.rule(&case.rule).is_some(), "案例 {} 没有对应的规则", case.rule);
    }
}

#[test]
fn a_rule_without_cases_is_noticed() {
    let cases: Vec<Case> = cases().into_iter().filter(|case| !case.categories().contains(&"at-threshold")).collect();
    let rule = RULEBOOK.rule("far-benchmark").expect("the rule");
    assert_eq!(gaps(rule, &cases), ["far-benchmark：缺“at-threshold”"]);
}

/// A category is a promise about the case; these are the ones that can be checked.
#[test]
fn a_case_is_of_the_category_it_claims() {
    for case in cases() {
        let finding = case.finding();
        let code = OutcomeCode::of(&finding.outcome);
        let rule = RULEBOOK.rule(&case.rule).expect("the rule");
        let on = day(case.one("基准日").expect("基准日"));
        for category in case.categories() {
            let right = match category {
                "met" => code == OutcomeCode::Met,
                "unmet" => matches!(code, OutcomeCode::Unmet | OutcomeCode::Discretion),
                "undetermined" => code == OutcomeCode::Undetermined,
                "at-threshold" => finding.comparison().is_some_and(|comparison| comparison.margin.value == 0.0),
                "day-before" => on.succ_opt() == first_day(rule),
                "first-day" => Some(on) == first_day(rule),
                "last-day" => on.succ_opt() == day_after(rule),
                "day-after" => Some(on) == day_after(rule) && code == OutcomeCode::NotApplicable,
                other => match other.split_once(':') {
                    // Without the record of a stop there is nothing to judge; any other fact that is missing is undetermined.
                    Some(("missing", "stopped_on")) => code == OutcomeCode::NotApplicable,
                    Some(("missing", _)) => code == OutcomeCode::Undetermined,
                    Some(("not-applicable", word)) => {
                        let condition = AppliesWhen::from_code(word).expect("a condition");
                        code == OutcomeCode::NotApplicable && rule.applies_when.contains(&condition)
                    }
                    _ => panic!("{}「{}」：不认识的类别“{other}”", case.rule, case.title),
                },
            };
            assert!(right, "{}「{}」不是“{category}”：{code:?}", case.rule, case.title);
        }
    }
}
