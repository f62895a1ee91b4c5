//! Renovation projects and the progress to the target they make. How ground is credited is decided in `app::target`.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::list::{Page, cut};
use super::{ProjectFilter, ProjectRow, QueryError, Scope, scope_of, snapshot};
use crate::app::evaluation::target_registers;
use crate::app::state::State;
use crate::app::target::{self, TargetProgress};
use crate::store::read;

/// Projects by division and code.
#[derive(Clone, Debug)]
pub struct Projects {
    /// The page.
    pub page: Page<ProjectRow, (String, String)>,
    /// What each project is credited; `None` when there is no target to count towards.
    pub progress: Option<TargetProgress>,
}

/// One page of projects with the steps taken by the scope's date.
pub async fn projects(
    state: &State,
    filter: &ProjectFilter,
    after: Option<&(String, String)>,
    limit: u16,
) -> Result<Projects, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let key = after.map(|(division_code, code)| (division_code.as_str(), code.as_str()));
    let mut rows = read::project::page(&mut conn, filter, Some(scope.as_of), key, i64::from(limit) + 1).await?;
    let next = cut(&mut rows, limit, |row| (row.division_code.clone(), row.project_code.clone()));
    let total = read::project::total(&mut conn, filter).await?;
    // The whole city's progress, not the county's: overlaps across a boundary must be shared out the same way in both views.
    let progress = progress(&mut conn, None, scope.as_of).await?;
    Ok(Projects { page: Page { scope, rows, total, next }, progress })
}

/// The progress to the target and what it stands on.
#[derive(Clone, Debug)]
pub struct Target {
    /// The run whose date holds.
    pub scope: Scope,
    /// The progress; `None` when no target is registered.
    pub progress: Option<TargetProgress>,
    /// Code and name of every division.
    pub division_names: Vec<(String, String)>,
}

/// The progress of the city or of one county, by the scope's date.
pub async fn target(state: &State, county: Option<&str>) -> Result<Target, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let division_names = read::division::names(&mut conn).await?;
    let progress = progress(&mut conn, county, scope.as_of).await?;
    Ok(Target { scope, progress, division_names })
}

async fn progress(conn: &mut PgConnection, county: Option<&str>, as_of: NaiveDate) -> Result<Option<TargetProgress>, QueryError> {
    let registers = target_registers(conn).await?;
    let county = county.map(str::to_owned);
    // Overlaying grounds takes processor time that must not hold up other requests.
    let computed = tokio::task::spawn_blocking(move || target::progress(&registers, county.as_deref(), as_of)).await;
    computed.map_err(QueryError::Interrupted)?.map_err(QueryError::Target)
}
