//! The plain lists: findings, approvals, supplies, imports and their issues. Each is walked by key, never by position.

use super::{
    ApprovalRow, ApprovalShapes, FindingFilter, FindingKey, FindingRow, ImportRow, IssueCount, IssueFilter, IssueRow, QueryError,
    Scope, SupplyFilter, SupplyRow, Total, scope_of, snapshot,
};
use crate::app::state::State;
use crate::store::read;

/// Newest imports shown at once; older ones are reached by their number.
const IMPORTS_SHOWN: i64 = 1000;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<R, K> {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// The rows of the page.
    pub rows: Vec<R>,
    /// All rows that answer the filter.
    pub total: Total,
    /// Where the next page begins; `None` at the end.
    pub next: Option<K>,
}

/// Findings by key.
pub type Findings = Page<FindingRow, FindingKey>;
/// Approvals by division and number.
pub type Approvals = Page<ApprovalRow, (String, String)>;
/// Contracts by division and code.
pub type Supplies = Page<SupplyRow, (String, String)>;

/// Cuts the extra row that was read to learn whether there is a next page, and gives the key that page begins after.
pub(super) fn cut<R, K>(rows: &mut Vec<R>, limit: u16, key: impl Fn(&R) -> K) -> Option<K> {
    let limit = usize::from(limit);
    let more = rows.len() > limit;
    rows.truncate(limit);
    if more { rows.last().map(key) } else { None }
}

fn borrowed(key: Option<&(String, String)>) -> Option<(&str, &str)> {
    key.map(|(division_code, code)| (division_code.as_str(), code.as_str()))
}

/// One page of findings.
pub async fn findings(
    state: &State,
    filter: &FindingFilter,
    after: Option<&FindingKey>,
    limit: u16,
) -> Result<Findings, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let mut rows = read::finding::page(&mut conn, filter, after, i64::from(limit) + 1).await?;
    let next = cut(&mut rows, limit, FindingRow::key);
    let total = read::finding::total(&mut conn, filter).await?;
    Ok(Page { scope, rows, total, next })
}

/// One page of approvals.
pub async fn approvals(
    state: &State,
    county: Option<&str>,
    after: Option<&(String, String)>,
    limit: u16,
) -> Result<Approvals, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let mut rows = read::approval::page(&mut conn, county, None, borrowed(after), i64::from(limit) + 1).await?;
    let next = cut(&mut rows, limit, |row| (row.division_code.clone(), row.approval_number.clone()));
    let total = read::approval::total(&mut conn, county).await?;
    Ok(Page { scope, rows, total, next })
}

/// Everything known of one approval.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalCard {
    /// The run all of it belongs to.
    pub scope: Scope,
    /// The approval itself.
    pub row: ApprovalRow,
    /// Its shape and that of its leftover.
    pub shapes: ApprovalShapes,
    /// What the run says of it.
    pub findings: Vec<FindingRow>,
}

/// One approval; `None` when it is not registered now.
pub async fn approval(state: &State, division_code: &str, number: &str) -> Result<Option<ApprovalCard>, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let row = read::approval::page(&mut conn, Some(division_code), Some(number), None, 1).await?.pop();
    let shapes = read::approval::shapes(&mut conn, division_code, number).await?;
    let (Some(row), Some(shapes)) = (row, shapes) else {
        return Ok(None);
    };
    let findings = read::finding::of_subject(&mut conn, "approval", division_code, number).await?;
    Ok(Some(ApprovalCard { scope, row, shapes, findings }))
}

/// One page of contracts.
pub async fn supplies(
    state: &State,
    filter: &SupplyFilter,
    after: Option<&(String, String)>,
    limit: u16,
) -> Result<Supplies, QueryError> {
    let mut conn = snapshot(state).await?;
    let scope = scope_of(&mut conn).await?;
    let mut rows = read::supply::page(&mut conn, filter, borrowed(after), i64::from(limit) + 1).await?;
    let next = cut(&mut rows, limit, |row| (row.division_code.clone(), row.supply_code.clone()));
    let total = read::supply::total(&mut conn, filter).await?;
    Ok(Page { scope, rows, total, next })
}

/// The imports and whether any of them is synthetic.
#[derive(Clone, Debug, PartialEq)]
pub struct Imports {
    /// Newest first.
    pub rows: Vec<ImportRow>,
    /// Whether any imported row is synthetic.
    pub is_synthetic: bool,
}

/// The newest imports; needs no run.
pub async fn imports(state: &State) -> Result<Imports, QueryError> {
    let mut conn = snapshot(state).await?;
    Ok(Imports {
        rows: read::import::imports(&mut conn, IMPORTS_SHOWN).await?,
        is_synthetic: read::scope::is_synthetic(&mut conn).await?,
    })
}

/// One page of issues.
#[derive(Clone, Debug, PartialEq)]
pub struct Issues {
    /// The rows of the page.
    pub rows: Vec<IssueRow>,
    /// All issues of the import that answer the filter.
    pub count: i64,
    /// All issues of the import by code, whatever the filter.
    pub counts: Vec<IssueCount>,
    /// Ordinal after which the next page begins.
    pub next: Option<i32>,
}

/// One page of an import's issues; `None` when there is no such import.
pub async fn issues(
    state: &State,
    import_id: i64,
    filter: &IssueFilter,
    after: i32,
    limit: u16,
) -> Result<Option<Issues>, QueryError> {
    let mut conn = snapshot(state).await?;
    if !read::import::exists(&mut conn, import_id).await? {
        return Ok(None);
    }
    let mut rows = read::import::issues(&mut conn, import_id, filter, after, i64::from(limit) + 1).await?;
    let next = cut(&mut rows, limit, |row| row.ordinal);
    let counts = read::import::issue_counts(&mut conn, import_id).await?;
    let count = counts.iter().filter(|of| filter.takes(&of.severity, &of.party, &of.code)).map(|of| of.count).sum();
    Ok(Some(Issues { rows, count, counts, next }))
}
