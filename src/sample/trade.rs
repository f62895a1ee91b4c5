//! Industries, contract terms and prices of the synthetic city: invented, of the order one meets, and no rule of any office.

use super::dice::{Dice, rounded};

/// Divisions of GB/T 4754-2017 with the weight they have in the sample.
const INDUSTRIES: [(&str, f64); 31] = [
    ("13", 1.0),
    ("14", 1.6),
    ("15", 0.5),
    ("16", 0.05),
    ("17", 12.0),
    ("18", 7.0),
    ("19", 4.0),
    ("20", 1.2),
    ("21", 3.2),
    ("22", 2.4),
    ("23", 2.0),
    ("24", 2.2),
    ("25", 0.3),
    ("26", 5.0),
    ("27", 2.0),
    ("28", 5.0),
    ("29", 9.0),
    ("30", 4.0),
    ("31", 0.8),
    ("32", 0.9),
    ("33", 9.0),
    ("34", 10.0),
    ("35", 5.5),
    ("36", 6.0),
    ("37", 0.8),
    ("38", 9.0),
    ("39", 7.0),
    ("40", 1.6),
    ("41", 1.0),
    ("42", 0.6),
    ("43", 0.4),
];

/// Draws an industry.
pub(super) fn industry(dice: &mut Dice) -> &'static str {
    dice.weighted(&INDUSTRIES)
}

/// Lower plot-ratio limit that a contract of this year names for this industry.
pub(super) fn far_floor(industry: &str, year: i32, dice: &mut Dice) -> f64 {
    let base = match year {
        ..2010 => 0.6,
        2010..2014 => 0.8,
        2014..2018 => 1.0,
        2018..2021 => 1.1,
        2021..2023 => 1.3,
        _ => 1.5,
    };
    let heavy = matches!(industry, "25" | "26" | "31" | "32" | "30" | "36");
    let floor: f64 = base - if heavy { 0.2 } else { 0.0 } + dice.weighted(&[(0.0, 5.0), (0.1, 1.0), (-0.1, 1.5)]);
    rounded(floor.clamp(0.6, 1.5), 1)
}

/// Price of land, 10 000 yuan a 亩.
pub(super) fn price_per_mu(year: i32, dice: &mut Dice) -> f64 {
    let base = 12.0 + 1.3 * f64::from((year - 2003).max(0));
    base * dice.between(0.85, 1.2)
}
