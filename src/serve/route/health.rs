//! `GET /healthz`: the process answers. `GET /readyz`: the database does too.

use axum::extract::State as Shared;

use crate::app::{query, state::State};
use crate::serve::problem::Problem;

/// Always `ok`.
pub(in crate::serve) async fn live() -> &'static str {
    "ok"
}

/// `ok` when the database answers and is migrated, else 503.
pub(in crate::serve) async fn ready(Shared(state): Shared<State>) -> Result<&'static str, Problem> {
    match query::is_ready(&state).await {
        Ok(true) => Ok("ok"),
        Ok(false) => Err(Problem::Unavailable(Box::new(NotMigrated))),
        Err(error) => Err(Problem::Unavailable(Box::new(error))),
    }
}

/// The database holds none of our tables.
#[derive(Debug, thiserror::Error)]
#[error("the database is not migrated")]
struct NotMigrated;
