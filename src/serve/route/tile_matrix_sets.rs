//! `GET /tileMatrixSets` and `/tileMatrixSets/WebMercatorQuad`: how the world is cut into tiles (OGC 17-083r4, annex D).

use axum::response::Response;
use serde_json::{Value, json};

use super::ogc::{JSON, answer, format, link};
use super::tilesets::WEB_MERCATOR;
use crate::app::tile::TileAddress;
use crate::serve::extract::{BaseUrl, TILE_MATRIX_SET, TileSetPath};
use crate::serve::{problem::Problem, query::Parameters};

/// Half of the world's width in Web Mercator, m.
const EDGE: f64 = 20_037_508.342_789_244;
/// Pixels of a tile in the standard's definition.
const PIXELS: u32 = 256;
/// Metres of a pixel of the standard's screen.
const PIXEL_M: f64 = 0.000_28;

/// `GET /tileMatrixSets`.
pub(in crate::serve) async fn list(BaseUrl(base): BaseUrl, mut parameters: Parameters) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let own = link(format!("{base}/tileMatrixSets/{TILE_MATRIX_SET}"), "self", JSON, TILE_MATRIX_SET);
    answer(
        format,
        &json!({
            "tileMatrixSets": [{ "id": TILE_MATRIX_SET, "title": "Google Maps Compatible for the World", "links": [own] }],
            "links": [link(format!("{base}/tileMatrixSets"), "self", JSON, "瓦片矩阵集")],
        }),
    )
}

/// `GET /tileMatrixSets/{tileMatrixSetId}`.
pub(in crate::serve) async fn one(_: TileSetPath, mut parameters: Parameters) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let matrices: Vec<Value> = (0..=TileAddress::MAX_ZOOM)
        .map(|zoom| {
            let side = 1_u32 << zoom;
            let cell_size = 2.0 * EDGE / f64::from(PIXELS) / f64::from(side);
            json!({
                "id": zoom.to_string(),
                "scaleDenominator": cell_size / PIXEL_M,
                "cellSize": cell_size,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-EDGE, EDGE],
                "tileWidth": PIXELS,
                "tileHeight": PIXELS,
                "matrixWidth": side,
                "matrixHeight": side,
            })
        })
        .collect();
    answer(
        format,
        &json!({
            "id": TILE_MATRIX_SET,
            "title": "Google Maps Compatible for the World",
            "uri": "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
            "orderedAxes": ["E", "N"],
            "crs": WEB_MERCATOR,
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "tileMatrices": matrices,
        }),
    )
}
