//! What is asked of a reader, and what it says beside the rows.

use std::{
    ffi::OsStr,
    io::{self, Read},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::ingest::{
    IngestIssue, IssueCode,
    source::{DeclaredCrs, Opened, Request, Rows},
};

/// The longest order; paths and names are short.
const ORDER_LIMIT: u64 = 1 << 20;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Task {
    /// Open the file and send its rows.
    Read,
    /// Say which layers it has.
    Layers,
}

/// The order that a reader finds on its standard input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Bytes of the path, which need not be text.
    path: Vec<u8>,
    pub task: Task,
    pub layer: Option<String>,
    encoding: Option<String>,
    /// Where archives may be unpacked.
    pub folder: Vec<u8>,
}

impl Order {
    pub fn new(path: &Path, task: Task, request: Request<'_>) -> Order {
        Order {
            path: path.as_os_str().as_bytes().to_vec(),
            task,
            layer: request.layer.map(str::to_owned),
            encoding: request.encoding.map(|encoding| encoding.name().to_owned()),
            folder: Vec::new(),
        }
    }

    pub fn path(&self) -> PathBuf {
        PathBuf::from(OsStr::from_bytes(&self.path))
    }

    pub fn folder(&self) -> PathBuf {
        PathBuf::from(OsStr::from_bytes(&self.folder))
    }

    pub fn request(&self) -> Request<'_> {
        let encoding = self.encoding.as_deref().and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
        Request { layer: self.layer.as_deref(), encoding }
    }

    /// Length, then JSON: the stream stays open behind it.
    pub fn to_bytes(&self) -> Vec<u8> {
        // A struct of strings and numbers always has a JSON form.
        let content = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = (content.len() as u64).to_le_bytes().to_vec();
        bytes.extend(content);
        bytes
    }

    pub fn from_stream(mut stream: impl Read) -> io::Result<Order> {
        let mut length = [0; 8];
        stream.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        if length > ORDER_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut content = Vec::new();
        stream.take(length).read_to_end(&mut content)?;
        Ok(serde_json::from_slice(&content)?)
    }
}

/// All of an opened file but its rows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    path: String,
    file_name: String,
    sha256: String,
    layer_name: Option<String>,
    columns: Vec<String>,
    encoding: Option<String>,
    has_geometry: bool,
    cuts_names: bool,
    crs: DeclaredCrs,
    claimed_rows: Option<u64>,
    issues: Vec<SentIssue>,
}

impl Header {
    /// Of a file that was opened, with its rows beside it.
    pub fn of(opened: Opened) -> (Header, Box<dyn Rows>) {
        let header = Header {
            path: opened.path,
            file_name: opened.file_name,
            sha256: opened.sha256,
            layer_name: opened.layer_name,
            columns: opened.columns,
            encoding: opened.encoding,
            has_geometry: opened.has_geometry,
            cuts_names: opened.cuts_names,
            crs: opened.crs,
            claimed_rows: opened.claimed_rows,
            issues: opened.issues.into_iter().map(SentIssue::of).collect(),
        };
        (header, opened.rows)
    }

    /// The file as if it had been opened here.
    pub fn opened(self, rows: Box<dyn Rows>) -> Opened {
        Opened {
            path: self.path,
            file_name: self.file_name,
            sha256: self.sha256,
            layer_name: self.layer_name,
            columns: self.columns,
            encoding: self.encoding,
            has_geometry: self.has_geometry,
            cuts_names: self.cuts_names,
            crs: self.crs,
            claimed_rows: self.claimed_rows,
            issues: self.issues.into_iter().filter_map(SentIssue::issue).collect(),
            rows,
        }
    }
}

/// What is known when the rows are over.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ending {
    pub warnings: Vec<String>,
    issues: Vec<SentIssue>,
}

impl Ending {
    pub fn new(warnings: Vec<String>, issues: Vec<IngestIssue>) -> Ending {
        Ending { warnings, issues: issues.into_iter().map(SentIssue::of).collect() }
    }

    pub fn take_issues(&mut self) -> Vec<IngestIssue> {
        std::mem::take(&mut self.issues).into_iter().filter_map(SentIssue::issue).collect()
    }
}

/// An issue that a reader can know of: it has neither place nor raw row.
#[derive(Debug, Serialize, Deserialize)]
struct SentIssue {
    code: String,
    row: Option<i32>,
    column: Option<String>,
    value: Option<String>,
    message: String,
    remedy: String,
}

impl SentIssue {
    fn of(issue: IngestIssue) -> SentIssue {
        let IngestIssue { code, row, column, value, message, remedy, .. } = issue;
        SentIssue { code: code.to_owned(), row, column, value, message, remedy }
    }

    fn issue(self) -> Option<IngestIssue> {
        let mut issue = IngestIssue::new(IssueCode::from_code(&self.code)?, self.message);
        issue.row = self.row;
        issue.column = self.column;
        issue.value = self.value;
        issue.remedy = self.remedy;
        Some(issue)
    }
}
