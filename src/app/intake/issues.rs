//! The issues of a preview: one line of JSON each beside the upload, since nothing of a preview is in the database.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::record::UploadId;
use super::{Intake, IntakeError};
use crate::app::query::{IssueCount, IssueFilter};
use crate::ingest::IngestIssue;

/// One issue of a preview, with the columns of an issue of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns of the register of issues, documented there")]
pub struct PreviewIssue {
    pub ordinal: i32,
    pub code: String,
    pub severity: String,
    pub party: String,
    pub row_number: Option<i32>,
    pub column_name: Option<String>,
    pub value: Option<String>,
    pub message: String,
    pub remedy: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
}

impl PreviewIssue {
    /// The issue with its place in the order of the import.
    pub fn new(ordinal: i32, issue: &IngestIssue) -> PreviewIssue {
        PreviewIssue {
            ordinal,
            code: issue.code.to_owned(),
            severity: issue.severity.as_str().to_owned(),
            party: issue.party.as_str().to_owned(),
            row_number: issue.row,
            column_name: issue.column.clone(),
            value: issue.value.clone(),
            message: issue.message.clone(),
            remedy: issue.remedy.clone(),
            lon: issue.place.map(|(lon, _)| lon),
            lat: issue.place.map(|(_, lat)| lat),
        }
    }
}

/// Issues by code.
pub(super) fn count(issues: &[IngestIssue]) -> Vec<IssueCount> {
    let mut counts: BTreeMap<(&str, &str, &str), i64> = BTreeMap::new();
    for issue in issues {
        *counts.entry((issue.code, issue.severity.as_str(), issue.party.as_str())).or_default() += 1;
    }
    let whole = |((code, severity, party), count): ((&str, &str, &str), i64)| IssueCount {
        code: code.to_owned(),
        severity: severity.to_owned(),
        party: party.to_owned(),
        count,
    };
    counts.into_iter().map(whole).collect()
}

/// Some issues of a preview.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuePage {
    /// The issues of the page.
    pub rows: Vec<PreviewIssue>,
    /// All that answer the filter.
    pub count: i64,
    /// All by code, whatever the filter.
    pub counts: Vec<IssueCount>,
    /// Ordinal after which the next page begins.
    pub next: Option<i32>,
}

pub(super) fn write(path: &Path, issues: &[IngestIssue]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for (ordinal, issue) in (1..).zip(issues) {
        serde_json::to_writer(&mut file, &PreviewIssue::new(ordinal, issue))?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

fn read(path: &Path, filter: &IssueFilter, after: i32, limit: usize) -> io::Result<IssuePage> {
    let mut page = IssuePage { rows: Vec::new(), count: 0, counts: Vec::new(), next: None };
    for line in BufReader::new(File::open(path)?).lines() {
        let issue: PreviewIssue = serde_json::from_str(&line?)?;
        if !filter.takes(&issue.severity, &issue.party, &issue.code) {
            continue;
        }
        page.count += 1;
        if issue.ordinal <= after {
            continue;
        }
        if page.rows.len() < limit {
            page.rows.push(issue);
        } else if page.next.is_none() {
            page.next = page.rows.last().map(|last| last.ordinal);
        }
    }
    Ok(page)
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
        let path: PathBuf = self.issues_of(id);
        let read = tokio::task::spawn_blocking(move || read(&path, &filter, after, limit));
        let page = read.await.map_err(IntakeError::Task)?;
        let page = page.map_err(|error| IntakeError::folder("读取预演的问题", error))?;
        Ok(Some(IssuePage { counts: report.issues, ..page }))
    }
}
