//! `GET /api/v1/imports`: the files that came in, newest first.

use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;

use super::json;
use crate::app::query::{self, ImportRow};
use crate::app::state::State;
use crate::register::RegisterKind;
use crate::serve::view::label::data_label;
use crate::serve::{problem::Problem, query::Parameters};

#[derive(Serialize)]
struct ImportsView {
    items: Vec<ImportView>,
    is_synthetic: bool,
    data_label: Option<&'static str>,
}

#[derive(Serialize)]
struct ImportView {
    #[serde(flatten)]
    row: ImportRow,
    kind_label: Option<&'static str>,
    data_label: Option<&'static str>,
}

pub(in crate::serve) async fn get(Shared(state): Shared<State>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    let imports = query::imports(&state).await?;
    json(&ImportsView {
        items: imports
            .rows
            .into_iter()
            .map(|row| ImportView {
                kind_label: row.kind.parse::<RegisterKind>().ok().map(RegisterKind::label_zh),
                data_label: data_label(row.is_synthetic),
                row,
            })
            .collect(),
        is_synthetic: imports.is_synthetic,
        data_label: data_label(imports.is_synthetic),
    })
}
