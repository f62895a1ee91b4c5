//! 筛查: the outcomes of very many subjects, without their evidence.
//!
//! Most subjects differ from others only in how large they are. One subject of each pattern is evaluated, and how the numbers of the
//! others decide is read from the evidence of that one: what was divided by what, and held against which limit. So there is one
//! reading of the law, [`evaluate`](crate::evaluate()), and whatever the evidence does not tell is left to it.

use chrono::NaiveDate;

use crate::evaluate::{evaluate, verdict};
use crate::fact::FactName;
use crate::finding::{Derivation, Finding, Outcome, OutcomeCode};
use crate::measure::{Operand, Operator, Step};
use crate::rulebook::{Compare, Force, RuleId, Rulebook};
use crate::subject::SubjectFacts;

/// What the rules say about all subjects of one pattern.
///
/// Two subjects are of one pattern when they are of one kind and one division, when all their facts but the free ones are the same,
/// and when each free fact is known of both or of neither and has the same sign: negative, zero or positive.
#[derive(Clone, Debug)]
pub struct Screen {
    rules: Vec<(RuleId, Reading)>,
}

/// How the outcome of one rule follows from the free numbers.
#[derive(Clone, Debug)]
enum Reading {
    /// Whatever the numbers are.
    Always(OutcomeCode),
    /// By one number divided by another.
    Quotient { above: FactName, below: FactName, compare: Compare, force: Force, limit: f64 },
    /// In a way that the evidence does not tell.
    Ask,
}

impl Screen {
    /// Evaluates one subject for all of its pattern. `free` are the facts, all numbers, in which they differ.
    pub fn of(example: &SubjectFacts, free: &[FactName], rulebook: &Rulebook, as_of: NaiveDate) -> Screen {
        let findings = evaluate(example, rulebook, as_of).findings;
        Screen { rules: findings.into_iter().map(|(rule, finding)| (rule, reading(&finding, free))).collect() }
    }

    /// The rules that speak about these subjects, in the order of [`Screen::outcomes`].
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &RuleId> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The outcome of each rule for a subject with these free numbers; `None` where it has to be evaluated.
    pub fn outcomes(&self, number: impl Fn(FactName) -> f64) -> impl ExactSizeIterator<Item = Option<OutcomeCode>> {
        self.rules.iter().map(move |(_, reading)| match reading {
            Reading::Always(code) => Some(*code),
            Reading::Quotient { above, below, compare, force, limit } => {
                let measured = number(*above) / number(*below);
                measured.is_finite().then(|| OutcomeCode::from(verdict(*compare, *force, measured, *limit)))
            }
            Reading::Ask => None,
        })
    }
}

fn reading(finding: &Finding, free: &[FactName]) -> Reading {
    let Outcome::Compared(comparison) = &finding.outcome else { return Reading::Always(OutcomeCode::of(&finding.outcome)) };
    let limit_is_free = matches!(comparison.threshold.derivation, Derivation::Fact { name, .. } if free.contains(&name));
    if limit_is_free {
        return Reading::Ask;
    }
    if !comparison.inputs.iter().any(|input| free.contains(&input.name)) {
        return Reading::Always(OutcomeCode::of(&finding.outcome));
    }
    let [Step { operator: Operator::Divide, operands, .. }] = comparison.steps.as_slice() else { return Reading::Ask };
    match operands.as_slice() {
        [Operand::Fact { name: above, .. }, Operand::Fact { name: below, .. }]
            if free.contains(above) && free.contains(below) =>
        {
            let threshold = &comparison.threshold;
            Reading::Quotient {
                above: *above,
                below: *below,
                compare: threshold.compare,
                force: finding.force,
                limit: threshold.value.value,
            }
        }
        _ => Reading::Ask,
    }
}
