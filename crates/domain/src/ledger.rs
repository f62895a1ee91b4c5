//! The arithmetic of a target's period: how far it should be by a day. Which ground is credited, and what overlaps, is
//! geometry and is settled by the shell; three-colour marks are not here.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

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

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::TargetYears;

    const FIVE_YEARS: TargetYears = TargetYears { base_year: 2023, end_year: 2027 };

    #[track_caller]
    fn check(day: &str, passed: f64, whole: f64) {
        let day: NaiveDate = day.parse().unwrap();
        assert_eq!(FIVE_YEARS.expected_share(day), passed / whole);
    }

    #[test]
    fn the_expected_share_follows_the_days_of_the_period() {
        // 365 days a year and one leap day (2024).
        check("2022-12-31", 0.0, 1826.0);
        check("2023-01-01", 1.0, 1826.0);
        check("2023-12-31", 365.0, 1826.0);
        check("2024-12-31", 731.0, 1826.0);
        check("2026-06-30", 1096.0 + 181.0, 1826.0);
        check("2027-12-31", 1.0, 1.0);
        check("2030-01-01", 1.0, 1.0);
    }

    #[test]
    fn years_in_the_wrong_order_expect_nothing() {
        let years = TargetYears { base_year: 2027, end_year: 2023 };
        assert_eq!(years.expected_share(NaiveDate::MAX), 0.0);
        assert_eq!(TargetYears { base_year: i32::MIN, end_year: i32::MAX }.expected_share(NaiveDate::MIN), 0.0);
    }

    #[test]
    fn both_years_belong_to_the_period() {
        for (day, inside) in [("2022-12-31", false), ("2023-01-01", true), ("2027-12-31", true), ("2028-01-01", false)] {
            assert_eq!(FIVE_YEARS.contains(day.parse().unwrap()), inside, "{day}");
        }
    }
}
