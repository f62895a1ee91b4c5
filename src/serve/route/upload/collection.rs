//! `/api/v1/uploads`: what was sent and not thrown away, and a new file.

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::app::intake::Incoming;
use crate::app::state::State;
use crate::clock;
use crate::serve::extract::{SameOrigin, bytes_announced};
use crate::serve::problem::Problem;
use crate::serve::query::{Parameters, invalid};
use crate::serve::route::json;
use crate::serve::view::upload::{UploadView, view};

#[derive(Serialize)]
struct UploadsView {
    items: Vec<UploadView>,
    largest_file: u64,
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    let uploads = state.intake.uploads().await?;
    json(&UploadsView {
        items: uploads.into_iter().map(|upload| view(&state.intake, upload)).collect(),
        largest_file: state.intake.limits().file,
    })
}

pub(in crate::serve) async fn post(
    Shared(state): Shared<State>,
    _own: SameOrigin,
    headers: HeaderMap,
    mut parameters: Parameters,
    body: Body,
) -> Result<Response, Problem> {
    let length = bytes_announced(&headers)?;
    let name = parameters.text("name")?;
    parameters.finish()?;
    let name = name.ok_or_else(|| invalid("name", "", "文件名，如 宗地.zip"))?;
    let incoming = Incoming { name, length, body: body.into_data_stream() };
    let upload = state.intake.begin(incoming, clock::now()).await?;
    let address = format!("/api/v1/uploads/{}", upload.id.as_str());
    let mut response = json(&view(&state.intake, upload))?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(response)
}
