//! `GET /api/v1/uploads/{upload_id}/inspection`: what the file is, where it lies, and which mapping would read it.

use axum::extract::State as Shared;
use axum::response::Response;
use mujun_geometry::crs::Crs;

use crate::app::intake::read_crs;
use crate::app::state::State;
use crate::ingest::{ReadOptions, Remedy};
use crate::register::RegisterKind;
use crate::serve::extract::UploadPath;
use crate::serve::problem::Problem;
use crate::serve::query::Parameters;
use crate::serve::route::json;

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    UploadPath(id): UploadPath,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let layer = parameters.text("layer")?;
    let crs: Option<Crs> = parameters.parsed("crs", "可用的坐标系，形如 EPSG:4528", read_crs)?;
    let known = Remedy::ALL.map(Remedy::as_str).join("、");
    let remedies: Option<Vec<Remedy>> =
        parameters.parsed("fix", &format!(" {known}，可有几个，以逗号分隔"), |text| {
            text.split(',').map(|word| word.parse().ok()).collect()
        })?;
    let wanted: Option<RegisterKind> = parameters.parsed("kind", "登记簿的名称，如 parcels", |text| text.parse().ok())?;
    parameters.finish()?;
    let options = ReadOptions { crs, layer, remedies: remedies.unwrap_or_default(), ..ReadOptions::default() };
    json(&state.intake.inspect(&state.pool, &id, options, wanted).await?)
}
