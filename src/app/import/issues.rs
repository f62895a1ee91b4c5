//! The issues of an import: written as they come, so that memory stays bounded; the first of them are kept for the report.

use sqlx::PgConnection;

use super::ISSUES_KEPT;
use crate::ingest::IngestIssue;
use crate::store::StoreError;
use crate::store::import::{NewIssue, insert_issues_from};

/// Numbers kept free for the issues of the file as a whole, which are known last and read first.
const FIRST_OF_ROWS: i32 = 1_001;
/// Bytes of quarantined rows that a report holds besides the issues themselves; the rows are all recorded.
const RAW_ROWS_KEPT: usize = 64 << 20;

/// The issues so far.
pub(super) struct Issues {
    import_id: i64,
    next: i32,
    count: u64,
    raw_bytes: usize,
    of_rows: Vec<IngestIssue>,
}

impl Issues {
    /// None yet.
    pub fn new(import_id: i64) -> Issues {
        Issues { import_id, next: FIRST_OF_ROWS, count: 0, raw_bytes: 0, of_rows: Vec::new() }
    }

    /// Records further issues, in the order of the rows.
    pub async fn record(&mut self, conn: &mut PgConnection, issues: Vec<IngestIssue>) -> Result<(), StoreError> {
        let new: Vec<NewIssue> = issues.iter().map(new_issue).collect();
        insert_issues_from(conn, self.import_id, self.next, &new).await?;
        self.next = self.next.saturating_add(i32::try_from(new.len()).unwrap_or(i32::MAX));
        self.count += new.len() as u64;
        for mut issue in issues {
            if self.of_rows.len() == ISSUES_KEPT {
                break;
            }
            if let Some(raw) = &issue.raw_row {
                self.raw_bytes += raw.to_string().len();
                if self.raw_bytes > RAW_ROWS_KEPT {
                    issue.raw_row = None;
                }
            }
            self.of_rows.push(issue);
        }
        Ok(())
    }

    /// Records the issues of the file as a whole, before all others, and answers those that the report shows, and how many there are.
    pub async fn conclude(
        mut self,
        conn: &mut PgConnection,
        of_file: Vec<IngestIssue>,
    ) -> Result<(Vec<IngestIssue>, u64), StoreError> {
        let before = of_file.len().min(usize::try_from(FIRST_OF_ROWS - 1).unwrap_or_default());
        let new: Vec<NewIssue> = of_file.iter().map(new_issue).collect();
        insert_issues_from(conn, self.import_id, 1, &new[..before]).await?;
        insert_issues_from(conn, self.import_id, self.next, &new[before..]).await?;
        self.count += new.len() as u64;
        let mut all = of_file;
        all.append(&mut self.of_rows);
        all.truncate(ISSUES_KEPT);
        Ok((all, self.count))
    }
}

fn new_issue(issue: &IngestIssue) -> NewIssue {
    NewIssue {
        code: issue.code.to_owned(),
        severity: issue.severity.as_str(),
        party: issue.party.as_str(),
        row_number: issue.row,
        column_name: issue.column.clone(),
        value: issue.value.clone(),
        message: issue.message.clone(),
        remedy: issue.remedy.clone(),
        place: issue.place,
        raw_row: issue.raw_row.clone(),
    }
}
