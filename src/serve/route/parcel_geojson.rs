//! `GET /api/v1/parcels/{division_code}/{parcel_code}/geojson`: one parcel as a file to keep, with the scope it was true under.
//!
//! `digest` is the SHA-256 of the feature's `type`, `id`, `geometry` and `properties` with sorted keys and no spaces; the other
//! members say where the figures come from and are not part of it.

use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::typed;
use crate::app::query::{self, ParcelCard};
use crate::app::state::State;
use crate::serve::extract::ParcelPath;
use crate::serve::view::feature::canonical;
use crate::serve::view::finding::{FindingView, Law, stored};
use crate::serve::view::label::data_label;
use crate::serve::view::scope::ScopeView;
use crate::serve::{problem::Problem, query::Parameters};

fn internal(error: serde_json::Error) -> Problem {
    Problem::Internal(Box::new(error))
}

/// The parts of a finding that a reader of the file needs to know what was said and under which clause.
fn summary(view: &FindingView) -> Result<Value, Problem> {
    let full = serde_json::to_value(view).map_err(internal)?;
    let keep = [
        "subject",
        "rule_id",
        "title",
        "force",
        "force_label",
        "outcome",
        "outcome_label",
        "flag",
        "flag_label",
        "flagged_area_m2",
        "citation",
        "measured",
        "threshold",
        "arithmetic",
        "missing",
    ];
    Ok(keep.iter().map(|key| ((*key).to_owned(), full[*key].clone())).collect::<serde_json::Map<_, _>>().into())
}

fn document(card: ParcelCard, law: Law<'_>) -> Result<Value, Problem> {
    let row = &card.row;
    let item = &row.item;
    let findings = card.findings.into_iter().map(|finding| summary(&stored(finding, law))).collect::<Result<Vec<_>, _>>()?;
    let geometry: Value = serde_json::from_str(&row.geometry).map_err(internal)?;
    let mut feature = json!({
        "type": "Feature",
        "id": format!("{}.{}", item.division_code, item.parcel_code),
        "geometry": geometry,
        "properties": {
            "division_code": item.division_code,
            "division_name": item.division_name,
            "parcel_code": item.parcel_code,
            "location": item.location,
            "right_holder": item.right_holder,
            "industry_edition": item.industry_edition,
            "industry_code": item.industry_code,
            "documentary_area_m2": row.documentary_area_m2,
            "ellipsoidal_area_m2": row.ellipsoidal_area_m2,
            "planar_area_m2": row.planar_area_m2,
            "site_area_m2": item.site_area_m2,
            "site_area_basis": item.site_area_basis,
            "footprint_m2": row.footprint_m2,
            "counting_floor_area_m2": row.counting_floor_area_m2,
            "floor_area_basis": row.floor_area_basis,
            "plot_ratio": item.plot_ratio,
            "building_density": item.building_density,
            "kinds": item.kinds,
            "counted_kind": item.counted_kind,
            "flagged_area_m2": item.flagged_area_m2,
            "undetermined_count": item.undetermined_count,
            "findings": findings,
            "import_id": row.import_id,
            "file_name": row.file_name,
            "source_row": row.source_row,
            "observed_on": item.observed_on,
            "recorded_at": row.recorded_at,
            "data_label": data_label(row.is_synthetic),
        },
    });
    let digest = Sha256::digest(canonical(&feature).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    feature["bbox"] = json!(row.bbox);
    feature["count"] = json!(1);
    feature["area_m2"] = json!(item.site_area_m2);
    feature["digest"] = json!({ "algorithm": "sha256", "value": digest, "over": "type, id, geometry, properties" });
    feature["scope"] = serde_json::to_value(ScopeView::from(card.scope)).map_err(internal)?;
    Ok(feature)
}

/// The code as a file name: other characters than letters, digits, `-` and `_` become `_`.
fn file_name(path: &ParcelPath) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let code: String = path.parcel_code.chars().map(plain).collect();
    format!("parcel-{}-{code}.geojson", path.division_code)
}

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    path: ParcelPath,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let Some(card) = query::parcel(&state, &path.division_code, &path.parcel_code).await? else {
        return Err(Problem::ParcelNotFound { division_code: path.division_code, parcel_code: path.parcel_code });
    };
    let law = Law::of(&card.scope.clone(), &state.rulebook);
    let mut response = typed("application/geo+json", &document(card, law)?)?;
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file_name(&path)))
        .map_err(|error| Problem::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}
