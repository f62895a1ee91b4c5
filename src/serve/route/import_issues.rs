//! `GET /api/v1/imports/{import_id}/issues`: what was wrong with the rows of one file.

use axum::extract::State as Shared;
use axum::response::Response;

use super::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::app::query;
use crate::app::state::State;
use crate::serve::extract::ImportPath;
use crate::serve::query::Parameters;
use crate::serve::view::issue::{self, IssuesView};
use crate::serve::{cursor, problem::Problem};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    ImportPath(import_id): ImportPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let filter = issue::filter(&mut parameters)?;
    let list = issue::list_name(&format!("issues:{import_id}"), &filter);
    let after = cursor::after_ordinal(&list, &mut parameters)?;
    parameters.finish()?;
    let Some(issues) = query::issues(&state, import_id, &filter, after, limit).await? else {
        return Err(Problem::ImportNotFound { import_id: import_id.to_string() });
    };
    let next = issues.next.map(|ordinal| cursor::write(&list, &[&ordinal.to_string()]));
    json(&IssuesView::new(issues.rows, issues.count, issues.counts, next))
}
