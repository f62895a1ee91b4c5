//! The numbers of the law, written down once more by hand from the sources, so that no slip in a rule file goes unseen.
//! When a rule changes, a person reads the source and changes this file too.

use mujun_domain::rulebook::ThresholdValue;
use mujun_domain::{Certainty, Compare, FactName, Force, Kind, ParameterName, Quantity, Unit};

use crate::shelf::{RULEBOOK, day};

fn fixed(rule: &str) -> (Force, Compare, Quantity) {
    let rule = RULEBOOK.rule(rule).expect("the rule");
    assert_eq!(rule.thresholds.len(), 1);
    match rule.thresholds[0].value {
        ThresholdValue::Fixed(value) => (rule.force, rule.compare, value),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn the_rules_are_these_seven_in_three_voices() {
    let rules: Vec<(&str, Force, Option<Kind>)> =
        RULEBOOK.rules().map(|rule| (rule.id.as_str(), rule.force, rule.flag)).collect();
    assert_eq!(
        rules,
        [
            ("approved-not-supplied", Force::Binding, Some(Kind::ApprovedNotSupplied)),
            ("construction-overdue", Force::Binding, Some(Kind::SuppliedNotUsed)),
            ("density-cap-of-upgrades", Force::Binding, None),
            ("far-below-contract", Force::Binding, Some(Kind::Underused)),
            ("far-benchmark", Force::Benchmark, None),
            ("far-floor-of-upgrades-general", Force::Guidance, None),
            ("far-floor-of-upgrades-table", Force::Binding, None),
        ]
    );
}

/// 《方案》：建筑密度上限统一按照60%控制.
#[test]
fn the_building_density_of_upgrades_is_at_most_sixty_per_cent() {
    assert_eq!(fixed("density-cap-of-upgrades"), (Force::Binding, Compare::AtMost, Quantity::new(0.6, Unit::Share)));
}

/// 《方案》：一般不低于1.5. “一般” advises.
#[test]
fn the_plot_ratio_of_upgrades_is_generally_at_least_one_and_a_half() {
    assert_eq!(fixed("far-floor-of-upgrades-general"), (Force::Guidance, Compare::AtLeast, Quantity::new(1.5, Unit::Ratio)));
    assert_eq!(fixed("far-benchmark"), (Force::Benchmark, Compare::AtLeast, Quantity::new(1.5, Unit::Ratio)));
}

/// 《方案》：2014 indicator, 上浮0.5执行. The table itself is not public.
#[test]
fn the_table_floor_is_the_2014_value_plus_a_half_and_the_table_is_empty() {
    let rule = RULEBOOK.rule("far-floor-of-upgrades-table").expect("the rule");
    assert_eq!(rule.compare, Compare::AtLeast);
    assert_eq!(rule.thresholds[0].value, ThresholdValue::Table { table: "zj-2014".to_owned(), plus: 0.5 });
    let table = RULEBOOK.table("zj-2014").expect("the table");
    assert!(table.rows.is_empty());
    assert_eq!(table.code_edition, None);
    assert_eq!(table.certainty, Certainty::Unknown);
    let document = RULEBOOK.documents().find(|document| document.id == table.document).expect("its document");
    assert_eq!(document.number.as_deref(), Some("浙土资发〔2014〕4号"), "not 16号");
    assert_eq!(document.dated, Some(day("2014-01-15")));
}

#[test]
fn the_contract_sets_its_own_floor() {
    let rule = RULEBOOK.rule("far-below-contract").expect("the rule");
    assert_eq!(rule.thresholds[0].value, ThresholdValue::Fact(FactName::ContractFarMin));
}

/// The Plan is of 2023-03-30 and names no other day.
#[test]
fn every_rule_takes_force_on_the_day_of_the_plan() {
    for rule in RULEBOOK.rules() {
        assert_eq!(rule.thresholds[0].effective_from, day("2023-03-30"), "{}", rule.id);
        assert_eq!(rule.thresholds[0].effective_until, None, "{}", rule.id);
    }
}

/// 令第53号 art. 2 (one year) and art. 14 (two years), in force from 2012-07-01; 8 m from the note on the indicators.
#[test]
fn the_parameters_are_those_of_their_sources() {
    let is = |name, on: &str| RULEBOOK.parameter(name, day(on)).map(|parameter| parameter.value);
    assert_eq!(is(ParameterName::IdleAfter, "2024-06-30"), Some(Quantity::new(1.0, Unit::Year)));
    assert_eq!(is(ParameterName::ReclaimableAfter, "2024-06-30"), Some(Quantity::new(2.0, Unit::Year)));
    assert_eq!(is(ParameterName::IdleAfter, "2012-06-30"), None);
    assert_eq!(is(ParameterName::IdleAfter, "2012-07-01"), Some(Quantity::new(1.0, Unit::Year)));
    assert_eq!(is(ParameterName::TallStoreyHeight, "2024-06-30"), Some(Quantity::new(8.0, Unit::Metre)));
    assert_eq!(is(ParameterName::TallStoreyFactor, "2024-06-30"), Some(Quantity::new(2.0, Unit::Ratio)));
    assert_eq!(is(ParameterName::ApprovalLapseAfter, "2024-06-30"), Some(Quantity::new(2.0, Unit::Year)));
    for name in ParameterName::ALL {
        assert!(is(name, "2026-06-30").is_some(), "{} has a value today", name.as_str());
    }
}

#[test]
fn the_sliver_tolerance_is_said_to_be_a_setting_and_no_rule() {
    for name in [ParameterName::SliverMinArea, ParameterName::SliverMinWidth] {
        let parameter = RULEBOOK.parameter(name, day("2024-06-30")).expect("a value");
        assert_eq!(parameter.citation.certainty, Certainty::Proposed);
        assert!(parameter.citation.text().contains("非任何机关规定"));
    }
}

#[test]
fn what_is_paraphrased_is_marked_wherever_it_is_cited() {
    let idle = RULEBOOK.parameter(ParameterName::IdleAfter, day("2024-06-30")).expect("a value");
    assert_eq!(idle.citation.quote, None);
    assert!(idle.citation.text().contains("转述，非原文"), "{}", idle.citation.text());
    let cap = RULEBOOK.rule("density-cap-of-upgrades").expect("the rule");
    assert!(cap.thresholds[0].citation.text().contains("建筑密度上限统一按照60%控制"));
}

#[test]
fn no_binding_rule_rests_on_words_that_were_not_read() {
    for rule in RULEBOOK.rules().filter(|rule| rule.force == Force::Binding) {
        for threshold in &rule.thresholds {
            assert!(threshold.citation.certainty.may_bind(), "{}", rule.id);
        }
    }
}
