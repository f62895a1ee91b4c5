//! `GET /api/v1/findings`: the findings of the current run, the list behind every count of flags.

use axum::extract::State as Shared;
use axum::response::Response;
use mujun_domain::finding::OutcomeCode;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::life::LifeState;
use crate::app::query::{self, ANY_STATE, FindingFilter, FindingKey};
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::PageView;
use crate::serve::view::finding::{Law, stored};
use crate::serve::{cursor, problem::Problem};

const LIST: &str = "findings";

const OUTCOMES: [OutcomeCode; 5] =
    [OutcomeCode::Met, OutcomeCode::Unmet, OutcomeCode::Discretion, OutcomeCode::NotApplicable, OutcomeCode::Undetermined];

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let outcomes = OUTCOMES.map(OutcomeCode::as_str);
    let states = LifeState::ALL.map(LifeState::as_str);
    let filter = FindingFilter {
        kind: parameters.kind()?,
        county: parameters.county()?,
        outcome: parameters.parsed("outcome", &format!(" {} 之一", outcomes.join("、")), |word| {
            outcomes.contains(&word).then(|| word.to_owned())
        })?,
        rule_id: parameters.text("rule")?,
        state: parameters.parsed("state", &format!(" {}、{ANY_STATE} 之一", states.join("、")), |word| {
            (word == ANY_STATE || states.contains(&word)).then(|| word.to_owned())
        })?,
    };
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let after = parameters
        .text("cursor")?
        .map(|mark| {
            let [division_code, subject_kind, subject_code, rule_id] = cursor::read(LIST, &mark)?;
            Ok::<_, Problem>(FindingKey { division_code, subject_kind, subject_code, rule_id })
        })
        .transpose()?;
    parameters.finish()?;
    let findings = query::findings(&state, &filter, after.as_ref(), limit).await?;
    let law = Law::of(&findings.scope, &state.rulebook);
    json(&PageView {
        items: findings.rows.into_iter().map(|row| stored(row, law)).collect(),
        total: findings.total.into(),
        next: findings
            .next
            .map(|key| cursor::write(LIST, &[&key.division_code, &key.subject_kind, &key.subject_code, &key.rule_id])),
        scope: findings.scope.into(),
    })
}
