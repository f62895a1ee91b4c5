//! `GET /`: the application for a browser, the landing page of OGC API Features for a program.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::json;

use super::ogc::{JSON, OPENAPI, link, prefers_html};
use super::style::STYLE;
use super::tilesets::{TILESETS, TILING_SCHEMES};
use super::typed;
use crate::serve::assets;
use crate::serve::extract::BaseUrl;
use crate::serve::{problem::Problem, query::Parameters};

pub(in crate::serve) async fn get(
    BaseUrl(base): BaseUrl,
    headers: HeaderMap,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let page = match parameters.parsed("f", " json 或 html", |word| match word {
        "json" => Some(false),
        "html" => Some(true),
        _ => None,
    }) {
        Ok(Some(asked)) => asked,
        Ok(None) => prefers_html(&headers),
        Err(problem) => return Err(problem),
    };
    let mut response = if page {
        // The application keeps its state in the query, so any parameter is welcome here.
        assets::index(&headers)
    } else {
        parameters.finish()?;
        typed(
            JSON,
            &json!({
                "title": "亩均 mujun",
                "description": "存量低效工业用地识别、解释与改造评价的空间服务",
                "links": [
                    link(format!("{base}/?f=json"), "self", JSON, "本文档"),
                    link(format!("{base}/?f=html"), "alternate", "text/html", "地图应用"),
                    link(format!("{base}/api"), "service-desc", OPENAPI, "接口说明（OpenAPI 3.0）"),
                    link(format!("{base}/conformance"), "conformance", JSON, "符合的标准"),
                    link(format!("{base}/collections"), "data", JSON, "要素集"),
                    link(format!("{base}/tiles"), TILESETS, JSON, "矢量瓦片"),
                    link(format!("{base}/tileMatrixSets"), TILING_SCHEMES, JSON, "瓦片矩阵集"),
                    link(format!("{base}/style.json"), "http://www.opengis.net/def/rel/ogc/1.0/styles", STYLE, "地图样式（MapLibre）"),
                ],
            }),
        )?
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
