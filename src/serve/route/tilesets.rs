//! OGC API Tiles 1.0: which tile sets there are, of the whole data set and of each collection, and how they are cut.
//! `GET /tiles`, `/collections/{collection}/tiles`, `…/tiles/WebMercatorQuad` and the tiles under it.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::ogc::{CRS84, Format, JSON, Link, answer, format, link, title_of};
use super::tile;
use super::typed;
use crate::app::query::{self, Bbox, FeatureCollection, MapLayer};
use crate::app::state::State;
use crate::app::tile::{self as tiles, ColumnKind, LayerZooms, Place, TileAddress};
use crate::serve::extract::{BaseUrl, LayersPath, OgcTilePath, TILE_MATRIX_SET, TileSetPath, tile_layers};
use crate::serve::{problem::Problem, query::Parameters};

/// Web Mercator as the standard names it.
pub(super) const WEB_MERCATOR: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
/// The matrix set as the standard's register names it.
const MATRIX_SET_URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
/// Relations of links.
pub(super) const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
pub(super) const TILING_SCHEMES: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";
const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
const MVT: &str = "application/vnd.mapbox-vector-tile";
const TILE_JSON: &str = "application/vnd.mapbox.tile+json";

/// The zooms that a client should ask for: past the last it enlarges what it has.
const MIN_ZOOM: u8 = 5;
const MAX_ZOOM: u8 = 16;

/// The layers of the open collections: what the tiles of the data set show.
pub(super) fn open_layers() -> Vec<MapLayer> {
    FeatureCollection::ALL.into_iter().filter_map(|collection| MapLayer::from_word(collection.as_str())).collect()
}

/// Where the tile sets of a collection, or of the data set, are.
fn root(base: &str, layer: Option<MapLayer>) -> String {
    match layer {
        Some(layer) => format!("{base}/collections/{}/tiles", layer.as_str()),
        None => format!("{base}/tiles"),
    }
}

fn title(layer: Option<MapLayer>) -> String {
    let collection = layer.and_then(|layer| FeatureCollection::ALL.into_iter().find(|own| own.as_str() == layer.as_str()));
    format!("{}：矢量瓦片", collection.map_or("亩均", title_of))
}

fn links(base: &str, layer: Option<MapLayer>) -> Vec<Link> {
    let root = root(base, layer);
    vec![
        link(format!("{root}/{TILE_MATRIX_SET}"), "self", JSON, title(layer)),
        link(format!("{root}/{TILE_MATRIX_SET}?f=tilejson"), "alternate", TILE_JSON, "TileJSON 3.0"),
        link(format!("{base}/tileMatrixSets/{TILE_MATRIX_SET}"), TILING_SCHEME, JSON, TILE_MATRIX_SET),
    ]
}

/// The link to tiles, which holds a place for each number.
fn item(base: &str, layer: Option<MapLayer>) -> Value {
    let href = format!("{}/{TILE_MATRIX_SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", root(base, layer));
    json!({ "href": href, "rel": "item", "type": MVT, "title": "瓦片", "templated": true })
}

fn tile_set(base: &str, layer: Option<MapLayer>) -> Value {
    json!({
        "title": title(layer),
        "dataType": "vector",
        "crs": WEB_MERCATOR,
        "tileMatrixSetURI": MATRIX_SET_URI,
        "links": links(base, layer),
    })
}

/// `GET /tiles` and `/collections/{collection}/tiles`.
pub(in crate::serve) async fn list(
    TileSetPath { layer }: TileSetPath,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = format(&mut parameters)?;
    parameters.finish()?;
    let own = link(root(&base, layer), "self", JSON, title(layer));
    answer(format, &json!({ "links": [own], "tilesets": [tile_set(&base, layer)] }))
}

/// `GET …/tiles/WebMercatorQuad`: what a tile set holds.
pub(in crate::serve) async fn describe(
    Shared(state): Shared<State>,
    TileSetPath { layer }: TileSetPath,
    BaseUrl(base): BaseUrl,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let is_tile_json = parameters.peek("f") == Some("tilejson");
    let format = if is_tile_json {
        parameters.text("f")?;
        Format::Json
    } else {
        format(&mut parameters)?
    };
    parameters.finish()?;
    let layers = layer.map_or_else(open_layers, |layer| vec![layer]);
    let extent = query::extent(&state).await?;
    if is_tile_json {
        let tiles = format!("{}/{TILE_MATRIX_SET}/{{z}}/{{y}}/{{x}}", root(&base, layer));
        return typed(TILE_JSON, &tile_json(&state, &title(layer), tiles, &layers, extent));
    }
    let mut value = tile_set(&base, layer);
    if let Some(links) = value["links"].as_array_mut() {
        links.push(item(&base, layer));
    }
    value["layers"] = layers.iter().map(|layer| layer_of_set(*layer)).collect();
    value["tileMatrixSetLimits"] = extent.map(limits).unwrap_or_default();
    if let Some(Bbox { west, south, east, north }) = extent {
        value["boundingBox"] = json!({ "lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84 });
    }
    answer(format, &value)
}

/// One layer in the metadata of a tile set.
fn layer_of_set(layer: MapLayer) -> Value {
    let properties: serde_json::Map<String, Value> = layer
        .columns()
        .map(|(name, kind)| {
            let kind = match kind {
                ColumnKind::Category | ColumnKind::Text => "string",
                ColumnKind::Number => "number",
                ColumnKind::Integer => "integer",
                ColumnKind::Flag => "boolean",
            };
            (name.to_owned(), json!({ "type": kind }))
        })
        .collect();
    json!({
        "id": layer.as_str(),
        "title": layer.label_zh(),
        "dataType": "vector",
        "geometryDimension": 2,
        "propertiesSchema": { "type": "object", "properties": properties },
    })
}

/// Rows and columns that can hold anything, zoom by zoom.
fn limits(extent: Bbox) -> Value {
    let place = Place::from_degrees;
    (MIN_ZOOM..=MAX_ZOOM)
        .map(|zoom| {
            let (_, west, north) = TileAddress::holding(place(extent.west, extent.north), zoom).parts();
            let (_, east, south) = TileAddress::holding(place(extent.east, extent.south), zoom).parts();
            json!({ "tileMatrix": zoom.to_string(), "minTileRow": north, "maxTileRow": south, "minTileCol": west, "maxTileCol": east })
        })
        .collect()
}

/// The layers that a layer of ours becomes inside a tile, each with its attributes and the zooms at which tiles hold it.
fn parts_of(state: &State, layer: MapLayer) -> Vec<Value> {
    let LayerZooms { shown_from, blocks_from, drawn_from, labels_from } = tiles::zooms(state, layer);
    let first = shown_from.max(MIN_ZOOM);
    let fields: serde_json::Map<String, Value> = layer
        .columns()
        .map(|(name, kind)| {
            let kind = match kind {
                ColumnKind::Category | ColumnKind::Text => "String",
                ColumnKind::Number | ColumnKind::Integer => "Number",
                ColumnKind::Flag => "Boolean",
            };
            (name.to_owned(), json!(kind))
        })
        .collect();
    let sums: serde_json::Map<String, Value> = tiles::sum_keys(layer).into_iter().map(|name| (name, json!("Number"))).collect();
    let mut of_block = sums.clone();
    if let Some(key) = layer.schema().class_key {
        of_block.insert(key, json!("String"));
    }
    let (name, label) = (layer.as_str(), layer.label_zh());
    let part = |suffix: &str, what: &str, fields: &serde_json::Map<String, Value>, from: u8, to: u8| {
        let description = format!("{label}{what}");
        let (from, to) = (from.clamp(first, MAX_ZOOM), to.clamp(first, MAX_ZOOM));
        json!({ "id": format!("{name}{suffix}"), "description": description, "fields": fields, "minzoom": from, "maxzoom": to })
    };
    let mut parts = vec![part("", "", &fields, drawn_from, MAX_ZOOM)];
    if labels_from <= MAX_ZOOM {
        parts.push(part("_label", "：标注点", &fields, labels_from, MAX_ZOOM));
    }
    parts.push(part("_tiny", "：不足一个像素的图形，以点代替", &fields, drawn_from, MAX_ZOOM));
    if drawn_from > first {
        if blocks_from < drawn_from {
            parts.push(part("_block", "：相邻同类合并成块，附个数与亩数", &of_block, blocks_from, drawn_from - 1));
        }
        if blocks_from > first {
            parts.push(part("_grid", "：按方格汇总的个数与亩数", &sums, first, blocks_from - 1));
        }
        parts.push(part("_sum", "：块与方格的合计，供标注", &sums, first, drawn_from - 1));
    }
    parts
}

/// TileJSON 3.0.
fn tile_json(state: &State, name: &str, tiles: String, layers: &[MapLayer], extent: Option<Bbox>) -> Value {
    let meta = json!({
        "id": "meta", "description": "哪些图层在本瓦片中合并或汇总，代表多少要素与亩数", "minzoom": MIN_ZOOM, "maxzoom": MAX_ZOOM,
        "fields": {
            "layer": "String", "features": "Number", "drawn_from": "Number", "shown_as": "String: blocks | squares | nothing",
            "pixels": "Number", "area_mu": "Number",
        },
    });
    let parts: Vec<Value> = layers.iter().flat_map(|layer| parts_of(state, *layer)).chain([meta]).collect();
    let mut value = json!({
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": MIN_ZOOM,
        "maxzoom": MAX_ZOOM,
        "vector_layers": parts,
    });
    if let Some(Bbox { west, south, east, north }) = extent {
        value["bounds"] = json!([west, south, east, north]);
        value["center"] = json!([(west + east) / 2.0, (south + north) / 2.0, 10]);
    }
    value
}

/// `GET /tilejson/{layers}`: TileJSON of the layers of the map.
pub(in crate::serve) async fn of_layers(
    Shared(state): Shared<State>,
    LayersPath(layers): LayersPath,
    BaseUrl(base): BaseUrl,
    parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let names: Vec<&str> = layers.iter().map(|layer| layer.as_str()).collect();
    let tiles = format!("{base}/tiles/{}/{{z}}/{{x}}/{{y}}", names.join(","));
    typed(TILE_JSON, &tile_json(&state, "亩均", tiles, &layers, query::extent(&state).await?))
}

/// `GET …/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`: one tile. Of the data set `collections` chooses what it shows.
pub(in crate::serve) async fn one(
    Shared(state): Shared<State>,
    OgcTilePath { layer, address }: OgcTilePath,
    headers: HeaderMap,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    parameters.parsed("f", " mvt", |word| (word == "mvt").then_some(()))?;
    let layers = match layer {
        Some(layer) => vec![layer],
        None => match parameters.text("collections")? {
            None => open_layers(),
            Some(chosen) => {
                let chosen = tile_layers(&chosen)?;
                let open = open_layers();
                if let Some(other) = chosen.iter().find(|layer| !open.contains(layer)) {
                    return Err(Problem::CollectionNotFound { collection: other.as_str().to_owned() });
                }
                chosen
            }
        },
    };
    tile::answer(&state, address, &layers, &headers, parameters).await
}
