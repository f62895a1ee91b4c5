//! OGC API Tiles, as its test suite asks: the lists, what a set holds, how it is cut, and the tiles; and the style for other clients.

use axum::http::{StatusCode, header};
use serde_json::Value;

use super::mvt::decode;
use super::seed::Api;

fn link<'a>(value: &'a Value, rel: &str) -> &'a str {
    let all = value["links"].as_array().unwrap();
    let found = all.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("no {rel} in {all:?}"));
    found["href"].as_str().unwrap().strip_prefix("http://mujun.test").unwrap()
}

const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

#[tokio::test]
async fn from_the_landing_page_and_each_collection_a_tile_can_be_found() {
    let api = Api::town().await;
    let landing = api.json("/?f=json").await;
    let collections = api.json("/collections").await;
    let mut lists = vec![link(&landing, TILESETS).to_owned()];
    lists.extend(collections["collections"].as_array().unwrap().iter().map(|own| link(own, TILESETS).to_owned()));
    assert_eq!(lists.len(), 5);
    for list in lists {
        let sets = api.json(&list).await;
        let set = &sets["tilesets"][0];
        assert_eq!(set["dataType"], "vector", "{list}");
        assert_eq!(set["crs"], "http://www.opengis.net/def/crs/EPSG/0/3857");
        let matrices = api.json(link(set, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")).await;
        assert_eq!(matrices["id"], "WebMercatorQuad");
        let metadata = api.json(link(set, "self")).await;
        let limits = metadata["tileMatrixSetLimits"].as_array().unwrap();
        let at = limits.iter().find(|limit| limit["tileMatrix"] == "11").unwrap();
        let template = metadata["links"].as_array().unwrap().iter().find(|link| link["rel"] == "item").unwrap();
        assert_eq!(template["templated"], true);
        let mut found = 0;
        for row in at["minTileRow"].as_u64().unwrap()..=at["maxTileRow"].as_u64().unwrap() {
            for col in at["minTileCol"].as_u64().unwrap()..=at["maxTileCol"].as_u64().unwrap() {
                let address = template["href"].as_str().unwrap().strip_prefix("http://mujun.test").unwrap();
                let address = address.replace("{tileMatrix}", "11").replace("{tileRow}", &row.to_string());
                let tile = api.get(&address.replace("{tileCol}", &col.to_string())).await;
                assert!([StatusCode::OK, StatusCode::NO_CONTENT].contains(&tile.status), "{list}");
                found += decode(&tile.body).len();
            }
        }
        assert!(found > 0, "{list}");
    }
}

#[tokio::test]
async fn rows_come_before_columns_and_collections_can_be_chosen() {
    let api = Api::town().await;
    let xyz = api.get("/tiles/parcels/11/1710/839").await;
    assert_eq!(xyz.status, StatusCode::OK, "the town lies there");
    let ogc = api.get("/collections/parcels/tiles/WebMercatorQuad/11/839/1710").await;
    assert_eq!(xyz.body, ogc.body);
    assert_eq!(ogc.header(header::CONTENT_TYPE), "application/vnd.mapbox-vector-tile");
    let chosen = api.get("/tiles/WebMercatorQuad/11/839/1710?collections=parcels").await;
    assert_eq!(chosen.body, xyz.body);
    for (address, status) in [
        ("/tiles/WebMercatorQuad/11/839/1710?collections=buildings", StatusCode::NOT_FOUND),
        ("/tiles/WorldCRS84Quad", StatusCode::NOT_FOUND),
        ("/collections/parcels/tiles/WorldCRS84Quad/11/839/1710", StatusCode::NOT_FOUND),
        ("/collections/owners/tiles", StatusCode::NOT_FOUND),
        ("/collections/parcels/tiles/WebMercatorQuad/30/0/0", StatusCode::NOT_FOUND),
        ("/collections/parcels/tiles/WebMercatorQuad/3/9/0", StatusCode::NOT_FOUND),
        ("/collections/parcels/tiles/WebMercatorQuad/3/0/0?f=png", StatusCode::BAD_REQUEST),
        ("/tileMatrixSets/WorldCRS84Quad", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(api.get(address).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn the_matrix_set_is_the_one_of_the_standard() {
    let api = Api::empty().await;
    let set = api.json("/tileMatrixSets/WebMercatorQuad").await;
    let matrices = set["tileMatrices"].as_array().unwrap();
    assert_eq!(matrices.len(), 23);
    // OGC 17-083r4, annex D.1.
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() / expected - 1.0).abs() < 1e-12;
    assert!(near(&matrices[0]["scaleDenominator"], 559_082_264.028_717_9));
    assert!(near(&matrices[0]["cellSize"], 156_543.033_928_041));
    assert!(near(&matrices[18]["cellSize"], 0.597_164_283_477_94));
    assert_eq!(matrices[18]["matrixWidth"], 262_144);
}

#[tokio::test]
async fn tile_json_and_the_style_lead_to_tiles() {
    let api = Api::town().await;
    let style = api.json("/style.json").await;
    let source = style["sources"]["city"]["url"].as_str().unwrap().strip_prefix("http://mujun.test").unwrap();
    let tile_json = api.json(source).await;
    assert_eq!(tile_json["tilejson"], "3.0.0");
    let layers: Vec<&str> =
        tile_json["vector_layers"].as_array().unwrap().iter().map(|layer| layer["id"].as_str().unwrap()).collect();
    let parts = ["_label", "_tiny", "_block", "_grid", "_sum"];
    let whole = layers.iter().filter(|id| **id != "meta" && !parts.iter().any(|part| id.ends_with(part)));
    let shown = whole.copied().collect::<Vec<_>>().join(",");
    assert_eq!(shown, "divisions,zones,parcels,leftovers,buildings,projects");
    assert_eq!(tile_json["tiles"][0], format!("http://mujun.test/tiles/{shown}/{{z}}/{{x}}/{{y}}"));
    for layer in style["layers"].as_array().unwrap() {
        let Some(source) = layer["source-layer"].as_str() else { continue };
        let base = parts.iter().fold(source, |source, part| source.trim_end_matches(part));
        assert!(layers.contains(&base), "{source}");
    }
    // The colours are those of the application, and so is the tint of squares of parcels, under everything that is flagged.
    let application = |file: &str| {
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/map").join(file)).unwrap()
    };
    let palette = application("palette.ts");
    let ids: Vec<&str> = style["layers"].as_array().unwrap().iter().map(|layer| layer["id"].as_str().unwrap()).collect();
    let at = |id: &str| ids.iter().position(|known| *known == id).unwrap_or_else(|| panic!("{id} is not in {ids:?}"));
    assert!(at("parcels_grid-fill") < at("parcels_block-fill") && at("parcels_block-fill") < at("underused-grid"));
    for (layer, file, sum) in
        [("parcels_grid-fill", "layers/areas.ts", "landInSquare"), ("underused-grid", "layers/kinds.ts", "sum")]
    {
        let tint = style["layers"][at(layer)]["paint"]["fill-opacity"].as_array().unwrap();
        let stops: Vec<String> = tint[3..].iter().map(ToString::to_string).collect();
        assert!(application(file).contains(&format!("{sum}]], {}]", stops.join(", "))), "{layer}: {stops:?}");
    }
    for layer in style["layers"].as_array().unwrap() {
        for (name, colour) in layer["paint"].as_object().unwrap() {
            if let Some(colour) = colour.as_str().filter(|_| name.ends_with("-color") && !name.starts_with("text")) {
                assert!(palette.contains(colour), "{} is not in the palette", colour);
            }
        }
    }
    for density in ["", "@2x"] {
        let index = api.json(&format!("/style/sprite{density}.json")).await;
        let picture = api.get(&format!("/style/sprite{density}.png")).await;
        assert_eq!(picture.header(header::CONTENT_TYPE), "image/png");
        let width = u32::from_be_bytes(picture.body[16..20].try_into().unwrap());
        let places = index.as_object().unwrap();
        assert_eq!(places.len(), 3);
        assert!(places.values().all(|place| place["x"].as_u64().unwrap() + place["width"].as_u64().unwrap() <= u64::from(width)));
    }
    assert_eq!(api.get("/style/other.png").await.status, StatusCode::NOT_FOUND);
}
