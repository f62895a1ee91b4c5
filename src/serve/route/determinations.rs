//! `…/findings/{division}/{kind}/{code}/{rule}/determinations`: what people decided about a flag, and the next decision.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::json;
use crate::app::life::{self, LifeError, RequestFault};
use crate::app::state::State;
use crate::clock;
use crate::serve::LARGEST_DETERMINATION;
use crate::serve::extract::{FindingPath, OwnJson};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::view::life::{determination, view};

fn values<T: Serialize>(items: impl IntoIterator<Item = T>) -> Result<Vec<serde_json::Value>, Problem> {
    items.into_iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(|error| Problem::Internal(Box::new(error)))
}

fn problem(path: &FindingPath, error: LifeError) -> Problem {
    let shaped = |result: Result<Vec<serde_json::Value>, Problem>, shape: fn(Vec<serde_json::Value>) -> Problem| {
        result.map_or_else(|problem| problem, shape)
    };
    match error {
        LifeError::NotFound => Problem::FindingNotFound { subject: path.0.subject_code.clone(), rule: path.0.rule_id.clone() },
        LifeError::NotFlagged => Problem::NotFlagged,
        LifeError::Overtaken { meanwhile } => {
            shaped(values(meanwhile.into_iter().map(determination)), |meanwhile| Problem::Overtaken { meanwhile })
        }
        LifeError::FindingChanged => Problem::FindingChanged,
        LifeError::NotPossible(fault) => Problem::StepNotPossible { reason: fault.to_string() },
        LifeError::Faulty(faults) => {
            shaped(values(faults.iter().map(RequestFault::from)), |faults| Problem::FaultyDetermination { faults })
        }
        LifeError::Query(error) => error.into(),
        error @ (LifeError::Broken { .. } | LifeError::UnknownStep { .. }) => Problem::Internal(Box::new(error)),
    }
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: FindingPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let life = life::life(&state, &path.0).await.map_err(|error| problem(&path, error))?;
    json(&view(life, &state.rulebook))
}

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    path: FindingPath,
    OwnJson(value): OwnJson<LARGEST_DETERMINATION>,
) -> Result<Response, Problem> {
    let request = match life::parse(&value) {
        Ok(request) => request,
        Err(faults) => return Err(Problem::FaultyDetermination { faults: values(faults)? }),
    };
    let recorded = life::record(&state, &path.0, &request.seen, &request.decision, clock::today()).await;
    recorded.map_err(|error| problem(&path, error))?;
    let life = life::life(&state, &path.0).await.map_err(|error| problem(&path, error))?;
    Ok((StatusCode::CREATED, json(&view(life, &state.rulebook))?).into_response())
}
