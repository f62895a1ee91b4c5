//! The only place that asks the machine what time it is; everything else takes a date or an instant as an argument.
//! It knows the bureau's civil date (Asia/Shanghai, UTC+8 all year); it holds no calendar of working days.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// China has kept UTC+8 without summer time since 1991, so no time-zone database is needed for today's date.
const SHANGHAI_SECONDS_EAST: i32 = 8 * 3600;

/// 此刻。The present instant, in UTC.
#[allow(clippy::disallowed_methods, reason = "this module is the one source of the time")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// 今天（北京时间）。The civil date in Asia/Shanghai at this instant.
pub fn today() -> NaiveDate {
    civil_date(now())
}

/// 某一时刻在北京时间的日期。The civil date in Asia/Shanghai at `instant`: 16:00 UTC begins the next day.
pub fn civil_date(instant: DateTime<Utc>) -> NaiveDate {
    let shanghai = FixedOffset::east_opt(SHANGHAI_SECONDS_EAST).expect("eight hours is a valid offset");
    instant.with_timezone(&shanghai).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_in_shanghai_turns_at_sixteen_hours_utc() {
        let before = DateTime::parse_from_rfc3339("2026-06-30T15:59:59Z").expect("a valid instant");
        let after = DateTime::parse_from_rfc3339("2026-06-30T16:00:00Z").expect("a valid instant");
        assert_eq!(civil_date(before.to_utc()).to_string(), "2026-06-30");
        assert_eq!(civil_date(after.to_utc()).to_string(), "2026-07-01");
    }
}
