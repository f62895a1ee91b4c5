//! `GET /api`: the description of all addresses, OpenAPI 3.0.

use axum::response::Response;

use super::ogc::{Format, OPENAPI, format, to_application};
use super::typed;
use crate::serve::extract::BaseUrl;
use crate::serve::{openapi, problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(BaseUrl(base): BaseUrl, mut parameters: Parameters) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    match format {
        Format::Json => typed(OPENAPI, &openapi::document(&base)),
        Format::Html => Ok(to_application()),
    }
}
