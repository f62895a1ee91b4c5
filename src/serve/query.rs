//! The query of a request, read parameter by parameter: each is taken by name, and what is left over is refused by name.
//! Misspelt filters must not silently answer everything.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use mujun_domain::code::DivisionCode;
use mujun_domain::kind::Kind;

use super::problem::Problem;
use crate::app::query::Bbox;

/// Longest value of any parameter, bytes.
const LONGEST_VALUE: usize = 2000;
/// Longest value repeated in a problem, characters.
const LONGEST_ECHO: usize = 80;

/// The parameters not yet taken, and the names asked for so far.
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| {
            invalid("query", parts.uri.query().unwrap_or_default(), "形如 名称=值&名称=值、经百分号编码的 UTF-8 文字")
        })?;
        Ok(Parameters { pairs, known: Vec::new() })
    }
}

/// A refusal of one value, echoing a bounded part of it.
pub(super) fn invalid(name: &'static str, found: &str, expected: impl Into<String>) -> Problem {
    let found = found.chars().filter(|c| !c.is_control()).take(LONGEST_ECHO).collect();
    Problem::InvalidParameter { name, found, expected: expected.into() }
}

impl Parameters {
    /// Whether none was given, or all were taken.
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The value of a parameter that will be taken later.
    pub(super) fn peek(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The text of a parameter; an empty one counts as absent. Given twice, overlong or with control characters is refused.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        self.known.push(name);
        let mut values = Vec::new();
        self.pairs.retain_mut(|(key, value)| {
            let taken = key == name;
            if taken {
                values.push(std::mem::take(value));
            }
            !taken
        });
        let value = match values.len() {
            0 => return Ok(None),
            1 => values.remove(0),
            _ => return Err(invalid(name, &values.join("、"), "只出现一次的参数")),
        };
        if value.len() > LONGEST_VALUE {
            return Err(invalid(name, &value, format!("不超过 {LONGEST_VALUE} 字节的文字")));
        }
        // Bytes that are not UTF-8 arrive as the replacement character.
        if value.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
            return Err(invalid(name, &value, "不含控制字符的 UTF-8 文字"));
        }
        Ok((!value.is_empty()).then_some(value))
    }

    /// A parameter read by `read`; `expected` completes “应为…”.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.text(name)? {
            None => Ok(None),
            Some(value) => read(&value).map(Some).ok_or_else(|| invalid(name, &value, expected)),
        }
    }

    /// `county`: six digits.
    pub(super) fn county(&mut self) -> Result<Option<String>, Problem> {
        self.parsed("county", "6 位行政区划代码", |value| {
            DivisionCode::parse(value).ok().map(|code| code.as_str().to_owned())
        })
    }

    /// `kind`: one of the three kinds.
    pub(super) fn kind(&mut self) -> Result<Option<String>, Problem> {
        let words = Kind::ALL.map(Kind::as_str).join("、");
        self.parsed("kind", &format!(" {words} 之一"), |value| Kind::from_code(value).map(|kind| kind.as_str().to_owned()))
    }

    /// `limit`, 1 to `most`; more is refused.
    pub(super) fn limit(&mut self, usual: u16, most: u16) -> Result<u16, Problem> {
        let read = |value: &str| value.parse::<u16>().ok().filter(|limit| (1..=most).contains(limit));
        Ok(self.parsed("limit", &format!(" 1–{most} 的整数"), read)?.unwrap_or(usual))
    }

    /// `bbox`: four or six numbers.
    pub(super) fn bbox(&mut self) -> Result<Option<Bbox>, Problem> {
        self.parsed("bbox", "“西,南,东,北”四个数（或带高程的六个数），经度 −180–180、纬度 −90–90，南不大于北", parse_bbox)
    }

    /// Refuses what nobody took.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        let mut names: Vec<String> =
            self.pairs.iter().map(|(name, _)| name.chars().filter(|c| !c.is_control()).take(LONGEST_ECHO).collect()).collect();
        names.sort();
        names.dedup();
        Err(Problem::UnknownParameter { names, allowed: self.known })
    }
}

/// West, south, (low,) east, north(, high) in degrees. Heights are read and not used: our ground is flat.
fn parse_bbox(text: &str) -> Option<Bbox> {
    let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [west, south, east, north] = match *numbers.as_slice() {
        [west, south, east, north] => [west, south, east, north],
        [west, south, low, east, north, high] if low <= high => [west, south, east, north],
        _ => return None,
    };
    let longitude = |value: f64| (-180.0..=180.0).contains(&value);
    let latitude = |value: f64| (-90.0..=90.0).contains(&value);
    (longitude(west) && longitude(east) && latitude(south) && latitude(north) && south <= north).then_some(Bbox {
        west,
        south,
        east,
        north,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_box_of_six_numbers_is_a_box_of_four() {
        assert_eq!(parse_bbox("120,30,121,31"), parse_bbox("120, 30, 0, 121, 31, 100"));
        assert_eq!(parse_bbox("120,30,121,31").unwrap().east, 121.0);
    }

    #[test]
    fn a_box_across_the_antimeridian_is_admitted() {
        assert!(parse_bbox("170,-10,-170,10").is_some());
    }

    #[test]
    fn a_box_that_is_none_is_refused() {
        for text in
            ["", "1,2,3", "1,2,3,4,5", "120,31,121,30", "NaN,30,121,31", "120,30,inf,31", "181,0,182,1", "0,-91,1,0", "a,b,c,d"]
        {
            assert_eq!(parse_bbox(text), None, "{text}");
        }
    }
}
