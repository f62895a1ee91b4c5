//! What is said to a user about a repair or a refusal, in Chinese: what, where, and what to do.

use super::{InvalidSurface, RepairKind, RepairNote};

/// A growth beyond this tells nothing of the ground, per cent.
const MOST_TOLD: f64 = 1000.0;

impl RepairKind {
    /// The change in a word or two.
    pub const fn label_zh(self) -> &'static str {
        match self {
            RepairKind::RepeatedPoint => "重复点",
            RepairKind::Spike => "尖刺",
            RepairKind::SelfIntersection => "自相交",
            RepairKind::MisplacedHole => "内环错位",
            RepairKind::OverlappingParts => "部件重叠",
            RepairKind::ZeroAreaPart => "零面积部件",
            RepairKind::Orientation => "环方向",
        }
    }
}

impl RepairNote {
    /// The note as a sentence for a user: what was wrong, where, what was done, and by how much the area changed.
    pub fn message_zh(&self) -> String {
        let what = match self.kind {
            RepairKind::RepeatedPoint => "有连续重复的界址点，已删除重复点",
            RepairKind::Spike => "边界有往返重合的尖刺，已削去",
            RepairKind::SelfIntersection => "边界自相交或自相接，已按奇偶规则拆分",
            RepairKind::MisplacedHole => "内环越出外环、相互重叠或将图形分割，已从外环范围内扣除",
            RepairKind::OverlappingParts => "同一图形的多个部分重叠或共边，已合并",
            RepairKind::ZeroAreaPart => "有面积为零的环，已舍去",
            RepairKind::Orientation => "环的方向与约定相反，已调整（外环逆时针、内环顺时针）",
        };
        let (x, y) = place_zh(self.place);
        format!("图形在 ({x}, {y}) 处{what}；{}。", self.change_zh())
    }

    fn change_zh(&self) -> String {
        // The unit may be square degrees, so the change is told as a share.
        let change = self.area_after - self.area_before;
        if change == 0.0 {
            "面积不变".to_owned()
        } else if self.area_after == 0.0 {
            "该部分不再计入".to_owned()
        } else if self.area_before <= 0.0 {
            "原边界的代数面积为零，面积以修复后为准".to_owned()
        } else {
            let share = change / self.area_before * 100.0;
            let word = if share > 0.0 { "增加" } else { "减少" };
            if share > MOST_TOLD {
                // Two loops of a bow tie take from each other: what was there before is next to nothing.
                return "原边界的两部分面积相互抵消，面积以修复后为准".to_owned();
            }
            if share.abs() < 0.0001 { format!("面积{word}不足 0.0001%") } else { format!("面积{word} {:.4}%", share.abs()) }
        }
    }
}

impl InvalidSurface {
    /// The fault as a sentence for a user: what, where, and what to do.
    pub fn message_zh(&self) -> String {
        match self {
            InvalidSurface::Empty => "图形为空：没有任何面。请补充该地块的界址点坐标。".to_owned(),
            InvalidSurface::NotFinite { vertex, near } => {
                let near = near.map(place_zh).map_or(String::new(), |(x, y)| format!("（在 ({x}, {y}) 附近）"));
                format!("图形的第 {vertex} 个点{near}坐标不是有效数字。请检查该点坐标并重新导出。")
            }
            InvalidSurface::OutOfRange { place: (x, y) } => {
                format!("图形有一点坐标 ({x:e}, {y:e}) 超出任何坐标系的范围。请检查坐标列是否错位或连写。")
            }
            InvalidSurface::TooManyVertices { count, limit } => {
                format!("图形有 {count} 个点，超过上限 {limit}。请检查是否误将多个地块合为一个图形，或先行拆分。")
            }
            InvalidSurface::ZeroArea { place } => {
                let (x, y) = place_zh(*place);
                format!("图形在 ({x}, {y}) 处没有面积（各点重合或共线）。请核对界址点坐标。")
            }
            InvalidSurface::Unrepairable { place } => {
                let (x, y) = place_zh(*place);
                format!("图形在 ({x}, {y}) 处有错误，无法自动修复。请在制图软件中修正后重新提交。")
            }
        }
    }

    /// Where the fault is, `x` = easting/longitude first, if it has a place.
    pub fn place(&self) -> Option<(f64, f64)> {
        match self {
            InvalidSurface::Empty | InvalidSurface::TooManyVertices { .. } => None,
            InvalidSurface::NotFinite { near, .. } => *near,
            InvalidSurface::OutOfRange { place }
            | InvalidSurface::ZeroArea { place }
            | InvalidSurface::Unrepairable { place } => Some(*place),
        }
    }
}

/// Degrees to seven decimals (a centimetre), metres to three.
fn place_zh((x, y): (f64, f64)) -> (String, String) {
    let decimals = if x.abs() <= 180.0 && y.abs() <= 90.0 { 7 } else { 3 };
    (format!("{x:.decimals$}"), format!("{y:.decimals$}"))
}
