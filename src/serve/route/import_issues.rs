//! `GET /api/v1/imports/{import_id}/issues`: what was wrong with the rows of one file.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query::{self, IssueRow};
use crate::app::state::State;
use crate::serve::extract::ImportPath;
use crate::serve::query::Parameters;
use crate::serve::view::label;
use crate::serve::{cursor, problem::Problem};

#[derive(Serialize)]
struct IssuesView {
    items: Vec<IssueView>,
    total: Count,
    next: Option<String>,
}

#[derive(Serialize)]
struct Count {
    count: i64,
}

#[derive(Serialize)]
struct IssueView {
    #[serde(flatten)]
    row: IssueRow,
    severity_label: Option<&'static str>,
    party_label: Option<&'static str>,
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    ImportPath(import_id): ImportPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let list = format!("issues:{import_id}");
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    // Ordinals may begin at 0, so the first page begins after none of them.
    let mut after = -1;
    if let Some(mark) = parameters.text("cursor")? {
        let [ordinal] = cursor::read(&list, &mark)?;
        after = ordinal.parse().map_err(|_| Problem::InvalidCursor)?;
    }
    parameters.finish()?;
    let Some(issues) = query::issues(&state, import_id, after, limit).await? else {
        return Err(Problem::ImportNotFound { import_id: import_id.to_string() });
    };
    json(&IssuesView {
        items: issues
            .rows
            .into_iter()
            .map(|row| IssueView { severity_label: label::severity(&row.severity), party_label: label::party(&row.party), row })
            .collect(),
        total: Count { count: issues.count },
        next: issues.next.map(|ordinal| cursor::write(&list, &[&ordinal.to_string()])),
    })
}
