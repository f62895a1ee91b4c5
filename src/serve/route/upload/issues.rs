//! `GET /api/v1/uploads/{upload_id}/issues`: what a preview found wrong with the rows.

use axum::extract::State as Shared;
use axum::response::Response;

use crate::app::intake::IntakeError;
use crate::app::state::State;
use crate::serve::extract::UploadPath;
use crate::serve::query::Parameters;
use crate::serve::route::{LARGEST_PAGE, USUAL_PAGE, json};
use crate::serve::view::issue::{self, IssuesView};
use crate::serve::{cursor, problem::Problem};

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let limit = parameters.limit(USUAL_PAGE, LARGEST_PAGE)?;
    let filter = issue::filter(&mut parameters)?;
    let list = issue::list_name(&format!("upload-issues:{}", id.as_str()), &filter);
    let after = cursor::after_ordinal(&list, &mut parameters)?;
    parameters.finish()?;
    let Some(page) = state.intake.issues(&id, filter, after, limit.into()).await? else {
        return Err(Problem::Upload(IntakeError::NotPreviewed { latest: None }));
    };
    let next = page.next.map(|ordinal| cursor::write(&list, &[&ordinal.to_string()]));
    json(&IssuesView::new(page.rows, page.count, page.counts, next))
}
