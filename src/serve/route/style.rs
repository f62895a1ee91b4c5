//! `GET /style.json`: the map as a MapLibre style for other clients, with the colours and hatches of ours; and its pictures.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use mujun_domain::kind::Kind;
use serde_json::{Value, json};

use super::ogc::JSON;
use super::typed;
use crate::serve::extract::BaseUrl;
use crate::serve::hatch;
use crate::serve::{problem::Problem, query::Parameters};

/// The media type of a style.
pub(super) const STYLE: &str = "application/vnd.mapbox.style+json";

/// Letters come from the reader's own fonts: the style names no address of glyphs.
const FONTS: [&str; 4] = ["Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "sans-serif"];

pub(in crate::serve) async fn get(BaseUrl(base): BaseUrl, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    let mut layers = vec![
        json!({ "id": "background", "type": "background", "paint": { "background-color": "#e7eaec" } }),
        fill("divisions", json!(true), "#f8f8f5", 1.0),
        fill("zones", json!(true), "#dcdcd2", 0.35),
        squares("parcels", "area_mu", "#b3b0a4", (0.1, 8, 0.5)),
        json!({
            "id": "parcels_tiny-dot", "type": "circle", "source": "city", "source-layer": "parcels_tiny",
            "filter": ["==", ["coalesce", ["get", "kind"], ""], ""],
            "paint": { "circle-color": "#b3b0a4", "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 12, 1.6] },
        }),
        fill("parcels_block", json!(["==", ["get", "kind"], ""]), "#e9e7de", 0.75),
        fill("parcels", json!(["==", ["get", "kind"], ""]), "#e9e7de", 0.75),
        line("parcels", json!(["==", ["get", "kind"], ""]), "#b3b0a4", 0.6),
    ];
    for kind in [Kind::Underused, Kind::SuppliedNotUsed, Kind::ApprovedNotSupplied] {
        layers.extend(kind_layers(kind));
    }
    layers.extend([
        fill("buildings_block", json!(true), "#9aa0a6", 0.5),
        fill("buildings", json!(true), "#9aa0a6", 0.5),
        line("projects", json!(true), "#2a7a12", 1.8),
        line("divisions", json!(true), "#6a7078", 1.4),
        json!({
            "id": "divisions-text", "type": "symbol", "source": "city", "source-layer": "divisions_label",
            "layout": { "text-field": ["get", "name"], "text-font": FONTS },
            "paint": { "text-color": "#3c4248", "text-halo-color": "#ffffff", "text-halo-width": 2 },
        }),
    ]);
    let shown = "divisions,zones,parcels,leftovers,buildings,projects";
    typed(
        STYLE,
        &json!({
            "version": 8,
            "name": "亩均",
            "sources": { "city": { "type": "vector", "url": format!("{base}/tilejson/{shown}") } },
            "sprite": format!("{base}/style/sprite"),
            "layers": layers,
        }),
    )
}

/// Where a tile holds too many to draw: the more 亩 of `sum` in a square the denser its tint, as in the map application. `tint` is how
/// dense it is at none, at how many natural logarithms of one more than its 亩 it is densest, and how dense then.
fn squares(layer: &str, sum: &str, colour: &str, (thin, most, dense): (f64, u8, f64)) -> Value {
    let land = json!(["to-number", ["coalesce", ["get", sum], 0]]);
    let mut squares = fill(&format!("{layer}_grid"), json!([">", land, 0]), colour, dense);
    squares["paint"]["fill-opacity"] = json!(["interpolate", ["linear"], ["ln", ["+", 1, land]], 0, thin, most, dense]);
    squares
}

/// Approved and unsupplied ground has a layer of its own; the other kinds are parcels.
fn kind_layers(kind: Kind) -> [Value; 5] {
    let (fill_colour, ink) = hatch::colours(kind);
    let (layer, filter, sum) = match kind {
        Kind::ApprovedNotSupplied => ("leftovers", json!(true), "area_mu".to_owned()),
        Kind::SuppliedNotUsed | Kind::Underused => {
            ("parcels", json!(["==", ["get", "kind"], kind.as_str()]), format!("{}_area_mu", kind.as_str()))
        }
    };
    let named = |part: &str| format!("{}-{part}", kind.as_str());
    let of_kind = filter.clone();
    let [mut area, mut hatched, mut outline] = [
        fill(layer, filter.clone(), fill_colour, 0.5),
        fill(layer, filter.clone(), fill_colour, 0.75),
        line(layer, filter, ink, 1.2),
    ];
    area["id"] = json!(named("fill"));
    hatched["id"] = json!(named("hatch"));
    hatched["minzoom"] = json!(12);
    hatched["paint"] = json!({ "fill-pattern": hatch::name(kind), "fill-opacity": 0.75 });
    outline["id"] = json!(named("line"));
    let mut grid = squares(layer, &sum, fill_colour, (0.12, 7, 0.85));
    grid["id"] = json!(named("grid"));
    let mut block = fill(&format!("{layer}_block"), of_kind, fill_colour, 0.9);
    block["id"] = json!(named("block"));
    [grid, block, area, hatched, outline]
}

fn fill(layer: &str, filter: Value, colour: &str, opacity: f64) -> Value {
    json!({
        "id": format!("{layer}-fill"), "type": "fill", "source": "city", "source-layer": layer, "filter": filter,
        "paint": { "fill-color": colour, "fill-opacity": opacity },
    })
}

fn line(layer: &str, filter: Value, colour: &str, width: f64) -> Value {
    json!({
        "id": format!("{layer}-line"), "type": "line", "source": "city", "source-layer": layer, "filter": filter,
        "paint": { "line-color": colour, "line-width": width },
    })
}

/// `GET /style/{name}`: the pictures and their places, at the usual density and at twice that.
pub(in crate::serve) async fn sprite(Path(name): Path<String>, parameters: Parameters) -> Result<Response, Problem> {
    parameters.finish()?;
    let density = if name.contains("@2x") { 2 } else { 1 };
    match name.as_str() {
        "sprite.json" | "sprite@2x.json" => typed(JSON, &hatch::index(density)),
        "sprite.png" | "sprite@2x.png" => {
            let picture = hatch::picture(density).map_err(|error| Problem::Internal(Box::new(error)))?;
            Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], picture).into_response())
        }
        _ => Err(Problem::AddressNotFound { path: format!("/style/{}", name.chars().take(80).collect::<String>()) }),
    }
}
