//! The numbers of the law, written down once more by hand from the sources, so that no slip in a rule file goes unseen.
//! When a rule changes, a person reads the source and changes this file too.

use mujun_domain::rulebook::{AppliesWhen, ThresholdValue};
use mujun_domain::{
    Certainty, Compare, FactName, Force, IndustryCode, IndustryEdition, Kind, Measure, ParameterName, Quantity, Unit,
};

use crate::shelf::{RULEBOOK, day, files, parsed};

fn fixed(rule: &str) -> (Force, Compare, Quantity) {
    let rule = RULEBOOK.rule(rule).expect("the rule");
    assert_eq!(rule.thresholds.len(), 1);
    match rule.thresholds[0].value {
        ThresholdValue::Fixed(value) => (rule.force, rule.compare, value),
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn the_rules_are_these_in_three_voices() {
    use Force::{Benchmark, Binding, Guidance};
    let rules: Vec<(&str, Force, Option<Kind>)> =
        RULEBOOK.rules().map(|rule| (rule.id.as_str(), rule.force, rule.flag)).collect();
    assert_eq!(
        rules,
        [
            ("approved-not-supplied", Binding, Some(Kind::ApprovedNotSupplied)),
            ("built-share", Benchmark, None),
            ("construction-overdue", Binding, Some(Kind::SuppliedNotUsed)),
            ("construction-stopped-area", Binding, Some(Kind::SuppliedNotUsed)),
            ("construction-stopped-investment", Binding, Some(Kind::SuppliedNotUsed)),
            ("density-cap-of-upgrades", Binding, None),
            ("far-below-contract", Binding, Some(Kind::Underused)),
            ("far-below-national-table", Guidance, None),
            ("far-below-plan-condition", Binding, Some(Kind::Underused)),
            ("far-benchmark", Benchmark, None),
            ("far-floor-of-upgrades-general", Guidance, None),
            ("far-floor-of-upgrades-table", Binding, None),
            ("green-share", Benchmark, None),
            ("m0-density", Benchmark, None),
            ("m0-far-max", Benchmark, None),
            ("m0-far-min", Benchmark, None),
            ("m0-tax", Benchmark, None),
            ("office-floor-share", Benchmark, None),
            ("office-land-share", Guidance, None),
            ("pinghu-grade-d", Guidance, Some(Kind::Underused)),
            ("pinghu-small-firm-land", Guidance, Some(Kind::Underused)),
            ("pinghu-tax-10", Benchmark, None),
            ("pinghu-tax-3", Guidance, Some(Kind::Underused)),
            ("pinghu-tax-5", Benchmark, None),
            ("site-coverage-2004", Guidance, None),
            ("site-coverage-2023", Benchmark, None),
            ("tax-above-scale", Guidance, Some(Kind::Underused)),
            ("tax-below-scale", Guidance, Some(Kind::Underused)),
            ("xiuzhou-tax-10", Benchmark, None),
        ]
    );
}

/// An edition that was used is never changed: whoever cites its digest must find the same law.
#[test]
fn the_edition_of_2023_keeps_its_digest() {
    let mut files = files();
    files.edition = "jiaxing-2023".to_owned();
    let digest = "1d5436ef7524da36d20e34fc02b2ac64da8b45f03fb80a5e65e24f7e7e5d9861";
    assert_eq!(&**parsed(&files).digest(), digest);
}

/// 令第53号 art. 2: below one third of the area, below 25 % of the investment, stopped for a year.
#[test]
fn stopped_work_is_judged_by_a_third_of_the_area_and_a_quarter_of_the_investment() {
    let share = |value| (Force::Binding, Compare::AtLeast, Quantity::new(value, Unit::Share));
    assert_eq!(fixed("construction-stopped-area"), share(1.0 / 3.0));
    assert_eq!(fixed("construction-stopped-investment"), share(0.25));
    for rule in ["construction-stopped-area", "construction-stopped-investment"] {
        assert_eq!(RULEBOOK.rule(rule).expect("the rule").applies_when, [AppliesWhen::ConstructionStopped]);
    }
}

/// 嘉政办发〔2021〕5号: 规上 10 万元/亩 over three years, 规下 3 万元/亩. 平政发〔2022〕15号: 3, 5, 10 万元/亩, D two years, 20 亩.
#[test]
fn the_local_thresholds_are_those_of_their_own_place_and_time() {
    let rate = |value| Quantity::new(value, Unit::WanYuanPerMu);
    assert_eq!(fixed("tax-above-scale"), (Force::Guidance, Compare::AtLeast, rate(10.0)));
    assert_eq!(fixed("tax-below-scale"), (Force::Guidance, Compare::AtLeast, rate(3.0)));
    assert_eq!(RULEBOOK.rule("tax-above-scale").map(|rule| rule.measure), Some(Measure::TaxPerMuThreeYears));
    assert_eq!(RULEBOOK.rule("tax-below-scale").map(|rule| rule.measure), Some(Measure::TaxPerMuOneYear));
    assert_eq!(fixed("pinghu-tax-3"), (Force::Guidance, Compare::AtLeast, rate(3.0)));
    assert_eq!(fixed("pinghu-tax-5"), (Force::Benchmark, Compare::AtLeast, rate(5.0)));
    assert_eq!(fixed("pinghu-tax-10"), (Force::Benchmark, Compare::AtLeast, rate(10.0)));
    assert_eq!(fixed("pinghu-grade-d"), (Force::Guidance, Compare::Below, Quantity::new(2.0, Unit::Year)));
    let twenty_mu = Quantity::new(mujun_domain::Area::from_mu(20.0).m2(), Unit::SquareMetre);
    assert_eq!(fixed("pinghu-small-firm-land"), (Force::Guidance, Compare::Below, twenty_mu));
    assert_eq!(fixed("xiuzhou-tax-10"), (Force::Benchmark, Compare::AtLeast, rate(10.0)));
    for rule in RULEBOOK.rules() {
        let place = rule.divisions.iter().map(|division| division.as_str()).collect::<Vec<_>>();
        let name = rule.id.as_str();
        let expected: &[&str] = match name.split('-').next() {
            Some("pinghu") => &["330482"],
            Some("xiuzhou") => &["330411"],
            _ => &[],
        };
        assert_eq!(place, expected, "{name}");
        let until = if name.starts_with("pinghu") { Some(day("2025-01-01")) } else { None };
        assert_eq!(rule.thresholds[0].effective_until, until, "{name}");
    }
}

/// 2004 indicators: 30 %, 7 %. What is only recalled of 2023 (40 %, 15 %, 20 %) never binds and never advises.
#[test]
fn what_is_only_recalled_is_a_benchmark() {
    let share = |value| Quantity::new(value, Unit::Share);
    assert_eq!(fixed("site-coverage-2004"), (Force::Guidance, Compare::AtLeast, share(0.30)));
    assert_eq!(fixed("office-land-share"), (Force::Guidance, Compare::AtMost, share(0.07)));
    assert_eq!(fixed("site-coverage-2023"), (Force::Benchmark, Compare::AtLeast, share(0.40)));
    assert_eq!(fixed("office-floor-share"), (Force::Benchmark, Compare::AtMost, share(0.15)));
    assert_eq!(fixed("green-share"), (Force::Benchmark, Compare::AtMost, share(0.20)));
    for rule in RULEBOOK.rules() {
        let recalled = rule.thresholds.iter().any(|threshold| threshold.citation.certainty >= Certainty::Recalled);
        assert!(!recalled || rule.force == Force::Benchmark, "{}", rule.id);
    }
}

/// 嘉土告开字[2026]01号: 2.0–4.0, 50 %, 38.5 万元/亩; the conditions of two plots, not a rule of the city.
#[test]
fn innovative_industrial_land_is_held_against_the_listing_for_comparison_only() {
    assert_eq!(fixed("m0-far-min"), (Force::Benchmark, Compare::AtLeast, Quantity::new(2.0, Unit::Ratio)));
    assert_eq!(fixed("m0-far-max"), (Force::Benchmark, Compare::AtMost, Quantity::new(4.0, Unit::Ratio)));
    assert_eq!(fixed("m0-density"), (Force::Benchmark, Compare::AtMost, Quantity::new(0.5, Unit::Share)));
    assert_eq!(fixed("m0-tax"), (Force::Benchmark, Compare::AtLeast, Quantity::new(38.5, Unit::WanYuanPerMu)));
}

/// The table in circulation, by GB/T 4754-2002: 29 is rubber, 31 non-metallic minerals, 40 electronics.
#[test]
fn the_national_table_is_keyed_by_the_edition_of_2002() {
    let table = RULEBOOK.table("national-2008").expect("the table");
    assert_eq!(table.code_edition, Some(IndustryEdition::Y2002));
    assert_eq!(table.rows.len(), 30);
    let floors = [
        (0.5, "25"),
        (0.6, "26 32 33"),
        (0.7, "27 31 34 35 36 37 39 43"),
        (0.8, "17 20 21 22 23 28 29"),
        (1.0, "13 14 15 16 18 19 24 30 40 41 42"),
    ];
    for (floor, codes) in floors {
        for code in codes.split(' ') {
            let industry = IndustryCode::parse(IndustryEdition::Y2002, code).expect("a code");
            assert_eq!(table.value(industry), Ok(Quantity::new(floor, Unit::Ratio)), "{code}");
        }
    }
    let name = |code| RULEBOOK.industry_name(IndustryCode::parse(IndustryEdition::Y2002, code).expect("a code"));
    assert_eq!((name("29"), name("31")), (Some("橡胶制品业"), Some("非金属矿物制品业")));
    assert_eq!(name("40"), Some("通信设备、计算机及其他电子设备制造业"));
}

/// domain.md § 3.3: 29+30 → 29; 31 → 30; 37 → 36+37; 24 and 42 → 24 and 41; 43 → 42. Worked out, not read.
#[test]
fn the_mapping_of_the_editions_is_marked_as_worked_out() {
    let of = |edition, code| IndustryCode::parse(edition, code).expect("a code");
    for edition in [IndustryEdition::Y2011, IndustryEdition::Y2017] {
        let map = RULEBOOK.code_map(of(edition, "29"), IndustryEdition::Y2002).expect("a mapping");
        assert_eq!(map.certainty, Certainty::Inferred);
        let old = |code| map.candidates(of(edition, code)).iter().map(|old| old.division()).collect::<Vec<_>>().join(" ");
        assert_eq!(old("29"), "29 30");
        assert_eq!(["30", "36", "37", "42"].map(old), ["31", "37", "37", "43"]);
        assert_eq!(["24", "41", "43"].map(old), ["24 42", "42", ""]);
    }
    assert!(RULEBOOK.code_map(of(IndustryEdition::Y2002, "29"), IndustryEdition::Y2002).is_none());
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

/// The Plan is of 2023-03-30 and names no other day; the local texts are dated by their publication, the rest is not dated.
#[test]
fn every_rule_takes_force_on_the_day_of_its_text() {
    for rule in RULEBOOK.rules() {
        let from = match rule.id.as_str() {
            "tax-above-scale" | "tax-below-scale" => Some("2021-02-03"),
            "xiuzhou-tax-10" | "site-coverage-2023" | "office-floor-share" => Some("2023-06-25"),
            "built-share" | "far-below-national-table" | "site-coverage-2004" | "office-land-share" | "green-share" => None,
            name if name.starts_with("pinghu") => Some("2022-04-22"),
            name if name.starts_with("m0-") => Some("2026-01-01"),
            _ => Some("2023-03-30"),
        };
        assert_eq!(rule.thresholds[0].effective_from, from.map(day), "{}", rule.id);
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
    assert_eq!(is(ParameterName::StoppedAfter, "2024-06-30"), Some(Quantity::new(1.0, Unit::Year)));
    assert_eq!(is(ParameterName::StoppedAfter, "2012-06-30"), None);
    assert_eq!(is(ParameterName::IdleFeeShare, "2024-06-30"), Some(Quantity::new(0.2, Unit::Share)));
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
