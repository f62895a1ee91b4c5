//! `GET /api/v1/imports/{import_id}/quarantine`: the rows that were set aside, as a file to mend and send again.

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use tokio::io::AsyncReadExt;

use crate::app::quarantine::{Exported, QuarantineError, QuarantineFormat, export};
use crate::app::state::State;
use crate::serve::extract::ImportPath;
use crate::serve::problem::Problem;
use crate::serve::query::{Parameters, invalid};

/// Bytes sent at once.
const PIECE: usize = 64 * 1024;

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    ImportPath(import_id): ImportPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = match parameters.text("format")? {
        None => QuarantineFormat::GeoPackage,
        Some(word) => QuarantineFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| invalid("format", &word, "gpkg 或 xlsx"))?,
    };
    parameters.finish()?;
    let internal = |fault: std::io::Error| Problem::Internal(Box::new(fault));
    let folder = tempfile::tempdir().map_err(internal)?;
    let path = folder.path().join(format!("quarantine.{}", format.as_str()));
    let Exported { file_name, .. } =
        export(&state.pool, import_id, format, &path).await.map_err(|fault| problem(import_id, fault))?;
    let mut file = tokio::fs::File::open(&path).await.map_err(internal)?;
    let length = file.metadata().await.map_err(internal)?.len();
    // The open file outlives its name, and goes when it was read or the client left.
    drop(folder);
    let pieces = async_stream::try_stream! {
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece).await?;
            if read == 0 {
                break;
            }
            yield Bytes::copy_from_slice(&piece[..read]);
        }
    };
    let pieces: std::pin::Pin<Box<dyn futures::Stream<Item = std::io::Result<Bytes>> + Send>> = Box::pin(pieces);
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file_name, import_id, format)?);
    Ok(response)
}

/// The name in UTF-8 (RFC 6266), and a plain one for whoever does not read it.
fn disposition(file_name: &str, import_id: i64, format: QuarantineFormat) -> Result<HeaderValue, Problem> {
    let escaped: String = file_name
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let plain = format!("quarantine-{import_id}.{}", format.as_str());
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{escaped}"))
        .map_err(|fault| Problem::Internal(Box::new(fault)))
}

fn problem(import_id: i64, fault: QuarantineError) -> Problem {
    match fault {
        QuarantineError::NoImport { .. } => Problem::ImportNotFound { import_id: import_id.to_string() },
        QuarantineError::Nothing { .. } => Problem::NothingQuarantined { import_id },
        QuarantineError::Connection(source) => Problem::Unavailable(Box::new(source)),
        other => Problem::Internal(Box::new(other)),
    }
}
