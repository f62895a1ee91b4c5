//! Issues of an import or of a preview, with the words for their codes.

use serde::Serialize;

use super::label;
use crate::app::query::{IssueCount, IssueFilter, IssueRow};
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;

/// One page of issues.
#[derive(Serialize)]
pub(in crate::serve) struct IssuesView {
    items: Vec<IssueView>,
    total: Count,
    /// Issues by code, whatever the filter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    counts: Vec<IssueCount>,
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

impl IssuesView {
    pub(in crate::serve) fn new(rows: Vec<IssueRow>, count: i64, counts: Vec<IssueCount>, next: Option<String>) -> IssuesView {
        let view = |row: IssueRow| IssueView {
            severity_label: label::severity(&row.severity),
            party_label: label::party(&row.party),
            row,
        };
        IssuesView { items: rows.into_iter().map(view).collect(), total: Count { count }, counts, next }
    }
}

/// `severity`, `party` and `code`.
pub(in crate::serve) fn filter(parameters: &mut Parameters) -> Result<IssueFilter, Problem> {
    let known = |label: fn(&str) -> Option<&'static str>| move |value: &str| label(value).map(|_| value.to_owned());
    Ok(IssueFilter {
        severity: parameters.parsed("severity", " blocks_row、degrades、notice 之一", known(label::severity))?,
        party: parameters.parsed("party", " data_supplier、operator、developer 之一", known(label::party))?,
        code: parameters.parsed("code", "形如 ING-014 的问题代码", |value| {
            let digits = value.strip_prefix("ING-")?;
            (digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| value.to_owned())
        })?,
    })
}

/// The name of a list under a filter, for its page marks.
pub(in crate::serve) fn list_name(list: &str, filter: &IssueFilter) -> String {
    let part = |value: &Option<String>| value.clone().unwrap_or_default();
    format!("{list}:{}:{}:{}", part(&filter.severity), part(&filter.party), part(&filter.code))
}
