//! What an evaluation looks like from outside: the JSON that is stored and served, and the lines that a clerk reads.

use mujun_domain::{FactName, Outcome, SubjectKind, Verdict, evaluate};
use serde_json::{Value, json};

use crate::shelf::{RULEBOOK, day, facts};

use FactName::{ContractFarMin, CountingFloorArea, FootprintArea, Operating, SiteArea};

fn plain(text: &str) -> String {
    text.replace('\u{202f}', " ")
}

/// The example of the parcel card: 19 246.00 ÷ 23 466.67 against a contract's 1.5.
fn underused() -> mujun_domain::Evaluation {
    let facts = facts(
        SubjectKind::Parcel,
        &[
            (SiteArea, "23466.67"),
            (CountingFloorArea, "19246"),
            (FootprintArea, "9000"),
            (ContractFarMin, "1.5"),
            (Operating, "yes"),
        ],
    );
    evaluate(&facts, &RULEBOOK, day("2024-06-30"))
}

#[test]
fn the_arithmetic_can_be_followed_with_a_pocket_calculator() {
    let evaluation = underused();
    let comparison = evaluation.findings["far-below-contract"].comparison().expect("compared");
    let lines: Vec<String> = comparison.arithmetic().iter().map(|line| plain(line)).collect();
    assert_eq!(lines, ["容积率 = 计容建筑面积 ÷ 土地面积 = 19 246.00 ÷ 23 466.67 = 0.8201", "下限 1.5 → 差 0.6799"]);
    let clearance: Vec<String> = comparison.clearance.iter().map(|change| plain(&change.text())).collect();
    assert_eq!(clearance, ["需增计容建筑面积 15 954.01 m²", "或按现有基底 9 000.00 m² 加 2 层", "或核减土地面积 10 636.01 m²"]);
}

#[test]
fn the_json_of_a_finding_holds_all_that_a_script_needs() {
    let value = serde_json::to_value(underused()).expect("JSON");
    let finding = &value["findings"]["far-below-contract"];
    assert_eq!(value["as_of"], "2024-06-30");
    assert_eq!(value["rulebook"], json!(RULEBOOK.digest().as_ref()));
    assert_eq!(finding["outcome"], "unmet");
    assert_eq!(finding["outcome_label"], "不通过");
    assert_eq!(finding["flag"], "underused");
    assert_eq!(finding["flag_label"], "用而未尽 · 疑似");
    let result = &finding["result"];
    assert_eq!(result["type"], "compared");
    assert_eq!(result["measured"]["name"], "plot_ratio");
    assert_eq!(result["measured"]["unit"], "ratio");
    assert_eq!(result["threshold"]["value"], 1.5);
    assert_eq!(result["threshold"]["compare"], "at_least");
    assert_eq!(result["threshold"]["text"], "≥ 1.5");
    assert_eq!(result["threshold"]["derivation"], "合同约定容积率下限 1.5");
    assert_eq!(result["threshold"]["effective_from"], "2023-03-30");
    assert_eq!(result["threshold"]["citation"]["document_id"], "grant-contract");
    let names: Vec<&str> =
        result["inputs"].as_array().expect("a list").iter().filter_map(|input| input["name"].as_str()).collect();
    assert_eq!(names, ["counting_floor_area", "site_area", "contract_far_min", "operating"]);
    assert_eq!(result["inputs"][0]["value"], 19246.0);
    assert_eq!(result["inputs"][0]["unit"], "m2");
    assert_eq!(result["inputs"][0]["source"]["register"], "case");
    assert_eq!(result["steps"][0]["operator"], "divide");
    assert_eq!(result["steps"][0]["operands"][1], json!({"kind": "fact", "name": "site_area", "value": 23466.67}));
    assert_eq!(result["clearance"][0]["change"], "add_floor_area");
    assert_eq!(result["clearance"][0]["value"], 15954.01);
}

#[test]
fn the_verdict_can_be_recomputed_from_the_json_alone() {
    let value = serde_json::to_value(underused()).expect("JSON");
    let mut compared = 0;
    for (rule, finding) in value["findings"].as_object().expect("findings") {
        let result = &finding["result"];
        if result["type"] != "compared" {
            continue;
        }
        compared += 1;
        let number = |value: &Value| value.as_f64().expect("a number");
        let step = &result["steps"][0];
        let measured = number(&step["operands"][0]["value"]) / number(&step["operands"][1]["value"]);
        assert_eq!(measured, number(&result["measured"]["value"]), "{rule}");
        let kept = match result["threshold"]["compare"].as_str() {
            Some("at_least") => measured >= number(&result["threshold"]["value"]),
            _ => measured <= number(&result["threshold"]["value"]),
        };
        assert_eq!(kept, finding["outcome"] == "met", "{rule}");
    }
    assert_eq!(compared, 2);
}

#[test]
fn a_benchmark_missed_is_below_the_reference_and_no_breach() {
    let evaluation = underused();
    let finding = &evaluation.findings["far-benchmark"];
    assert_eq!(finding.outcome_label(), "低于参考值");
    assert!(!finding.is_flagged());
    assert_eq!(finding.flag_label(), None);
    // Not even if a flag slipped past the check of the rulebook.
    let slipped = mujun_domain::Finding { flag: Some(mujun_domain::Kind::Underused), ..finding.clone() };
    assert!(!slipped.is_flagged());
}

#[test]
fn what_is_missing_says_what_to_go_and_find_out() {
    let facts = facts(SubjectKind::Parcel, &[(SiteArea, "10000"), (CountingFloorArea, "99000")]);
    let evaluation = evaluate(&facts, &RULEBOOK, day("2024-06-30"));
    let Outcome::Undetermined { missing } = &evaluation.findings["far-floor-of-upgrades-table"].outcome else {
        panic!("not undetermined");
    };
    let names: Vec<&str> = missing.iter().map(|missing| missing.name.as_str()).collect();
    assert_eq!(names, ["upgrade_approved", "general_purpose_factory", "conforms_to_plan", "table_value"]);
    assert!(missing.iter().all(|missing| !missing.how.is_empty() && !missing.label.is_empty()));
    assert!(missing.as_slice()[3].how.contains("浙土资发〔2014〕4号"));
}

#[test]
fn a_value_beside_its_limit_is_shown_with_enough_decimals_to_tell_them_apart() {
    let near = |floor: &str| {
        let facts = facts(SubjectKind::Parcel, &[(SiteArea, "1000000"), (CountingFloorArea, floor)]);
        let evaluation = evaluate(&facts, &RULEBOOK, day("2024-06-30"));
        let comparison = evaluation.findings["far-benchmark"].comparison().expect("compared").clone();
        (plain(&comparison.measured_text()), plain(&comparison.arithmetic()[0]), comparison.margin_text())
    };
    let (text, line, margin) = near("1499999");
    assert_eq!(text, "1.499999");
    assert!(line.ends_with("= 1.499999"), "{line}");
    assert_eq!(margin, "差 0.000001");
    assert_eq!(near("1495000").0, "1.4950");
    assert_eq!(near("820000").0, "0.82");
    assert_eq!(near("1500000").2, "恰好相等");
    assert_eq!(near("1600000").2, "富余 0.1000");
}

#[test]
fn findings_come_in_the_order_of_their_ids_and_only_about_that_kind_of_subject() {
    let evaluation = evaluate(&facts(SubjectKind::Parcel, &[]), &RULEBOOK, day("2024-06-30"));
    let ids: Vec<&str> = evaluation.findings.keys().map(|id| id.as_str()).collect();
    let about = |rule: &&mujun_domain::Rule| rule.subjects.contains(&SubjectKind::Parcel) && rule.divisions.is_empty();
    assert_eq!(ids, RULEBOOK.rules().filter(about).map(|rule| rule.id.as_str()).collect::<Vec<_>>());
    assert!(ids.is_sorted() && ids.len() >= 15);
    for finding in evaluation.findings.values() {
        assert!(finding.comparison().is_none(), "{}: nothing known, nothing passes", finding.rule);
    }
}

#[test]
fn a_rule_of_one_place_says_nothing_elsewhere() {
    let of = |division: Option<&str>| {
        let mut parcel = facts(SubjectKind::Parcel, &[]);
        parcel.subject.division = division.map(|code| mujun_domain::DivisionCode::parse(code).expect("a division"));
        let evaluation = evaluate(&parcel, &RULEBOOK, day("2024-06-30"));
        let local = |word: &str| evaluation.findings.keys().filter(|id| id.as_str().starts_with(word)).count();
        (local("pinghu"), local("xiuzhou"))
    };
    assert_eq!(of(Some("330482")), (5, 0));
    assert_eq!(of(Some("330411")), (0, 1));
    assert_eq!(of(Some("330402")), (0, 0));
    assert_eq!(of(None), (0, 0));
}

#[test]
fn an_exception_is_put_beside_a_discretion_and_decides_nothing() {
    let below = [
        (FactName::SiteArea, "10000"),
        (FactName::CountingFloorArea, "14000"),
        (FactName::UpgradeApproved, "yes"),
        (FactName::GeneralPurposeFactory, "yes"),
        (FactName::ConformsToPlan, "yes"),
        (FactName::ExceptionDocument, "工艺需要大跨度单层厂房（某政函〔2024〕1号）"),
    ];
    let evaluation = evaluate(&facts(SubjectKind::Parcel, &below), &RULEBOOK, day("2024-06-30"));
    let finding = &evaluation.findings["far-floor-of-upgrades-general"];
    assert_eq!(finding.comparison().map(|comparison| comparison.verdict), Some(Verdict::Discretion));
    assert!(finding.notes.iter().any(|note| note.text.contains("某政函〔2024〕1号")), "{:?}", finding.notes);
    let density = &evaluation.findings["density-cap-of-upgrades"];
    assert!(density.notes.is_empty());
}
