//! Units and how numbers are shown. Values are kept unrounded in base units (m², 万元, ratios as plain numbers);
//! rounding happens only in the `*_text` functions, which is where Chinese units and grouping appear.
//! Nothing here knows what a quantity is for.

use serde::{Deserialize, Serialize};

/// Separates groups of three digits: a thin space at which no line breaks.
const GROUP: char = '\u{202f}';

/// 面积。An area, kept in m². 1 亩 = 2000/3 m² exactly and 1 公顷 = 15 亩, so that three 亩 are 2000 m².
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Area(f64);

impl Area {
    /// The area of that many m².
    pub fn from_m2(m2: f64) -> Area {
        Area(m2)
    }

    /// The area of that many 亩.
    pub fn from_mu(mu: f64) -> Area {
        Area(mu * 2000.0 / 3.0)
    }

    /// The area of that many 公顷.
    pub fn from_hectares(hectares: f64) -> Area {
        Area(hectares * 10_000.0)
    }

    /// In m².
    pub fn m2(self) -> f64 {
        self.0
    }

    /// In 亩: m² × 3 ÷ 2000, unrounded.
    pub fn mu(self) -> f64 {
        self.0 * 3.0 / 2000.0
    }

    /// In 公顷, unrounded.
    pub fn hectares(self) -> f64 {
        self.0 / 10_000.0
    }

    /// As m² with two decimals: `19 246.00 m²`.
    pub fn m2_text(self) -> String {
        format!("{} m²", grouped(self.0, 2))
    }

    /// As 亩 with two decimals: `35.20 亩`.
    pub fn mu_text(self) -> String {
        format!("{} 亩", grouped(self.mu(), 2))
    }

    /// As 公顷 with four decimals: `2.3467 公顷`.
    pub fn hectares_text(self) -> String {
        format!("{} 公顷", grouped(self.hectares(), 4))
    }
}

impl std::ops::Add for Area {
    type Output = Area;
    fn add(self, other: Area) -> Area {
        Area(self.0 + other.0)
    }
}

impl std::ops::Sub for Area {
    type Output = Area;
    fn sub(self, other: Area) -> Area {
        Area(self.0 - other.0)
    }
}

impl std::iter::Sum for Area {
    fn sum<I: Iterator<Item = Area>>(areas: I) -> Area {
        Area(areas.map(Area::m2).sum())
    }
}

/// 计量单位。The unit of a [`Quantity`]; the serde names are those of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// 平方米
    #[serde(rename = "m2")]
    SquareMetre,
    /// 比值，如容积率；无量纲
    #[serde(rename = "ratio")]
    Ratio,
    /// 份额，0–1；以百分数显示
    #[serde(rename = "share")]
    Share,
    /// 米
    #[serde(rename = "m")]
    Metre,
    /// 日
    #[serde(rename = "day")]
    Day,
    /// 年
    #[serde(rename = "year")]
    Year,
    /// 层
    #[serde(rename = "storey")]
    Storey,
    /// 万元
    #[serde(rename = "wan_yuan")]
    WanYuan,
    /// 万元/亩
    #[serde(rename = "wan_yuan_per_mu")]
    WanYuanPerMu,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 9] = [
        Unit::SquareMetre,
        Unit::Ratio,
        Unit::Share,
        Unit::Metre,
        Unit::Day,
        Unit::Year,
        Unit::Storey,
        Unit::WanYuan,
        Unit::WanYuanPerMu,
    ];

    /// The word used in JSON and in the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::SquareMetre => "m2",
            Unit::Ratio => "ratio",
            Unit::Share => "share",
            Unit::Metre => "m",
            Unit::Day => "day",
            Unit::Year => "year",
            Unit::Storey => "storey",
            Unit::WanYuan => "wan_yuan",
            Unit::WanYuanPerMu => "wan_yuan_per_mu",
        }
    }

    /// The unit of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.as_str() == word)
    }

    /// The symbol shown after a number; empty for ratios.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::SquareMetre => "m²",
            Unit::Ratio => "",
            Unit::Share => "%",
            Unit::Metre => "m",
            Unit::Day => "天",
            Unit::Year => "年",
            Unit::Storey => "层",
            Unit::WanYuan => "万元",
            Unit::WanYuanPerMu => "万元/亩",
        }
    }
}

/// 量：数值与单位。A number with its unit, unrounded.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Quantity {
    /// The value in `unit`.
    pub value: f64,
    /// The unit.
    pub unit: Unit,
}

impl Quantity {
    /// A value in a unit.
    pub fn new(value: f64, unit: Unit) -> Quantity {
        Quantity { value, unit }
    }

    /// As shown: m² and money with two decimals, ratios with two, shares as a percentage with one.
    pub fn text(self) -> String {
        self.text_with(usual_decimals(self.unit))
    }

    /// As shown beside a limit: with more decimals where the usual ones would hide on which side of the limit it lies.
    /// A plot ratio within 0.01 of the limit has four decimals; whatever still looks equal but is not gets more, to eight.
    pub fn text_near(self, limit: f64) -> String {
        let mut decimals = usual_decimals(self.unit);
        // A hundredth either way, for which binary fractions are a hair too far apart.
        let is_near = (self.value - limit).abs() < 0.01 + 1e-9;
        match self.unit {
            Unit::Ratio if is_near => decimals = 4,
            Unit::Share if is_near => decimals = 2,
            _ => {}
        }
        self.text_apart(limit, decimals)
    }

    /// With at least that many decimals, and as many more (to nine) as it takes not to look like a limit that it is not.
    pub fn text_apart(self, limit: f64, decimals: usize) -> String {
        let shown = Quantity::new(limit, self.unit);
        let mut decimals = decimals;
        while decimals < 9 && self.value != limit && self.text_with(decimals) == shown.text_with(decimals) {
            decimals += 1;
        }
        self.text_with(decimals)
    }

    /// The number alone, in the unit in which it is shown, with those decimals or the usual ones.
    pub fn number_text(self, decimals: Option<usize>) -> String {
        let (value, unit) = shown_value(self);
        grouped(value, decimals.unwrap_or(usual_decimals(unit)))
    }

    /// As a limit is written in a text: without trailing zeros, `1.5`, `60%`, `8 m`.
    pub fn limit_text(self) -> String {
        let (value, _) = shown_value(self);
        self.attach(trimmed(value))
    }

    /// With that many decimals.
    pub fn text_with(self, decimals: usize) -> String {
        let (value, _) = shown_value(self);
        self.attach(grouped(value, decimals))
    }

    fn attach(self, number: String) -> String {
        match self.unit {
            Unit::Ratio => number,
            Unit::Share => format!("{number}%"),
            unit => format!("{number} {}", unit.symbol()),
        }
    }
}

fn shown_value(quantity: Quantity) -> (f64, Unit) {
    match quantity.unit {
        Unit::Share => (quantity.value * 100.0, quantity.unit),
        unit => (quantity.value, unit),
    }
}

fn usual_decimals(unit: Unit) -> usize {
    match unit {
        Unit::SquareMetre | Unit::Ratio | Unit::WanYuan | Unit::WanYuanPerMu | Unit::Metre => 2,
        Unit::Share => 1,
        Unit::Day | Unit::Year | Unit::Storey => 0,
    }
}

/// The number with that many decimals and thin spaces between groups of three digits: `15 954.01`.
/// A value that rounds to nothing has no sign.
pub fn grouped(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) if rest.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut text = String::with_capacity(plain.len() + 8);
    text.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// The number without grouping and without trailing zeros, at most six decimals: `1.5`, `60`, `0.25`.
pub fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Area, Quantity, Unit, grouped, trimmed};

    fn plain(text: String) -> String {
        text.replace('\u{202f}', " ")
    }

    #[test]
    fn three_mu_are_two_thousand_square_metres_both_ways() {
        assert_eq!(Area::from_mu(3.0).m2(), 2000.0);
        assert_eq!(Area::from_m2(2000.0).mu(), 3.0);
        assert_eq!(Area::from_hectares(1.0).mu(), 15.0);
        assert_eq!(Area::from_mu(15.0).hectares(), 1.0);
        assert_eq!(Area::from_m2(12_345.0).hectares(), 1.2345);
    }

    #[test]
    fn the_citys_target_is_what_it_is_in_every_unit() {
        let target = Area::from_mu(16_000.0);
        assert_eq!(plain(target.m2_text()), "10 666 666.67 m²");
        assert_eq!(plain(target.mu_text()), "16 000.00 亩");
        assert_eq!(plain(target.hectares_text()), "1 066.6667 公顷");
    }

    #[test]
    fn sums_are_taken_before_rounding() {
        let thirds = [Area::from_m2(0.004), Area::from_m2(0.004), Area::from_m2(0.004)];
        assert_eq!(thirds.into_iter().sum::<Area>().m2_text(), "0.01 m²");
        assert_eq!((Area::from_m2(3.0) + Area::from_m2(1.0) - Area::from_m2(2.0)).m2(), 2.0);
    }

    #[test]
    fn digits_are_grouped_in_threes_from_the_point() {
        for (value, decimals, text) in [
            (0.0, 2, "0.00"),
            (999.994, 2, "999.99"),
            (999.995001, 2, "1 000.00"),
            (-1234.5, 1, "-1 234.5"),
            (-0.001, 2, "0.00"),
            (1_234_567.0, 0, "1 234 567"),
            (12.0, 0, "12"),
        ] {
            assert_eq!(plain(grouped(value, decimals)), text, "{value}");
        }
    }

    #[test]
    fn limits_are_written_as_in_a_text() {
        assert_eq!(trimmed(1.50), "1.5");
        assert_eq!(trimmed(0.0), "0");
        assert_eq!(trimmed(-0.0), "0");
        assert_eq!(Quantity::new(0.6, Unit::Share).limit_text(), "60%");
        assert_eq!(Quantity::new(8.0, Unit::Metre).limit_text(), "8 m");
        assert_eq!(Quantity::new(0.0, Unit::Day).limit_text(), "0 天");
    }

    #[test]
    fn a_ratio_has_four_decimals_within_a_hundredth_of_its_limit_and_two_beyond() {
        let near = |value: f64| Quantity::new(value, Unit::Ratio).text_near(1.5);
        assert_eq!(near(0.8201), "0.82");
        assert_eq!(near(1.4901), "1.4901");
        assert_eq!(near(1.51), "1.5100");
        assert_eq!(near(1.52), "1.52");
        assert_eq!(near(1.5), "1.5000");
        assert_eq!(near(1.499_999), "1.499999");
        assert_eq!(Quantity::new(0.60004, Unit::Share).text_near(0.6), "60.004%");
        assert_eq!(Quantity::new(0.4567, Unit::Share).text(), "45.7%");
    }

    #[test]
    fn every_unit_is_found_by_its_word() {
        for unit in Unit::ALL {
            assert_eq!(Unit::from_code(unit.as_str()), Some(unit));
            assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
        }
        assert_eq!(Unit::from_code("mu"), None);
    }
}
