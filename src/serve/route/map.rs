//! `GET /api/v1/map`: the map drawn on the server, for sheets to file and for browsers that cannot draw it themselves.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::is_known;
use crate::app::query::{self, StateOfData};
use crate::app::state::State;
use crate::clock;
use crate::report::map::{
    Caption, Extent, Format, Layout, MapError, MapLayer, MapRequest, Orientation, PageSize, Paper, Selected, draw,
};
use crate::serve::problem::Problem;
use crate::serve::query::{Parameters, invalid};

/// Size of a picture when nothing is said, CSS pixels.
const USUAL_SIZE: (u16, u16) = (1200, 900);

pub(in crate::serve) async fn get(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let request = parse(parameters)?;
    let drawn_on = clock::today();
    // Asked before the map is drawn: should data change in between, the tag is too old, never too new.
    let etag = etag(query::state_of_data(&state).await?, &request, drawn_on);
    let mut response = if is_known(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let format = request.format;
        let asked = request.extent.map_or_else(String::new, |extent| extent.text());
        let bytes = draw(&state, request, drawn_on).await.map_err(|error| refusal(error, &asked))?;
        let disposition = format!("inline; filename=\"mujun-map-{drawn_on}.{}\"", format.as_str());
        let media_type = (header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
        let disposition = HeaderValue::from_str(&disposition).map_err(|error| Problem::Internal(Box::new(error)))?;
        ([media_type, (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
    };
    let tag = HeaderValue::from_str(&etag).map_err(|error| Problem::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Differs when the data, the date printed on the map or anything asked for does.
fn etag(data: StateOfData, request: &MapRequest, drawn_on: NaiveDate) -> String {
    let asked = Sha256::digest(format!("{request:?}").as_bytes());
    let asked: String = asked.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{}-{}-{drawn_on}-{asked}\"", data.run_id.unwrap_or_default(), data.revision)
}

fn parse(mut parameters: Parameters) -> Result<MapRequest, Problem> {
    let extent = parameters.parsed("bbox", Extent::EXPECTED, Extent::parse)?;
    let format = parameters.parsed("format", Format::EXPECTED, Format::from_code)?.unwrap_or(Format::Png);
    let layers = match parameters.text("layers")? {
        None => MapLayer::ALL.to_vec(),
        Some(text) => MapLayer::parse_list(&text).map_err(|found| Problem::UnknownLayer {
            found: found.chars().take(80).collect(),
            allowed: MapLayer::ALL.map(MapLayer::as_str).to_vec(),
        })?,
    };
    let layout = parameters.parsed("layout", Layout::EXPECTED, Layout::from_code)?.unwrap_or(Layout::Sheet);
    let size = size(&mut parameters)?;
    if layout == Layout::Sheet && !size.holds_a_sheet() {
        return Err(invalid("width", &size.text(), PageSize::EXPECTED_SHEET));
    }
    let mut caption = |name: &'static str| parameters.parsed(name, Caption::EXPECTED, Caption::parse);
    let (title, maker) = (caption("title")?, caption("maker")?);
    let (review_number, watermark) = (caption("review_number")?, caption("watermark")?);
    let selected = parameters.parsed("selected", Selected::EXPECTED, Selected::parse)?;
    parameters.finish()?;
    Ok(MapRequest { extent, layers, format, size, layout, title, maker, review_number, watermark, selected })
}

/// A paper, or pixels; never both.
fn size(parameters: &mut Parameters) -> Result<PageSize, Problem> {
    let paper = parameters.parsed("paper", Paper::EXPECTED, Paper::from_code)?;
    let orientation = parameters.parsed("orientation", Orientation::EXPECTED, Orientation::from_code)?;
    let width = parameters.parsed("width", PageSize::EXPECTED_SIDE, PageSize::parse_side)?;
    let height = parameters.parsed("height", PageSize::EXPECTED_SIDE, PageSize::parse_side)?;
    match (paper, width.or(height)) {
        (Some(paper), None) => Ok(PageSize::of_paper(paper, orientation.unwrap_or(Orientation::Landscape))),
        (Some(_), Some(side)) => Err(invalid("width", &side.to_string(), "空：图幅由 paper 决定，不能同时给出 width 或 height")),
        (None, _) if orientation.is_some() => Err(invalid("orientation", "", "与 paper 一起给出")),
        (None, _) => {
            let (width, height) = (width.unwrap_or(USUAL_SIZE.0), height.unwrap_or(USUAL_SIZE.1));
            PageSize::of_pixels(width, height).ok_or_else(|| invalid("width", &width.to_string(), PageSize::EXPECTED_AREA))
        }
    }
}

fn refusal(error: MapError, asked: &str) -> Problem {
    match error {
        MapError::Query(error) => error.into(),
        MapError::OutsideCity { city } => invalid("bbox", asked, format!("与本市（{}）相交的范围，先经度、后纬度", city.text())),
        MapError::NoExtent => invalid("bbox", asked, "一个范围：还没有导入行政区界线，无从得知本市的范围"),
        MapError::NoChineseFont => Problem::NoChineseFont,
        error => Problem::Internal(Box::new(error)),
    }
}
