//! What must hold of every subject and every day, whatever the rulebook says.

use std::collections::BTreeSet;

use chrono::{Days, Months, NaiveDate};
use mujun_domain::finding::OutcomeCode;
use mujun_domain::{
    Clearance, Compare, Comparison, Evaluation, Fact, FactName, FactValue, Finding, Measure, Outcome, Quantity, RuleId, Rulebook,
    RulebookFiles, Screen, SubjectFacts, SubjectKind, Unit, ValueKind, Verdict, evaluate,
};
use proptest::prelude::*;

use crate::cases::with_row;
use crate::shelf::{RULEBOOK, fact, files, parsed, subject};

/// The rulebook with an illustrative row, so that the table rule can be decided for some subjects.
static LOADED: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(|| with_row("zj-2014 GB/T 4754-2017 35 = 1.0"));

fn days() -> impl Strategy<Value = NaiveDate> {
    (0..3000i64).prop_map(|days| NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day") + chrono::Duration::days(days))
}

/// Plausible values, often equal to one another or to a limit.
fn value(name: FactName) -> BoxedStrategy<Fact> {
    let text = match name.value_kind() {
        ValueKind::Quantity(Unit::Day) => prop::sample::select(vec!["0", "1", "30", "400"]).prop_map(str::to_owned).boxed(),
        ValueKind::Quantity(Unit::Year) => prop::sample::select(vec!["0", "1", "2", "3"]).prop_map(str::to_owned).boxed(),
        ValueKind::Quantity(Unit::Ratio) => {
            prop::sample::select(vec!["0", "0.5", "0.6", "1.2", "1.5", "2"]).prop_map(str::to_owned).boxed()
        }
        ValueKind::Quantity(_) => prop_oneof![
            prop::sample::select(vec!["0", "0.01", "6000", "10000", "12000", "15000", "-1"]).prop_map(str::to_owned),
            (0.0..50_000.0f64).prop_map(|number| format!("{number:.2}")),
        ]
        .boxed(),
        ValueKind::Date => days().prop_map(|day| day.to_string()).boxed(),
        ValueKind::Flag => prop::sample::select(vec!["yes", "yes", "yes", "no"]).prop_map(str::to_owned).boxed(),
        ValueKind::Construction => (prop::sample::select(vec!["not_started", "started", "finished"]), prop::option::of(days()))
            .prop_map(|(state, seen)| seen.map_or(state.to_owned(), |seen| format!("{state} @ {seen}")))
            .boxed(),
        ValueKind::Industry => prop::sample::select(vec!["GB/T 4754-2017 35", "GB/T 4754-2017 36", "GB/T 4754-2002 35"])
            .prop_map(str::to_owned)
            .boxed(),
        ValueKind::Text => Just("文字".to_owned()).boxed(),
    };
    text.prop_map(move |text| fact(name, &text)).boxed()
}

/// A subject of which most facts are known; the parts of an approval mostly add up.
fn subjects() -> impl Strategy<Value = SubjectFacts> {
    let facts: Vec<_> = FactName::ALL.iter().map(|name| (Just(*name), prop::option::weighted(0.9, value(*name)))).collect();
    let kinds = prop::sample::select(SubjectKind::ALL.to_vec());
    (kinds, facts, prop::bool::weighted(0.9)).prop_map(|(kind, facts, balanced)| {
        let mut subject = subject(kind);
        for (name, fact) in facts {
            if let Some(fact) = fact {
                subject.insert(name, fact);
            }
        }
        if balanced {
            balance(&mut subject);
        }
        subject
    })
}

fn balance(facts: &mut SubjectFacts) {
    let parts = [FactName::SuppliedOverlapArea, FactName::DeductedArea, FactName::SliverArea, FactName::LeftoverArea];
    let number = |name: FactName| facts.known(name).and_then(|known| quantity(known.value));
    let sum: Option<f64> = parts.into_iter().map(number).sum();
    if let (Some(sum), true) = (sum, facts.known(FactName::ApprovedGroundArea).is_some()) {
        facts.insert(FactName::ApprovedGroundArea, fact(FactName::ApprovedGroundArea, &sum.to_string()));
    }
}

fn quantity(value: &FactValue) -> Option<f64> {
    match value {
        FactValue::Quantity(quantity) => Some(quantity.value),
        _ => None,
    }
}

fn bytes(evaluation: &Evaluation) -> Vec<u8> {
    serde_json::to_vec(evaluation).expect("JSON")
}

fn compared(evaluation: &Evaluation) -> impl Iterator<Item = (&RuleId, &Finding, &Comparison)> {
    evaluation.findings.iter().filter_map(|(id, finding)| finding.comparison().map(|comparison| (id, finding, comparison)))
}

fn code(evaluation: &Evaluation, rule: &RuleId) -> OutcomeCode {
    OutcomeCode::of(&evaluation.findings[rule].outcome)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_question_has_the_same_bytes_for_an_answer(facts in subjects(), as_of in days()) {
        prop_assert_eq!(bytes(&evaluate(&facts, &LOADED, as_of)), bytes(&evaluate(&facts.clone(), &LOADED.clone(), as_of)));
    }

    #[test]
    fn a_screen_says_of_other_numbers_what_evaluating_them_says(
        facts in subjects(), as_of in days(), other in prop::collection::vec(0.01..60_000.0f64, 3), factor in prop::sample::select(vec![0.6, 1.0, 1.2, 1.5, 2.0])
    ) {
        const FREE: [FactName; 3] = [FactName::SiteArea, FactName::FootprintArea, FactName::CountingFloorArea];
        let screen = Screen::of(&facts, &FREE, &LOADED, as_of);
        // Of the same pattern: what is known stays known, and what is above zero stays above it. Often exactly at a limit.
        let mut changed = facts.clone();
        for (name, number) in FREE.into_iter().zip([other[0], other[0] * factor, other[2]]) {
            if facts.known(name).and_then(|known| quantity(known.value)).is_some_and(|number| number > 0.0) {
                changed.insert(name, fact(name, &number.to_string()));
            }
        }
        let number = |name| changed.known(name).and_then(|known| quantity(known.value)).unwrap_or(f64::NAN);
        let evaluation = evaluate(&changed, &LOADED, as_of);
        let rules: Vec<RuleId> = screen.rules().cloned().collect();
        prop_assert_eq!(&rules, &evaluation.findings.keys().cloned().collect::<Vec<_>>());
        for (rule, screened) in rules.iter().zip(screen.outcomes(number)) {
            if let Some(screened) = screened {
                prop_assert_eq!(screened, code(&evaluation, rule), "{}", rule);
            }
        }
    }

    #[test]
    fn the_order_in_which_facts_were_gathered_is_irrelevant(facts in subjects(), as_of in days(), turn in 0..20usize) {
        let mut list: Vec<(FactName, Fact)> = facts.facts.clone().into_iter().collect();
        list.reverse();
        let places = turn % list.len().max(1);
        list.rotate_left(places);
        let mut other = SubjectFacts::new(facts.subject.clone());
        for (name, fact) in list {
            other.insert(name, fact);
        }
        prop_assert_eq!(bytes(&evaluate(&facts, &LOADED, as_of)), bytes(&evaluate(&other, &LOADED, as_of)));
    }

    #[test]
    fn removing_a_fact_never_yields_a_verdict_that_it_supported(facts in subjects(), as_of in days()) {
        let whole = evaluate(&facts, &LOADED, as_of);
        for name in facts.facts.keys() {
            let mut fewer = facts.clone();
            fewer.facts.remove(name);
            let rest = evaluate(&fewer, &LOADED, as_of);
            for (rule, _, before) in compared(&whole) {
                let supported = before.inputs.iter().any(|input| input.name == *name);
                match rest.findings[rule].comparison() {
                    Some(after) => {
                        // The only way to keep a verdict without its support is other evidence, not used before.
                        let other = after.inputs.iter().any(|input| before.inputs.iter().all(|used| used.name != input.name));
                        prop_assert!(!supported || other, "{rule} still has a verdict without {}", name.as_str());
                        prop_assert_eq!(after.verdict, before.verdict, "{} changed without {}", rule, name.as_str());
                    }
                    None => prop_assert!(supported, "{rule} lost its verdict with {}, which is no input", name.as_str()),
                }
            }
        }
    }

    #[test]
    fn more_floor_area_never_turns_met_into_unmet_for_a_floor(facts in subjects(), as_of in days(), more in 0.0..1e6f64) {
        let before = evaluate(&facts, &LOADED, as_of);
        let Some(floor) = facts.known(FactName::CountingFloorArea).and_then(|known| quantity(known.value)) else { return Ok(()) };
        let larger = facts.clone().with(FactName::CountingFloorArea, fact(FactName::CountingFloorArea, &(floor + more).to_string()));
        let after = evaluate(&larger, &LOADED, as_of);
        for (rule, _, comparison) in compared(&before) {
            let floor = comparison.threshold.compare == Compare::AtLeast;
            if comparison.measure == Measure::PlotRatio && floor && comparison.verdict == Verdict::Met {
                prop_assert_eq!(code(&after, rule), OutcomeCode::Met, "{}", rule);
            }
        }
    }

    #[test]
    fn an_outcome_changes_with_the_day_only_at_a_declared_day(facts in subjects(), as_of in days()) {
        let next = as_of.succ_opt().expect("a day");
        let (today, tomorrow) = (evaluate(&facts, &LOADED, as_of), evaluate(&facts, &LOADED, next));
        let mut declared = BTreeSet::new();
        let suspended = facts.known(FactName::SuspendedDays).and_then(|fact| quantity(fact.value)).unwrap_or(0.0).max(0.0) as u64;
        for threshold in LOADED.rules().flat_map(|rule| &rule.thresholds) {
            declared.extend(threshold.effective_from);
            declared.extend(threshold.effective_until);
        }
        for fact in facts.facts.values() {
            if let Fact::Known { value, observed_on, .. } = fact {
                declared.extend(*observed_on);
                if let FactValue::Date(day) = value {
                    // Overdue begins on the day after the agreed one and those that do not count; a stop is long after a year.
                    let late = day.checked_add_days(Days::new(suspended)).and_then(|day| day.succ_opt());
                    let full = day.checked_add_months(Months::new(12));
                    declared.extend([Some(*day), late, full].into_iter().flatten());
                }
            }
        }
        if !declared.contains(&next) {
            for rule in today.findings.keys() {
                prop_assert_eq!(code(&today, rule), code(&tomorrow, rule), "{} on {}", rule, next);
            }
        }
    }

    #[test]
    fn each_clearance_clears_by_itself_and_a_cent_less_does_not(facts in subjects(), as_of in days()) {
        let before = evaluate(&facts, &LOADED, as_of);
        for (rule, _, comparison) in compared(&before) {
            // Land that is occupied and years that have passed are not changed by a number.
            let given = [Measure::OccupiedLand, Measure::GradeDYears].contains(&comparison.measure);
            prop_assert_eq!(comparison.clearance.is_empty(), comparison.verdict == Verdict::Met || given, "{}", rule);
            for change in &comparison.clearance {
                if let Some(changed) = applied(&facts, *change, 0.0) {
                    prop_assert_eq!(code(&evaluate(&changed, &LOADED, as_of), rule), OutcomeCode::Met, "{} {:?}", rule, change);
                }
                if let Some(short) = applied(&facts, *change, 0.02) {
                    prop_assert_ne!(code(&evaluate(&short, &LOADED, as_of), rule), OutcomeCode::Met, "{} {:?} − 0.02", rule, change);
                }
            }
        }
    }

    #[test]
    fn no_number_however_strange_makes_a_panic_or_a_verdict_that_is_not_finite(
        numbers in prop::collection::vec(any::<f64>(), FactName::ALL.len()),
        kind in prop::sample::select(SubjectKind::ALL.to_vec()),
        day in any::<i32>(),
    ) {
        let as_of = NaiveDate::from_num_days_from_ce_opt(day).unwrap_or(NaiveDate::MAX);
        let mut facts = subject(kind);
        for (name, number) in FactName::ALL.iter().zip(numbers) {
            let known = match name.value_kind() {
                ValueKind::Quantity(unit) => Fact::known(
                    FactValue::Quantity(Quantity::new(number, unit)), mujun_domain::Source::new("case", "举例"), Some(NaiveDate::MIN)),
                ValueKind::Date => Fact::known(FactValue::Date(NaiveDate::MIN), mujun_domain::Source::new("case", "举例"), None),
                ValueKind::Flag => fact(*name, "yes"),
                ValueKind::Construction => fact(*name, "not_started"),
                ValueKind::Industry => fact(*name, "GB/T 4754-2017 35"),
                ValueKind::Text => continue,
            };
            facts.insert(*name, known);
        }
        let evaluation = evaluate(&facts, &LOADED, as_of);
        for (rule, _, comparison) in compared(&evaluation) {
            prop_assert!(comparison.measured.value.is_finite(), "{rule}");
            let texts = comparison.arithmetic();
            prop_assert!(!texts.is_empty());
        }
        bytes(&evaluation);
    }

    #[test]
    fn a_fact_of_the_wrong_sort_is_missing(facts in subjects(), as_of in days()) {
        let mut wrong = facts.clone();
        for name in FactName::ALL {
            wrong.insert(*name, Fact::known(FactValue::Text("文字".to_owned()), mujun_domain::Source::default(), None));
        }
        for finding in evaluate(&wrong, &LOADED, as_of).findings.values() {
            prop_assert!(!matches!(finding.outcome, Outcome::Compared(_)), "{}", finding.rule);
        }
    }
}

/// The subject after the change, less `short` m²; `None` where the change is no area or not so large.
fn applied(facts: &SubjectFacts, change: Clearance, short: f64) -> Option<SubjectFacts> {
    let moved = |name: FactName, by: f64| {
        let now = facts.known(name).and_then(|known| quantity(known.value))?;
        let then = Fact::known(
            FactValue::Quantity(Quantity::new((now + by).max(0.0), name.unit()?)),
            mujun_domain::Source::new("case", "举例"),
            None,
        );
        Some(facts.clone().with(name, then))
    };
    let amount = change.amount().map_or(0.0, |amount| amount.value) - short;
    if amount <= 0.0 {
        return None;
    }
    match change {
        Clearance::AddFloorArea(_) => moved(FactName::CountingFloorArea, amount),
        Clearance::AddStoreys { storeys, footprint_m2 } if short == 0.0 => {
            moved(FactName::CountingFloorArea, f64::from(storeys) * footprint_m2)
        }
        Clearance::AddStoreys { storeys, footprint_m2 } => {
            if storeys > 1 {
                moved(FactName::CountingFloorArea, f64::from(storeys - 1) * footprint_m2 - short)
            } else {
                None
            }
        }
        Clearance::DropFloorArea(_) => moved(FactName::CountingFloorArea, -amount),
        Clearance::ExcludeLand(_) => moved(FactName::SiteArea, -amount),
        Clearance::AddLand(_) => moved(FactName::SiteArea, amount),
        Clearance::DropFootprint(_) => moved(FactName::FootprintArea, -amount),
        Clearance::SupplyLand(_) => {
            let changed = moved(FactName::LeftoverArea, -amount)?;
            let supplied = changed.known(FactName::SuppliedOverlapArea).and_then(|known| quantity(known.value))?;
            let left = changed.known(FactName::LeftoverArea).and_then(|known| quantity(known.value))?;
            let before = facts.known(FactName::LeftoverArea).and_then(|known| quantity(known.value))?;
            let more = (supplied + before - left).to_string();
            Some(changed.with(FactName::SuppliedOverlapArea, fact(FactName::SuppliedOverlapArea, &more)))
        }
        Clearance::Raise { name, .. } => moved(name, amount),
        Clearance::Lower { name, .. } => moved(name, -amount),
        Clearance::StartConstruction => None,
    }
}

#[test]
fn the_order_of_rule_files_is_irrelevant() {
    let mut backwards = RulebookFiles::new(crate::shelf::EDITION);
    for (path, text) in files().files.into_iter().rev() {
        backwards.insert(path, text);
    }
    assert_eq!(parsed(&backwards), *RULEBOOK);
}
