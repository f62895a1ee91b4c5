//! The issues of a preview, from the list beside the upload, since nothing of a preview is in the database.

use super::record::UploadId;
use super::{Intake, IntakeError};
use crate::app::issue_list::{self, More};
use crate::app::query::{IssueCount, IssueFilter, IssueRow};

/// Some issues of a preview.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuePage {
    /// The issues of the page.
    pub rows: Vec<IssueRow>,
    /// All that answer the filter.
    pub count: i64,
    /// All by code, whatever the filter.
    pub counts: Vec<IssueCount>,
    /// Ordinal after which the next page begins.
    pub next: Option<i32>,
}

impl Intake {
    /// One page of the issues of the latest preview; `None` when nothing was tried to the end.
    ///
    /// # Errors
    /// No such upload, or its files cannot be read.
    pub async fn issues(
        &self,
        id: &UploadId,
        filter: IssueFilter,
        after: i32,
        limit: usize,
    ) -> Result<Option<IssuePage>, IntakeError> {
        let upload = self.upload(id).await?;
        let Some(report) = upload.preview.and_then(|job| job.report) else { return Ok(None) };
        let asked = |of_code: &&IssueCount| filter.takes(&of_code.severity, &of_code.party, &of_code.code);
        let count = report.issues.iter().filter(asked).map(|of_code| of_code.count).sum();
        let path = self.issues_of(id);
        let reading = tokio::task::spawn_blocking(move || issue_list::page(&path, &filter, after, limit));
        let page = reading.await.map_err(IntakeError::Task)?;
        let (rows, more) = page.map_err(|error| IntakeError::folder("读取预演的问题", error))?;
        let next = rows.last().filter(|_| more == More::Yes).map(|last| last.ordinal);
        Ok(Some(IssuePage { rows, count, counts: report.issues, next }))
    }
}
