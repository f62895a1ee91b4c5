//! `mujun map`: a map drawn into a file, without a server.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Exit, Failure, show};
use crate::app::database::Database;
use crate::app::intake::{Intake, Limits};
use crate::app::query::QueryError;
use crate::app::state::State;
use crate::config::Config;
use crate::report::map::{
    Caption, Extent, Format, Layout, MapError, MapLayer, MapRequest, Orientation, PageSize, Paper, Selected, draw,
};
use crate::{app, clock};

/// 绘制地图
#[derive(Debug, clap::Args)]
pub struct Map {
    /// 写入的文件；扩展名 .pdf、.png 或 .svg 决定格式
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// 范围：西,南,东,北（度，先经度、后纬度）；不给则为全市
    #[arg(long, value_name = "W,S,E,N", value_parser = extent, allow_hyphen_values = true)]
    bbox: Option<Extent>,
    /// 图层，以逗号分隔；不给则为全部
    #[arg(long, value_name = "LAYERS", value_parser = layers)]
    layers: Option<Layers>,
    /// 纸张：A4 或 A3
    #[arg(long, value_parser = paper, default_value = "A4", conflicts_with_all = ["width", "height"])]
    paper: Paper,
    /// 横向 landscape 或纵向 portrait
    #[arg(long, value_parser = orientation, default_value = "landscape", conflicts_with_all = ["width", "height"])]
    orientation: Orientation,
    /// 宽（像素），代替纸张
    #[arg(long, value_parser = side, requires = "height")]
    width: Option<u16>,
    /// 高（像素），代替纸张
    #[arg(long, value_parser = side, requires = "width")]
    height: Option<u16>,
    /// 整饰图幅 sheet，或只有图面 bare
    #[arg(long, value_parser = layout, default_value = "sheet")]
    layout: Layout,
    /// 图名
    #[arg(long, value_parser = caption)]
    title: Option<Caption>,
    /// 制图单位
    #[arg(long, value_parser = caption)]
    maker: Option<Caption>,
    /// 审图号
    #[arg(long, value_parser = caption)]
    review_number: Option<Caption>,
    /// 水印
    #[arg(long, value_parser = caption)]
    watermark: Option<Caption>,
    /// 以红线标出的对象，如 parcel:330402:宗地代码
    #[arg(long, value_name = "REGISTER:DIVISION:CODE", value_parser = selected)]
    selected: Option<Selected>,
}

/// A list of layers as one argument.
#[derive(Clone, Debug)]
struct Layers(Vec<MapLayer>);

fn expecting<T>(value: Option<T>, expected: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("应为{expected}"))
}

fn extent(text: &str) -> Result<Extent, String> {
    expecting(Extent::parse(text), Extent::EXPECTED)
}

fn layers(text: &str) -> Result<Layers, String> {
    MapLayer::parse_list(text).map(Layers).map_err(|found| {
        format!("图层“{found}”不可用：应为 {} 中的一个或几个，以逗号分隔，不重复", MapLayer::ALL.map(MapLayer::as_str).join("、"))
    })
}

fn paper(text: &str) -> Result<Paper, String> {
    expecting(Paper::from_code(text), Paper::EXPECTED)
}

fn orientation(text: &str) -> Result<Orientation, String> {
    expecting(Orientation::from_code(text), Orientation::EXPECTED)
}

fn side(text: &str) -> Result<u16, String> {
    expecting(PageSize::parse_side(text), PageSize::EXPECTED_SIDE)
}

fn layout(text: &str) -> Result<Layout, String> {
    expecting(Layout::from_code(text), Layout::EXPECTED)
}

fn caption(text: &str) -> Result<Caption, String> {
    expecting(Caption::parse(text), Caption::EXPECTED)
}

fn selected(text: &str) -> Result<Selected, String> {
    expecting(Selected::parse(text), Selected::EXPECTED)
}

impl Map {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let extension =
            self.out.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let name = self.out.display().to_string();
        let format = Format::from_code(&extension)
            .ok_or_else(|| Failure::input(anyhow::anyhow!("文件 {name} 的扩展名是“{extension}”，应为{}", Format::EXPECTED)))?;
        let size = match (self.width, self.height) {
            (Some(width), Some(height)) => PageSize::of_pixels(width, height).ok_or_else(|| {
                Failure::input(anyhow::anyhow!("宽 {width}、高 {height}：width 应为{}", PageSize::EXPECTED_AREA))
            })?,
            _ => PageSize::of_paper(self.paper, self.orientation),
        };
        if self.layout == Layout::Sheet && !size.holds_a_sheet() {
            return Err(Failure::input(anyhow::anyhow!("图幅 {}：width 应为{}", size.text(), PageSize::EXPECTED_SHEET)));
        }
        let request = MapRequest {
            extent: self.bbox,
            layers: self.layers.map_or_else(|| MapLayer::ALL.to_vec(), |layers| layers.0),
            format,
            size,
            layout: self.layout,
            title: self.title,
            maker: self.maker,
            review_number: self.review_number,
            watermark: self.watermark,
            selected: self.selected,
        };
        let rulebook = app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?.into();
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let bar = show::working(format!("绘制地图：{name}"));
        let intake = Arc::new(Intake::new(config.data_dir.join("uploads"), Limits::default()));
        let drawn = draw(&State::new(database.pool.clone(), rulebook, intake), request, clock::today()).await;
        bar.finish_and_clear();
        database.close().await.map_err(Failure::environment)?;
        let bytes = drawn.map_err(failure)?;
        tokio::fs::write(&self.out, &bytes).await.map_err(|cause| {
            Failure::environment(anyhow::Error::new(cause).context(format!("无法写入 {name}；请检查文件夹与权限")))
        })?;
        say!("已写入 {name}（{} KB）", bytes.len().div_ceil(1024));
        Ok(Exit::Done)
    }
}

fn failure(error: MapError) -> Failure {
    match error {
        MapError::OutsideCity { .. } | MapError::NoExtent => Failure::input(error),
        MapError::NoChineseFont | MapError::Query(QueryError::Read(_) | QueryError::NoRun) => Failure::environment(error),
        error => Failure::internal(error),
    }
}
