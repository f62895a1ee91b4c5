//! What surrounds every request: its id, its deadline, its line in the log, and what happens when a handler panics.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// How long an answer may take to begin. Bodies that stream may take longer.
const DEADLINE: Duration = Duration::from_secs(30);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static REQUEST: u64;
}

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// The id of the request being answered; 0 outside of one.
pub(super) fn request_id() -> u64 {
    REQUEST.try_with(|id| *id).unwrap_or(0)
}

/// Ends a request whose answer does not begin in time.
pub(super) async fn deadline(request: Request, next: Next) -> Response {
    match tokio::time::timeout(DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::TimedOut.into_response(),
    }
}

/// Numbers the request and logs how it ended.
pub(super) async fn request(request: Request, next: Next) -> Response {
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let began = Instant::now();
    let mut response = REQUEST.scope(id, next.run(request)).await;
    let duration_ms = began.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(request = id, %method, path, status = response.status().as_u16(), duration_ms, "answered");
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from(id));
    response
}

/// An answer that took longer is worth a line in the log.
const SLOW: Duration = Duration::from_millis(250);

/// Numbers the request for a tile and sets its deadline; logs it when it failed or was slow.
pub(super) async fn tile(request: Request, next: Next) -> Response {
    let id = REQUESTS.fetch_add(1, Ordering::Relaxed);
    let uri = request.uri().clone();
    let began = Instant::now();
    let answered = REQUEST.scope(id, tokio::time::timeout(DEADLINE, next.run(request))).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(_) => REQUEST.scope(id, async { Problem::TimedOut.into_response() }).await,
    };
    let (status, took) = (response.status(), began.elapsed());
    if status.is_client_error() || status.is_server_error() || took > SLOW {
        let duration_ms = took.as_secs_f64() * 1000.0;
        tracing::info!(request = id, path = uri.path(), status = status.as_u16(), duration_ms, "answered a tile");
    }
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, HeaderValue::from(id));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A handler panicked.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked: {0}")]
struct Panicked(String);

/// Turns a panic into a problem; what it said goes to the log.
pub(super) fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned());
    Problem::Internal(Box::new(Panicked(text))).into_response()
}
