//! A map of any extent and layers as a picture or a printed sheet: PNG, SVG or PDF.
//!
//! It is made of the same vector tiles as the map on the screen, so that a county costs no more than a street block and nobody
//! draws twice what is to be seen where. The drawing is SVG; pixels and pages are made of it.

mod clip;
mod content;
mod frame;
mod mvt;
mod output;
mod palette;
mod picture;
mod request;
mod sheet;
mod svg;

use chrono::NaiveDate;
use tokio::sync::{AcquireError, Semaphore};
use tokio::task::{JoinError, spawn_blocking};

pub use mvt::TileFault;
pub use request::{Caption, Extent, Format, Layout, MapLayer, MapRequest, Orientation, PageSize, Paper, Selected};

use crate::app::query::{self, MapGround, MapLayer as TileLayer, QueryError, TileAddress};
use crate::app::state::State;
use frame::Frame;
use output::Fonts;
use picture::Painter;
use sheet::{Plan, Sheet};

/// Maps drawn at the same time: drawing keeps a core busy and may hold some hundred megabytes.
static DRAWERS: Semaphore = Semaphore::const_new(2);

/// Pixels of a PNG to a CSS pixel on paper: 192 an inch.
const DENSITY_ON_PAPER: f32 = 2.0;

/// Pixels of a PNG to a CSS pixel.
fn density(size: PageSize) -> f32 {
    match size.medium {
        request::Medium::Paper => DENSITY_ON_PAPER,
        request::Medium::Screen => 1.0,
    }
}

/// Why a map was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The content could not be read.
    #[error("无法读取图面内容")]
    Query(#[from] QueryError),
    /// The extent lies off the city: most often longitude and latitude are exchanged.
    #[error("范围不在本市：应与 {} 相交，先经度、后纬度", .city.text())]
    OutsideCity {
        /// Where the city is.
        city: Extent,
    },
    /// No extent was given, and there is no county to take one from.
    #[error("没有给出范围，也还没有导入行政区界线")]
    NoExtent,
    /// A tile of ours cannot be read.
    #[error("无法解析图面内容")]
    Tile(#[from] TileFault),
    /// Chinese would come out as empty boxes.
    #[error("系统没有中文字体，无法绘制地图；请安装 fonts-noto-cjk（或思源黑体、微软雅黑等）后重试")]
    NoChineseFont,
    /// The drawing is not understood by its own reader.
    #[error("无法排版图面")]
    Drawing(#[source] resvg::usvg::Error),
    /// A picture without extent.
    #[error("图幅没有大小")]
    NoPixels,
    /// The pixels could not be compressed.
    #[error("无法生成 PNG：{0}")]
    Png(String),
    /// The page could not be written.
    #[error("无法生成 PDF：{0}")]
    Pdf(String),
    /// The program is stopping.
    #[error("绘制被中断")]
    Stopped(#[from] AcquireError),
    /// Drawing was cut short.
    #[error("绘制被中断")]
    Interrupted(#[from] JoinError),
}

/// Draws a map under the date it is drawn on.
///
/// # Errors
/// When the extent is off the city, the registers cannot be read, or the machine has no Chinese font.
pub async fn draw(state: &State, request: MapRequest, drawn_on: NaiveDate) -> Result<Vec<u8>, MapError> {
    let ground = query::map_ground(state).await?;
    let extent = extent_of(&request, &ground)?;
    let plan = Plan::of(&request);
    let frame = plan.frame(extent);
    let addresses = frame.tiles();
    let mut layers: Vec<TileLayer> = request.layers.iter().filter_map(|layer| layer.tile_layer()).collect();
    layers.extend(request.selected.as_ref().map(|selected| selected.layer));
    layers.sort();
    layers.dedup();
    let tiles = if layers.is_empty() { Vec::new() } else { query::map_tiles(state, &layers, &addresses).await? };
    let _drawer = DRAWERS.acquire().await?;
    spawn_blocking(move || render(&request, &plan, &frame, &ground, addresses.into_iter().zip(tiles), drawn_on)).await?
}

/// What is asked for, or the whole city.
fn extent_of(request: &MapRequest, ground: &MapGround) -> Result<Extent, MapError> {
    let city = ground.extent.and_then(|city| Extent::new(city.west, city.south, city.east, city.north));
    match (request.extent, ground.extent, city) {
        (Some(extent), Some(covered), Some(city)) if !extent.meets(covered) => Err(MapError::OutsideCity { city }),
        (Some(extent), ..) => Ok(extent),
        (None, _, Some(city)) => Ok(city),
        (None, _, None) => Err(MapError::NoExtent),
    }
}

/// Everything that keeps a core busy.
fn render(
    request: &MapRequest,
    plan: &Plan,
    frame: &Frame,
    ground: &MapGround,
    tiles: impl Iterator<Item = (TileAddress, bytes::Bytes)>,
    drawn_on: NaiveDate,
) -> Result<Vec<u8>, MapError> {
    let fonts = Fonts::of_system()?;
    let mut painter = Painter::new(frame, &request.layers, request.selected.as_ref());
    for (address, tile) in tiles {
        painter.add(address, &tile)?;
    }
    let picture = painter.finish();
    let sheet = Sheet { request, plan, frame, ground, picture: &picture, drawn_on, family: fonts.family };
    let svg = sheet.svg();
    match request.format {
        Format::Svg => Ok(svg.into_bytes()),
        Format::Png => output::png(&fonts.lay_out(&svg)?, density(request.size)),
        Format::Pdf => output::pdf(&fonts.lay_out(&svg)?, sheet.title()),
    }
}
