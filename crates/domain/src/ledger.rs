//! The arithmetic of a target: how far, how far it should be, what is credited. Areas come in; which ground overlaps
//! which is computed outside. Three-colour marks are not here.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::unit::Area;

/// 目标期间：起止年，均含。
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TargetYears {
    /// 起始年（含）。
    pub base_year: i32,
    /// 截止年（含）。
    pub end_year: i32,
}

impl TargetYears {
    /// 序时进度：the share of the period's days that have passed at the end of that day, from 0 to 1.
    pub fn expected_share(self, as_of: NaiveDate) -> f64 {
        let day = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1);
        let (Some(from), Some(until)) = (day(self.base_year), day(self.end_year.saturating_add(1))) else {
            return 0.0;
        };
        let whole = (until - from).num_days();
        if whole <= 0 {
            return 0.0;
        }
        let passed = (as_of - from).num_days() + 1;
        passed.clamp(0, whole) as f64 / whole as f64
    }

    /// Whether the day lies in the period.
    pub fn contains(self, day: NaiveDate) -> bool {
        (self.base_year..=self.end_year).contains(&day.year())
    }
}

/// 进度桥：从上报到核定. Reported = credited + overlap + what has not reached the counted step + what has no geometry + difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bridge {
    /// Σ上报面积。
    pub reported: Area,
    /// 未达计入节点的上报面积。
    pub not_at_stage: Area,
    /// 已达节点而无图形的上报面积。
    pub without_geometry: Area,
    /// 图形面积与上报面积之差（Σ图形 − Σ上报，已达节点且有图形的项目）。
    pub measured_difference: Area,
    /// 项目之间重叠的面积。
    pub overlap: Area,
    /// 核定面积：已达节点项目图形的并集。
    pub credited: Area,
}
