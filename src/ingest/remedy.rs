//! What an operator may ask to be done to a file that is wrong throughout, and the doing of it. Nothing of it happens unasked,
//! and what was done is an issue of the import.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
};

use mujun_geometry::{
    geo::{Coord, CoordsIter, MapCoords, MapCoordsInPlace, MultiPolygon, Rect},
    reproject::Pipeline,
    shift::{Shift, metres_between},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{IngestError, IngestIssue, IssueCode, ReadOptions, digest::hex};

/// 对整个文件的修正。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// The file has northing or latitude first.
    SwapAxes,
    /// The coordinates are shifted as map services in China shift them (国测局坐标).
    FromGcj02,
    /// The coordinates are Baidu's (百度坐标).
    FromBd09,
    /// Degrees were multiplied by a power of ten.
    UnscaleDegrees,
    /// The headers of the lower and the upper limit of the plot ratio stand the wrong way round.
    SwapPlotRatioColumns,
    /// The coordinates are right although they look shifted: nothing is done to them.
    KeepPosition,
}

impl Remedy {
    /// Every one.
    pub const ALL: [Remedy; 6] = [
        Remedy::SwapAxes,
        Remedy::FromGcj02,
        Remedy::FromBd09,
        Remedy::UnscaleDegrees,
        Remedy::SwapPlotRatioColumns,
        Remedy::KeepPosition,
    ];

    /// As typed behind `--fix`.
    pub fn as_str(self) -> &'static str {
        match self {
            Remedy::SwapAxes => "swap-axes",
            Remedy::FromGcj02 => "from-gcj02",
            Remedy::FromBd09 => "from-bd09",
            Remedy::UnscaleDegrees => "unscale-degrees",
            Remedy::SwapPlotRatioColumns => "swap-plot-ratio-columns",
            Remedy::KeepPosition => "keep-position",
        }
    }

    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            Remedy::SwapAxes => "互换两个坐标轴",
            Remedy::FromGcj02 => "还原 GCJ-02（国测局）偏移",
            Remedy::FromBd09 => "还原 BD-09（百度）偏移",
            Remedy::UnscaleDegrees => "把放大了的经纬度还原为度",
            Remedy::SwapPlotRatioColumns => "对调写反的容积率上、下限两列",
            Remedy::KeepPosition => "已核对位置无误，照原样读取",
        }
    }
}

impl std::fmt::Display for Remedy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::str::FromStr for Remedy {
    type Err = UnknownRemedy;

    fn from_str(text: &str) -> Result<Remedy, UnknownRemedy> {
        Remedy::ALL.into_iter().find(|remedy| remedy.as_str() == text).ok_or_else(|| UnknownRemedy(text.to_owned()))
    }
}

/// A word that names no remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("没有名为“{0}”的修正；可用：{known}", known = Remedy::ALL.map(|remedy| format!("{remedy}（{}）", remedy.label_zh())).join("、"))]
pub struct UnknownRemedy(String);

/// The remedies of one file that concern its coordinates, made ready.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Adjustment {
    /// Whether x and y change places.
    swaps: Swap,
    /// By what the numbers are divided.
    divisor: Option<f64>,
    /// Which shift is taken away, in longitude and latitude.
    pub shift: Option<Shift>,
    /// What brings the numbers to longitude and latitude instead of a CRS.
    pub pipeline: Option<Pipeline>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Swap {
    #[default]
    No,
    Yes,
}

impl Adjustment {
    /// What the operator asks of a file whose first rows lie in this box of its own numbers.
    ///
    /// # Errors
    /// Remedies that exclude each other, a pipeline that is none, numbers that no power of ten makes degrees.
    pub fn of(path: &str, options: &ReadOptions, raw: Option<Rect<f64>>) -> Result<Adjustment, IngestError> {
        let asks = |remedy: Remedy| options.remedies.contains(&remedy);
        let unfit = |message: String| IngestError::RemedyUnfit { path: path.to_owned(), message };
        let shift = match (asks(Remedy::FromGcj02), asks(Remedy::FromBd09)) {
            (true, true) => {
                return Err(unfit("from-gcj02 与 from-bd09 不能同时使用；BD-09 的还原已包含 GCJ-02 的还原".to_owned()));
            }
            (true, false) => Some(Shift::Gcj02),
            (false, true) => Some(Shift::Bd09),
            (false, false) => None,
        };
        if shift.is_some() && asks(Remedy::KeepPosition) {
            return Err(unfit("keep-position 与还原偏移不能同时使用：前者是说位置无误".to_owned()));
        }
        let pipeline = match &options.pipeline {
            Some(text) => {
                if let Some(crs) = options.crs {
                    return Err(unfit(format!("转换管道与坐标系 {crs} 不能同时指定：管道已说明从哪里转换到经纬度")));
                }
                Some(Pipeline::parse(text).map_err(|fault| unfit(fault.to_string()))?)
            }
            None => None,
        };
        let swaps = if asks(Remedy::SwapAxes) { Swap::Yes } else { Swap::No };
        let mut adjustment = Adjustment { swaps, divisor: None, shift, pipeline };
        if asks(Remedy::UnscaleDegrees)
            && let Some(raw) = raw
        {
            let divisor = degree_divisor(adjustment.bounds(raw));
            let refusal = || unfit(format!("坐标（如 {}, {}）除以 10 的整数次幂也不是经纬度", raw.max().x, raw.max().y));
            adjustment.divisor = Some(divisor.ok_or_else(refusal)?);
        }
        Ok(adjustment)
    }

    /// Whether axes change places.
    pub fn swapping() -> Adjustment {
        Adjustment { swaps: Swap::Yes, ..Adjustment::default() }
    }

    /// The same with numbers divided.
    pub fn dividing(self, divisor: f64) -> Adjustment {
        Adjustment { divisor: Some(divisor), ..self }
    }

    fn number(&self, coord: Coord<f64>) -> Coord<f64> {
        let divisor = self.divisor.unwrap_or(1.0);
        let coord = Coord { x: coord.x / divisor, y: coord.y / divisor };
        match self.swaps {
            Swap::No => coord,
            Swap::Yes => Coord { x: coord.y, y: coord.x },
        }
    }

    /// A box of the file's own numbers, put right.
    pub fn bounds(&self, raw: Rect<f64>) -> Rect<f64> {
        Rect::new(self.number(raw.min()), self.number(raw.max()))
    }

    /// Polygons in the file's own numbers, put right.
    pub fn numbers(&self, polygons: MultiPolygon<f64>) -> MultiPolygon<f64> {
        if self.swaps == Swap::No && self.divisor.is_none() {
            return polygons;
        }
        polygons.map_coords(|coord| self.number(coord))
    }

    /// Takes the shift away from longitude and latitude, and counts what was adjusted; none when a place has no true one.
    pub fn settle(&self, mut polygons: MultiPolygon<f64>, applied: &Applied) -> Option<MultiPolygon<f64>> {
        let (vertices, metres) = (Cell::new(0_u64), Cell::new(0.0));
        if let Some(shift) = self.shift {
            let moved = polygons.try_map_coords_in_place(|coord| {
                let back = shift.back(coord.x_y()).ok_or(())?;
                vertices.set(vertices.get() + 1);
                metres.set(metres.get() + metres_between(coord.x_y(), back));
                Ok::<_, ()>(back.into())
            });
            moved.ok()?;
        } else if *self != Adjustment::default() {
            vertices.set(polygons.coords_count() as u64);
        }
        applied.add(vertices.get(), metres.get());
        Some(polygons)
    }

    /// What was done, an issue each.
    pub fn told(&self, applied: &Applied) -> Vec<IngestIssue> {
        let (vertices, metres) = applied.mean();
        let mut issues = Vec::new();
        let mut tell = |code: IssueCode, remedy: Remedy, more: String| {
            let message = format!("按操作员指定（{remedy}）{}：{vertices} 个顶点{more}", remedy.label_zh());
            issues.push(IngestIssue::new(code, message));
        };
        if self.swaps == Swap::Yes {
            tell(IssueCode::AxesSwapped, Remedy::SwapAxes, String::new());
        }
        if let Some(divisor) = self.divisor {
            tell(IssueCode::DegreesUnscaled, Remedy::UnscaleDegrees, format!("，各除以 {divisor}"));
        }
        if let Some(shift) = self.shift {
            let remedy = if shift == Shift::Gcj02 { Remedy::FromGcj02 } else { Remedy::FromBd09 };
            tell(IssueCode::ShiftRemoved, remedy, format!("，平均移动 {metres:.1} 米"));
        }
        if let Some(pipeline) = &self.pipeline {
            // The parameters may be confidential: the digest tells two pipelines apart and gives nothing away.
            let digest = sha256(pipeline.as_str());
            let message = format!("按操作员提供的 PROJ 转换管道换算到 EPSG:4490：{vertices} 个顶点；管道的 SHA-256 为 {digest}");
            issues.push(IngestIssue::new(IssueCode::PipelineApplied, message));
        }
        issues
    }
}

fn sha256(text: &str) -> String {
    hex(Sha256::digest(text.as_bytes()).as_slice())
}

/// Writes out a pipeline as its digest.
pub(super) fn digest_only<S: serde::Serializer>(pipeline: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match pipeline {
        Some(text) => serializer.serialize_str(&format!("sha256:{}", sha256(text.trim()))),
        None => serializer.serialize_none(),
    }
}

/// The least power of ten by which the numbers become degrees of longitude and latitude; none when they are already, or never do.
pub(super) fn degree_divisor(bounds: Rect<f64>) -> Option<f64> {
    let is_degrees = |divisor: &f64| {
        let within = |value: f64, limit: f64| (value / divisor).abs() <= limit;
        within(bounds.min().x, 180.0)
            && within(bounds.max().x, 180.0)
            && within(bounds.min().y, 90.0)
            && within(bounds.max().y, 90.0)
    };
    if is_degrees(&1.0) {
        return None;
    }
    [1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9].into_iter().find(is_degrees)
}

/// How much was adjusted, counted on all cores.
#[derive(Debug, Default)]
pub(super) struct Applied {
    vertices: AtomicU64,
    millimetres: AtomicU64,
}

impl Applied {
    fn add(&self, vertices: u64, metres: f64) {
        if vertices > 0 {
            self.vertices.fetch_add(vertices, Ordering::Relaxed);
            self.millimetres.fetch_add((metres * 1000.0) as u64, Ordering::Relaxed);
        }
    }

    /// Vertices, and the mean shift in metres.
    fn mean(&self) -> (u64, f64) {
        let vertices = self.vertices.load(Ordering::Relaxed);
        let metres = self.millimetres.load(Ordering::Relaxed) as f64 / 1000.0;
        (vertices, if vertices == 0 { 0.0 } else { metres / vertices as f64 })
    }
}
