//! The issues of an import: written as they come, so that memory stays bounded; the first of them are kept for the report.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::PgConnection;

use super::{ISSUES_KEPT, ImportError};
use crate::app::issue_list::IssueListWriter;
use crate::app::query::IssueCount;
use crate::ingest::IngestIssue;
use crate::store::import::{NewIssue, insert_issues_from};

/// Numbers kept free for the issues of the file as a whole, which are known last and read first.
const FIRST_OF_ROWS: i32 = 1_001;

/// The issues so far.
pub(super) struct Issues {
    import_id: i64,
    next: i32,
    counts: BTreeMap<(&'static str, &'static str, &'static str), i64>,
    of_rows: Vec<IngestIssue>,
    list: Option<IssueListWriter>,
}

/// All issues, in the end.
pub(super) struct Concluded {
    /// Those that the report shows.
    pub first: Vec<IngestIssue>,
    /// All of them by code.
    pub counts: Vec<IssueCount>,
}

impl Concluded {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|of_code| of_code.count.unsigned_abs()).sum()
    }
}

impl Issues {
    /// None yet; they are also written to a list, if one is asked for.
    pub fn new(import_id: i64, list: Option<&Path>) -> Result<Issues, ImportError> {
        let list = list.map(IssueListWriter::create).transpose().map_err(ImportError::IssueList)?;
        Ok(Issues { import_id, next: FIRST_OF_ROWS, counts: BTreeMap::new(), of_rows: Vec::new(), list })
    }

    /// Records further issues, in the order of the rows.
    pub async fn record(&mut self, conn: &mut PgConnection, issues: Vec<IngestIssue>) -> Result<(), ImportError> {
        self.count(&issues);
        if let Some(list) = &mut self.list {
            let mut numbered = (self.next..).zip(&issues);
            numbered.try_for_each(|(ordinal, issue)| list.push(ordinal, issue)).map_err(ImportError::IssueList)?;
        }
        let free = ISSUES_KEPT - self.of_rows.len();
        // The row itself is in the database, and is asked for there.
        self.of_rows.extend(issues.iter().take(free).map(|issue| IngestIssue { raw_row: None, ..issue.clone() }));
        let new: Vec<NewIssue> = issues.into_iter().map(new_issue).collect();
        insert_issues_from(conn, self.import_id, self.next, &new).await?;
        self.next = self.next.saturating_add(i32::try_from(new.len()).unwrap_or(i32::MAX));
        Ok(())
    }

    /// Records the issues of the file as a whole, before all others.
    pub async fn conclude(mut self, conn: &mut PgConnection, of_file: Vec<IngestIssue>) -> Result<Concluded, ImportError> {
        self.count(&of_file);
        let before = of_file.len().min(usize::try_from(FIRST_OF_ROWS - 1).unwrap_or_default());
        let new: Vec<NewIssue> = of_file.iter().cloned().map(new_issue).collect();
        insert_issues_from(conn, self.import_id, 1, &new[..before]).await?;
        insert_issues_from(conn, self.import_id, self.next, &new[before..]).await?;
        if let Some(mut list) = self.list {
            let mut behind = (self.next..).zip(&of_file[before..]);
            behind.try_for_each(|(ordinal, issue)| list.push(ordinal, issue)).map_err(ImportError::IssueList)?;
            list.conclude((1..).zip(&of_file[..before])).map_err(ImportError::IssueList)?;
        }
        let mut first = of_file;
        first.append(&mut self.of_rows);
        first.truncate(ISSUES_KEPT);
        let counts = self.counts.into_iter().map(|((code, severity, party), count)| IssueCount {
            code: code.to_owned(),
            severity: severity.to_owned(),
            party: party.to_owned(),
            count,
        });
        Ok(Concluded { first, counts: counts.collect() })
    }

    fn count(&mut self, issues: &[IngestIssue]) {
        for issue in issues {
            *self.counts.entry((issue.code, issue.severity.as_str(), issue.party.as_str())).or_default() += 1;
        }
    }
}

fn new_issue(issue: IngestIssue) -> NewIssue {
    NewIssue {
        code: issue.code.to_owned(),
        severity: issue.severity.as_str(),
        party: issue.party.as_str(),
        row_number: issue.row,
        column_name: issue.column,
        value: issue.value,
        message: issue.message,
        remedy: issue.remedy,
        place: issue.place,
        raw_row: issue.raw_row,
    }
}
