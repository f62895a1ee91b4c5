//! `GET /api/v1/projects`: the renovation projects with their steps and what each is credited.

use axum::extract::State as Shared;
use axum::response::Response;

use super::{LARGEST_PAGE, json};
use crate::app::query::{self, ProjectFilter};
use crate::app::state::State;
use crate::serve::query::Parameters;
use crate::serve::view::PageView;
use crate::serve::view::target::{credits, project};
use crate::serve::{cursor, problem::Problem};

const LIST: &str = "projects";
/// The page of projects shows all of a city's at once, as far as the cap goes.
const USUAL: u16 = 500;

pub(in crate::serve) async fn get(Shared(state): Shared<State>, mut parameters: Parameters) -> Result<Response, Problem> {
    let filter = ProjectFilter { county: parameters.county()?, code: parameters.text("code")? };
    let limit = parameters.limit(USUAL, LARGEST_PAGE)?;
    let after = parameters
        .text("cursor")?
        .map(|mark| cursor::read(LIST, &mark).map(|[division_code, code]| (division_code, code)))
        .transpose()?;
    parameters.finish()?;
    let projects = query::projects(&state, &filter, after.as_ref(), limit).await?;
    let credits = credits(projects.progress.as_ref());
    let page = projects.page;
    json(&PageView {
        items: page.rows.into_iter().map(|row| project(row, &credits)).collect(),
        total: page.total.into(),
        next: page.next.map(|(division_code, code)| cursor::write(LIST, &[&division_code, &code])),
        scope: page.scope.into(),
    })
}
