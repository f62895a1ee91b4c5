//! The life of a flag: every state with every step by hand, and what no order of steps may reach.

use mujun_domain::Kind;
use mujun_domain::life::decision::{Circumstances, LONGEST_NAME, LONGEST_REASON};
use mujun_domain::life::{
    Appealed, Conclusion, Decision, DecisionFault, DisposalKind, Document, Field, Mark, State, Step, fold, next, remark_zh,
};
use proptest::prelude::*;

use crate::shelf::day;

const APPEALS: [State; 3] =
    [State::UnderAppeal(Appealed::Verified), State::UnderAppeal(Appealed::Determined), State::UnderAppeal(Appealed::Disposed)];

/// Rows are states, columns are steps in the order of `Step::ALL`; a dot is a step that the state does not allow.
const TABLE: &str = "
    疑似       已核实 不属实 .     .     .     .           .     .     .
    已核实     .     .     已认定 .     .     申诉中:已核实 .     .     疑似
    不属实     .     .     .     .     .     .           .     .     疑似
    已认定     .     .     .     处置中 .     申诉中:已认定 .     .     疑似
    处置中     .     .     .     处置中 已销号 申诉中:处置中 .     .     疑似
    已销号     .     .     .     .     .     .           .     .     疑似
    申诉中:已核实 .  .     .     .     .     .           不属实 已核实 .
    申诉中:已认定 .  .     .     .     .     .           不属实 已认定 .
    申诉中:处置中 .  .     .     .     .     .           不属实 处置中 .
";

fn named(name: &str) -> State {
    match name {
        "疑似" => State::Suspected,
        "已核实" => State::Verified,
        "不属实" => State::Refuted,
        "已认定" => State::Determined,
        "处置中" => State::Disposed,
        "已销号" => State::Closed,
        "申诉中:已核实" => State::UnderAppeal(Appealed::Verified),
        "申诉中:已认定" => State::UnderAppeal(Appealed::Determined),
        "申诉中:处置中" => State::UnderAppeal(Appealed::Disposed),
        other => panic!("{other}"),
    }
}

#[test]
fn every_state_allows_exactly_the_steps_of_the_table() {
    let mut rows = 0;
    for line in TABLE.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let state = named(words.next().unwrap());
        let cells: Vec<&str> = words.collect();
        assert_eq!(cells.len(), Step::ALL.len(), "{line}");
        for (step, cell) in Step::ALL.into_iter().zip(cells) {
            let expected = (cell != ".").then(|| named(cell));
            assert_eq!(next(state, step).ok(), expected, "{} × {}", state.label_zh(), step.label_zh());
        }
        rows += 1;
    }
    assert_eq!(rows, State::ALL.len() - 1 + APPEALS.len());
}

#[test]
fn a_step_that_may_not_follow_is_refused_with_the_steps_that_may() {
    let fault = next(State::Suspected, Step::Determined).unwrap_err();
    assert_eq!(fault.to_string(), "现在的状态是“疑似”，不能办理“认定”；可以办理的是：核实属实、核实不属实");
    let fault = fold([Step::Verified, Step::Determined, Step::Closed]).unwrap_err();
    assert_eq!(fault.position, 3);
    assert!(fault.to_string().contains("处置、申诉、重新核查"), "{fault}");
}

#[test]
fn a_dismissed_appeal_leaves_everything_where_it_was_and_an_upheld_one_refutes() {
    for (before, standing) in [
        (vec![Step::Verified], State::Verified),
        (vec![Step::Verified, Step::Determined], State::Determined),
        (vec![Step::Verified, Step::Determined, Step::Disposed], State::Disposed),
    ] {
        let with = |step: Step| before.iter().copied().chain([Step::Appealed, step]);
        assert_eq!(fold(with(Step::AppealDismissed)), Ok(standing));
        assert_eq!(fold(with(Step::AppealUpheld)), Ok(State::Refuted));
    }
}

#[test]
fn words_are_distinct_and_read_back() {
    for step in Step::ALL {
        assert_eq!(Step::from_code(step.as_str()), Some(step));
    }
    for state in State::ALL {
        assert_eq!(State::label_of(state.as_str()), Some(state.label_zh()));
    }
    for kind in DisposalKind::ALL {
        assert_eq!(DisposalKind::from_code(kind.as_str()), Some(kind));
    }
    for conclusion in Conclusion::ALL {
        assert_eq!(Conclusion::from_code(conclusion.as_str()), Some(conclusion));
    }
    assert_eq!(Step::from_code("认定"), None);
    assert_eq!(State::label_of("idle"), None);
}

#[test]
fn idle_land_and_unused_land_are_two_words_and_unsupplied_land_is_never_idle() {
    assert_ne!(Conclusion::IdleLand.label_zh(), Conclusion::SuppliedNotUsed.label_zh());
    let idle = |kind| Conclusion::of_kind(kind).contains(&Conclusion::IdleLand);
    assert!(idle(Kind::SuppliedNotUsed));
    assert!(!idle(Kind::ApprovedNotSupplied) && !idle(Kind::Underused));
    assert!(Kind::ALL.into_iter().all(|kind| Conclusion::of_kind(kind).iter().any(|c| c.as_str() == kind.as_str())));
}

#[test]
fn what_people_decided_stays_whatever_the_next_evaluation_says() {
    assert_eq!(remark_zh(State::Determined, Mark::Flagged), None);
    assert_eq!(remark_zh(State::Determined, Mark::NotFlagged), Some("最新评价不再标记；状态不自动改变"));
    assert!(remark_zh(State::Closed, Mark::Flagged).unwrap().contains("已销号，最新评价仍标记"));
    assert!(remark_zh(State::Refuted, Mark::Flagged).unwrap().contains("仍标记"));
    assert!(remark_zh(State::Verified, Mark::Absent).unwrap().contains("没有这个对象或这条规则"));
}

fn decision(step: Step) -> Decision {
    Decision {
        step,
        decided_by: "某局执法科".to_owned(),
        decided_on: day("2026-06-30"),
        reason: "现场查看".to_owned(),
        document: None,
        disposal: None,
        conclusion: None,
    }
}

fn documented(step: Step) -> Decision {
    Decision { document: Some(Document { number: "某自然资认〔2026〕1 号".to_owned(), dated: None }), ..decision(step) }
}

fn at(state: State) -> Circumstances {
    Circumstances { state, kind: Some(Kind::SuppliedNotUsed), previous: Some(day("2026-06-01")), today: day("2026-06-30") }
}

#[test]
fn a_complete_decision_has_no_fault() {
    let determined = Decision { conclusion: Some(Conclusion::IdleLand), ..documented(Step::Determined) };
    let disposed = Decision { disposal: Some(DisposalKind::IdleFee), ..documented(Step::Disposed) };
    for (decision, state) in [
        (decision(Step::Verified), State::Suspected),
        (decision(Step::VerifiedNot), State::Suspected),
        (determined, State::Verified),
        (disposed, State::Determined),
        (documented(Step::Closed), State::Disposed),
        (decision(Step::Appealed), State::Determined),
        (documented(Step::AppealUpheld), APPEALS[0]),
        (documented(Step::AppealDismissed), APPEALS[1]),
        (decision(Step::Reopened), State::Refuted),
        (documented(Step::Reopened), State::Closed),
    ] {
        assert_eq!(decision.faults(at(state)), [], "{}", decision.step.label_zh());
    }
}

#[test]
fn what_binds_others_and_what_undoes_it_needs_a_document() {
    let needs = |step: Step, state| decision(step).faults(at(state)).contains(&DecisionFault::DocumentMissing(step));
    for (step, state) in [
        (Step::Determined, State::Verified),
        (Step::Disposed, State::Determined),
        (Step::Closed, State::Disposed),
        (Step::AppealUpheld, APPEALS[0]),
        (Step::AppealDismissed, APPEALS[0]),
        (Step::Reopened, State::Determined),
        (Step::Reopened, State::Disposed),
        (Step::Reopened, State::Closed),
    ] {
        assert!(needs(step, state), "{}", step.label_zh());
        assert!(!documented(step).faults(at(state)).contains(&DecisionFault::DocumentMissing(step)));
    }
    for (step, state) in [
        (Step::Verified, State::Suspected),
        (Step::VerifiedNot, State::Suspected),
        (Step::Appealed, State::Determined),
        (Step::Reopened, State::Refuted),
        (Step::Reopened, State::Verified),
    ] {
        assert!(!needs(step, state), "{}", step.label_zh());
    }
}

#[test]
fn a_decision_is_of_today_or_earlier_and_never_before_the_step_before() {
    let on = |text: &str| Decision { decided_on: day(text), ..decision(Step::Verified) }.faults(at(State::Suspected));
    assert_eq!(on("2026-06-30"), [], "today");
    assert_eq!(on("2026-06-01"), [], "the day of the step before");
    assert!(matches!(on("2026-07-01")[..], [DecisionFault::InFuture { field: Field::DecidedOn, .. }]));
    assert!(matches!(on("2026-05-31")[..], [DecisionFault::BeforePrevious { .. }]));
    assert!(on("0202-06-30").iter().any(|fault| matches!(fault, DecisionFault::Implausible { .. })));
    let mut dated = documented(Step::Closed);
    dated.document.as_mut().unwrap().dated = Some(day("2026-07-01"));
    assert!(matches!(dated.faults(at(State::Disposed))[..], [DecisionFault::InFuture { field: Field::DocumentDated, .. }]));
}

#[test]
fn texts_are_written_and_not_too_long() {
    let texts = |by: &str, reason: &str| {
        let decision = Decision { decided_by: by.to_owned(), reason: reason.to_owned(), ..decision(Step::Verified) };
        decision.faults(at(State::Suspected))
    };
    assert_eq!(texts(" ", "\n"), [DecisionFault::Empty(Field::DecidedBy), DecisionFault::Empty(Field::Reason)]);
    assert_eq!(texts(&"局".repeat(LONGEST_NAME), &"由".repeat(LONGEST_REASON)), []);
    assert_eq!(
        texts(&"局".repeat(LONGEST_NAME + 1), &"由".repeat(LONGEST_REASON + 1)),
        [
            DecisionFault::TooLong { field: Field::DecidedBy, found: LONGEST_NAME + 1, limit: LONGEST_NAME },
            DecisionFault::TooLong { field: Field::Reason, found: LONGEST_REASON + 1, limit: LONGEST_REASON },
        ]
    );
    assert_eq!(texts("某局\n", "两行\n理由"), [DecisionFault::ControlCharacter(Field::DecidedBy)]);
    assert_eq!(texts("某局", "铃\u{7}"), [DecisionFault::ControlCharacter(Field::Reason)]);
}

#[test]
fn a_disposal_names_its_kind_and_a_determination_what_it_concludes_and_nothing_else_does() {
    let with = |step, disposal, conclusion| Decision { disposal, conclusion, ..documented(step) };
    let (disposal, conclusion) = (Some(DisposalKind::Upgrade), Some(Conclusion::SuppliedNotUsed));
    let faults = |step, state, disposal, conclusion| with(step, disposal, conclusion).faults(at(state));
    assert_eq!(faults(Step::Disposed, State::Determined, None, None), [DecisionFault::Empty(Field::DisposalKind)]);
    assert_eq!(faults(Step::Determined, State::Verified, None, None), [DecisionFault::Empty(Field::Conclusion)]);
    let unexpected = |step, field| DecisionFault::Unexpected { step, field };
    assert_eq!(
        faults(Step::Verified, State::Suspected, disposal, conclusion),
        [unexpected(Step::Verified, Field::DisposalKind), unexpected(Step::Verified, Field::Conclusion)]
    );
    assert_eq!(
        faults(Step::Determined, State::Verified, None, Some(Conclusion::Underused)),
        [DecisionFault::Misfit { conclusion: Conclusion::Underused, kind: Kind::SuppliedNotUsed }]
    );
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(prop::sample::select(Step::ALL.to_vec()), 0..24)
}

/// The steps of a list that could be taken, one after the other; the others are refused and change nothing.
fn walked(steps: &[Step]) -> (Vec<Step>, State) {
    let (mut taken, mut state) = (Vec::new(), State::Suspected);
    for step in steps {
        if let Ok(after) = next(state, *step) {
            taken.push(*step);
            state = after;
        }
    }
    (taken, state)
}

proptest! {
    #[test]
    fn no_order_of_steps_reaches_a_state_without_the_steps_before_it(steps in steps()) {
        let (taken, state) = walked(&steps);
        // Only what came after the last 重新核查 counts: it begins the life again.
        let begun = taken.iter().rposition(|step| *step == Step::Reopened).map_or(0, |position| position + 1);
        let life = &taken[begun..];
        let place = |step: Step| life.iter().position(|other| *other == step);
        let chain: &[Step] = match state {
            State::Suspected | State::Refuted => &[],
            State::Verified | State::UnderAppeal(Appealed::Verified) => &[Step::Verified],
            State::Determined | State::UnderAppeal(Appealed::Determined) => &[Step::Verified, Step::Determined],
            State::Disposed | State::UnderAppeal(Appealed::Disposed) => &[Step::Verified, Step::Determined, Step::Disposed],
            State::Closed => &[Step::Verified, Step::Determined, Step::Disposed, Step::Closed],
        };
        let places: Vec<Option<usize>> = chain.iter().map(|step| place(*step)).collect();
        prop_assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{state:?}: {life:?}");
        match state {
            State::Refuted => prop_assert!(matches!(life.last(), Some(Step::VerifiedNot | Step::AppealUpheld))),
            State::UnderAppeal(_) => prop_assert_eq!(life.last(), Some(&Step::Appealed)),
            _ => {}
        }
        prop_assert_eq!(fold(taken.iter().copied()), Ok(state));
    }

    #[test]
    fn whatever_happened_some_step_is_possible(steps in steps()) {
        let (_, state) = walked(&steps);
        prop_assert!(!state.possible_steps().is_empty());
    }
}
