//! The shifts that map services in China put on longitude and latitude: GCJ-02, and BD-09 on top of it.
//!
//! Neither is a reference system: they are WGS 84 (for our purposes CGCS2000) moved by up to 700 m, by a formula that
//! services have made public through use. The forward formula is closed; the way back is found by iteration. Outside
//! the rectangle round China nothing is moved.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Semi-major axis of the formula, m.
const AXIS: f64 = 6_378_245.0;
/// Square of the eccentricity of the formula.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
/// Iterations within which the way back settles; each gains two digits at least.
const ITERATIONS: usize = 20;
/// Degrees at which the way back has settled: a hundredth of a millimetre.
const SETTLED: f64 = 1e-10;

/// Longitude and latitude as a map service gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// 国测局坐标（火星坐标）：高德、腾讯等。
    Gcj02,
    /// 百度坐标。
    Bd09,
}

impl Shift {
    /// The shifted place of a true one; degrees, longitude first.
    pub fn forward(self, place: (f64, f64)) -> (f64, f64) {
        if !is_shifted_here(place) {
            return place;
        }
        let gcj = gcj02(place);
        match self {
            Shift::Gcj02 => gcj,
            Shift::Bd09 => bd09(gcj),
        }
    }

    /// The true place of a shifted one, to a hundredth of a millimetre; none for numbers that are no place.
    ///
    /// The shift changes by less than 1 part in 100 from place to place, so that taking the shift of the last guess away from the
    /// given place converges by two digits a round.
    pub fn back(self, place: (f64, f64)) -> Option<(f64, f64)> {
        if !(place.0.is_finite() && place.1.is_finite()) {
            return None;
        }
        let mut guess = place;
        for _ in 0..ITERATIONS {
            let image = self.forward(guess);
            let miss = (place.0 - image.0, place.1 - image.1);
            if miss.0.abs() < SETTLED && miss.1.abs() < SETTLED {
                return Some(guess);
            }
            guess = (guess.0 + miss.0, guess.1 + miss.1);
        }
        None
    }
}

/// The rectangle in which the services shift.
fn is_shifted_here((longitude, latitude): (f64, f64)) -> bool {
    (72.004..=137.8347).contains(&longitude) && (0.8293..=55.8271).contains(&latitude)
}

/// Σ amplitude × sin(π × argument ÷ period) over the pairs.
fn waves(argument: f64, pairs: [(f64, f64); 2]) -> f64 {
    pairs.iter().map(|(amplitude, period)| amplitude * (PI * argument / period).sin()).sum()
}

fn gcj02((longitude, latitude): (f64, f64)) -> (f64, f64) {
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let common = waves(x, [(20.0, 1.0 / 6.0), (20.0, 0.5)]);
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (common + waves(y, [(20.0, 1.0), (40.0, 3.0)]) + waves(y, [(160.0, 12.0), (320.0, 30.0)])) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (common + waves(x, [(20.0, 1.0), (40.0, 3.0)]) + waves(x, [(150.0, 12.0), (300.0, 30.0)])) * 2.0 / 3.0;
    let phi = latitude.to_radians();
    let w2 = 1.0 - ECCENTRICITY_2 * phi.sin().powi(2);
    let meridian = AXIS * (1.0 - ECCENTRICITY_2) / (w2 * w2.sqrt());
    let parallel = AXIS / w2.sqrt() * phi.cos();
    (longitude + (east / parallel).to_degrees(), latitude + (north / meridian).to_degrees())
}

fn bd09((x, y): (f64, f64)) -> (f64, f64) {
    const WAVE: f64 = PI * 3000.0 / 180.0;
    let radius = x.hypot(y) + 2e-5 * (y * WAVE).sin();
    let angle = y.atan2(x) + 3e-6 * (x * WAVE).cos();
    (radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006)
}

/// Metres between two places that are near each other, by the lengths of a degree there.
pub fn metres_between(one: (f64, f64), other: (f64, f64)) -> f64 {
    const DEGREE: f64 = 111_320.0;
    let east = (other.0 - one.0) * DEGREE * one.1.to_radians().cos();
    let north = (other.1 - one.1) * DEGREE;
    east.hypot(north)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_shifted_outside_china() {
        for place in [(2.35, 48.85), (-71.08, 42.37), (139.7, 35.7), (120.0, 60.0)] {
            assert_eq!(Shift::Gcj02.forward(place), place);
            assert_eq!(Shift::Bd09.back(place), Some(place));
        }
        assert_eq!(Shift::Gcj02.back((f64::NAN, 30.0)), None);
        assert_eq!(Shift::Gcj02.back((f64::INFINITY, 30.0)), None);
    }

    #[test]
    fn in_jiaxing_the_services_stand_half_a_kilometre_east_and_south() {
        let here = (120.75, 30.75);
        let there = Shift::Gcj02.forward(here);
        let metres = metres_between(here, there);
        assert!(there.0 > here.0 && there.1 < here.1 && (430.0..550.0).contains(&metres), "{metres} m");
        let further = metres_between(here, Shift::Bd09.forward(here));
        assert!((800.0..1500.0).contains(&further), "{further} m");
    }

    proptest! {
        #[test]
        fn what_was_shifted_comes_back_to_the_millimetre(x in 73.0..135.0_f64, y in 4.0..54.0_f64) {
            for shift in [Shift::Gcj02, Shift::Bd09] {
                let back = shift.back(shift.forward((x, y))).unwrap();
                prop_assert!(metres_between((x, y), back) < 1e-3, "{shift:?} {back:?}");
            }
        }
    }
}
