//! 约定开工日期如何变动：a supplement restarts the clock, and days that a documented cause kept from building do not count.
//! Dates only; which records there are is the shell's business, and what follows from the days is in [`crate::measure`].

use chrono::{Days, NaiveDate};
use serde::Serialize;

/// 延期补充协议。A supplement to the contract that agrees on a later start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// 签订日。
    pub agreed_on: NaiveDate,
    /// 新的约定开工日期。
    pub new_start_on: NaiveDate,
    /// 文号；没有文件的不改变约定。
    pub document: Option<String>,
}

/// 中止原因。
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionCause {
    /// 政府原因
    GovernmentCause,
    /// 不可抗力
    ForceMajeure,
    /// 司法查封
    CourtSeizure,
}

impl SuspensionCause {
    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            SuspensionCause::GovernmentCause => "政府原因",
            SuspensionCause::ForceMajeure => "不可抗力",
            SuspensionCause::CourtSeizure => "司法查封",
        }
    }
}

/// 中止：a span of days on which the land user was kept from building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Why.
    pub cause: SuspensionCause,
    /// 起（含）。
    pub from: NaiveDate,
    /// 止（含）；`None` while it lasts.
    pub until: Option<NaiveDate>,
    /// 文号；没有文件的不中止计算。
    pub document: Option<String>,
}

/// The agreed start as it stood on `as_of`: that of the last documented supplement signed by then, else the contract's.
/// The second value is the position of that supplement.
pub fn agreed_start(
    contract: Option<NaiveDate>,
    extensions: &[Extension],
    as_of: NaiveDate,
) -> (Option<NaiveDate>, Option<usize>) {
    let signed =
        extensions.iter().enumerate().filter(|(_, extension)| extension.document.is_some() && extension.agreed_on <= as_of);
    match signed.max_by_key(|(position, extension)| (extension.agreed_on, extension.new_start_on, *position)) {
        Some((position, extension)) => (Some(extension.new_start_on), Some(position)),
        None => (contract, None),
    }
}

/// How many of the days after `start`, to `as_of` inclusive, a documented suspension covers; each day once.
pub fn suspended_days(suspensions: &[Suspension], start: NaiveDate, as_of: NaiveDate) -> i64 {
    let first = start.checked_add_days(Days::new(1)).unwrap_or(start);
    let mut spans: Vec<(NaiveDate, NaiveDate)> = suspensions
        .iter()
        .filter(|suspension| suspension.document.is_some())
        .map(|suspension| (suspension.from.max(first), suspension.until.map_or(as_of, |until| until.min(as_of))))
        .filter(|(from, until)| from <= until)
        .collect();
    spans.sort_unstable();
    let (mut days, mut counted_to) = (0, None::<NaiveDate>);
    for (from, until) in spans {
        let from = match counted_to {
            Some(day) if from <= day => day.checked_add_days(Days::new(1)).unwrap_or(day),
            Some(_) | None => from,
        };
        days += ((until - from).num_days() + 1).max(0);
        counted_to = counted_to.max(Some(until));
    }
    days
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::{Extension, Suspension, SuspensionCause, agreed_start, suspended_days};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn extension(agreed_on: &str, new_start_on: &str, document: Option<&str>) -> Extension {
        Extension { agreed_on: day(agreed_on), new_start_on: day(new_start_on), document: document.map(str::to_owned) }
    }

    fn seizure(from: &str, until: Option<&str>, document: Option<&str>) -> Suspension {
        let cause = SuspensionCause::CourtSeizure;
        Suspension { cause, from: day(from), until: until.map(day), document: document.map(str::to_owned) }
    }

    #[test]
    fn the_last_documented_supplement_signed_by_the_day_sets_the_start() {
        let signed = [
            extension("2023-05-01", "2024-01-01", Some("补1")),
            extension("2024-03-01", "2025-01-01", Some("补2")),
            extension("2024-06-01", "2026-01-01", None),
        ];
        let contract = Some(day("2023-01-01"));
        assert_eq!(agreed_start(contract, &signed, day("2023-04-30")), (contract, None));
        assert_eq!(agreed_start(contract, &signed, day("2023-05-01")), (Some(day("2024-01-01")), Some(0)));
        assert_eq!(agreed_start(contract, &signed, day("2024-12-31")), (Some(day("2025-01-01")), Some(1)));
        assert_eq!(agreed_start(None, &signed, day("2024-12-31")), (Some(day("2025-01-01")), Some(1)));
    }

    #[test]
    fn only_days_after_the_start_and_to_the_day_count_and_each_once() {
        let start = day("2023-01-01");
        let check = |suspensions: &[Suspension], as_of: &str, days: i64| {
            assert_eq!(suspended_days(suspensions, start, day(as_of)), days);
        };
        check(&[], "2024-01-01", 0);
        check(&[seizure("2022-12-01", Some("2023-01-10"), Some("文"))], "2024-01-01", 9);
        check(&[seizure("2023-12-31", None, Some("文"))], "2024-01-01", 2);
        check(&[seizure("2023-02-01", Some("2023-02-28"), None)], "2024-01-01", 0);
        let twice =
            [seizure("2023-02-01", Some("2023-02-20"), Some("甲")), seizure("2023-02-11", Some("2023-02-28"), Some("乙"))];
        check(&twice, "2024-01-01", 28);
        check(&twice, "2023-02-15", 15);
        check(&[seizure("2024-02-01", None, Some("文"))], "2024-01-01", 0);
    }

    proptest! {
        /// Counted one day after the other.
        #[test]
        fn the_days_are_those_of_the_calendar(spans in prop::collection::vec((-30i64..400, 0i64..90, any::<bool>()), 0..6), length in 0i64..400) {
            let start = day("2023-01-01");
            let after = |days: i64| start + chrono::Duration::days(days);
            let suspensions: Vec<Suspension> = spans
                .iter()
                .map(|(from, lasts, open)| Suspension {
                    cause: SuspensionCause::ForceMajeure,
                    from: after(*from),
                    until: (!open).then(|| after(from + lasts)),
                    document: Some("文".to_owned()),
                })
                .collect();
            let covered = (1..=length)
                .filter(|d| suspensions.iter().any(|s| s.from <= after(*d) && s.until.is_none_or(|until| after(*d) <= until)))
                .count();
            prop_assert_eq!(suspended_days(&suspensions, start, after(length)), covered as i64);
        }
    }
}
