//! The Gauss–Krüger projection of CGCS2000 in our own arithmetic: what PROJ computes.
//!
//! Krüger's series in the third flattening to the sixth order, as Karney gives it (Transverse Mercator with an accuracy of a few
//! nanometres, 2011, eq. 7–9, 11, 35). Tests hold it beside PROJ. Inside its strip only: whoever is outside goes to PROJ. Where there
//! are places by the million, [`Patches`](super::patch::Patches) stand between.

use geo::Coord;

use crate::crs::Crs;

/// CGCS2000: semi-major axis (m) and flattening (GB 22021-2008).
const A: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_222_101;
/// Third flattening.
const N: f64 = F / (2.0 - F);
const E2: f64 = F * (2.0 - F);
/// Farthest from the central meridian for which the short series below hold all digits, degrees.
const STRIP: f64 = 4.0;
const NORTHERNMOST: f64 = 80.0;
const N2: f64 = N * N;
const N3: f64 = N2 * N;
const N4: f64 = N2 * N2;
const N5: f64 = N4 * N;
const N6: f64 = N4 * N2;

/// Radius of the sphere that the meridian is unrolled on.
const RADIUS: f64 = A / (1.0 + N) * (1.0 + N2 / 4.0 + N4 / 64.0 + N6 / 256.0);
const ALPHA: [f64; 6] = [
    N / 2.0 - 2.0 / 3.0 * N2 + 5.0 / 16.0 * N3 + 41.0 / 180.0 * N4 - 127.0 / 288.0 * N5 + 7_891.0 / 37_800.0 * N6,
    13.0 / 48.0 * N2 - 3.0 / 5.0 * N3 + 557.0 / 1_440.0 * N4 + 281.0 / 630.0 * N5 - 1_983_433.0 / 1_935_360.0 * N6,
    61.0 / 240.0 * N3 - 103.0 / 140.0 * N4 + 15_061.0 / 26_880.0 * N5 + 167_603.0 / 181_440.0 * N6,
    49_561.0 / 161_280.0 * N4 - 179.0 / 168.0 * N5 + 6_601_661.0 / 7_257_600.0 * N6,
    34_729.0 / 80_640.0 * N5 - 3_418_889.0 / 1_995_840.0 * N6,
    212_378_941.0 / 319_334_400.0 * N6,
];

/// A strip of the projection, scale 1 on its central meridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GaussKruger {
    central_meridian: f64,
    false_easting: f64,
}

impl GaussKruger {
    /// The strip between two systems, if it is one that is known here.
    pub(super) fn between(from: Crs, to: Crs) -> Option<GaussKruger> {
        match (from, to) {
            (Crs::CGCS2000, Crs::CGCS2000_GK_120E) => Some(GaussKruger { central_meridian: 120.0, false_easting: 500_000.0 }),
            _ => None,
        }
    }

    /// Whether the series hold for a place; never for one that is no number.
    pub(super) fn holds(self, place: Coord<f64>) -> bool {
        (place.x - self.central_meridian).abs() <= STRIP && place.y.abs() <= NORTHERNMOST
    }

    /// Easting and northing in metres of longitude and latitude in degrees; `None` outside the strip.
    pub(super) fn forward(self, place: Coord<f64>) -> Option<Coord<f64>> {
        if !self.holds(place) {
            return None;
        }
        let east = place.x - self.central_meridian;
        let (sin_east, cos_east) = east.to_radians().sin_cos();
        let (sin, cos) = place.y.to_radians().sin_cos();
        let t = conformal_tangent(sin, cos);

        // On the sphere: ξ' along the meridian and η' across, and sines and cosines of their doubles, without computing these.
        let secant2 = 1.0 + t * t;
        let across = sin_east / secant2.sqrt();
        let across2 = across * across;
        let xi = t.atan2(cos_east);
        let eta = across * atanh_by_argument(across2);
        let whole = 1.0 / (cos_east * cos_east + t * t);
        let (sin_2xi, cos_2xi) = (2.0 * cos_east * t * whole, (cos_east * cos_east - t * t) * whole);
        // 1 − across² is (cos² east + t²) ÷ (1 + t²).
        let rest = secant2 * whole;
        let (sinh_2eta, cosh_2eta) = (2.0 * across * rest, (1.0 + across2) * rest);

        // Σ αⱼ sin 2j(ξ' + iη') after Clenshaw, in complex numbers.
        let (re, im) = (2.0 * cos_2xi * cosh_2eta, -2.0 * sin_2xi * sinh_2eta);
        let (mut b_re, mut b_im, mut before_re, mut before_im) = (0.0, 0.0, 0.0, 0.0);
        for alpha in ALPHA.iter().rev() {
            let next = (alpha + re * b_re - im * b_im - before_re, re * b_im + im * b_re - before_im);
            (before_re, before_im) = (b_re, b_im);
            (b_re, b_im) = next;
        }
        let (s_re, s_im) = (sin_2xi * cosh_2eta, cos_2xi * sinh_2eta);
        let xi = xi + s_re * b_re - s_im * b_im;
        let eta = eta + s_re * b_im + s_im * b_re;
        Some(Coord { x: self.false_easting + RADIUS * eta, y: RADIUS * xi })
    }
}

/// Tangent of the conformal latitude from sine and cosine of the latitude.
fn conformal_tangent(sin: f64, cos: f64) -> f64 {
    let secant = 1.0 / cos;
    let shift = E2 * sin * atanh_by_argument(E2 * sin * sin);
    let shift2 = shift * shift;
    let sigma = shift * (1.0 + shift2 * (1.0 / 6.0) * (1.0 + shift2 * (1.0 / 20.0)));
    // σ is below 0.0034: the root of 1 + σ² is its series.
    let sigma2 = sigma * sigma;
    sin * secant * (1.0 + sigma2 * (0.5 - sigma2 * (0.125 - sigma2 * 0.0625))) - sigma * secant
}

/// atanh(z) / z for z² up to a twentieth, from z².
fn atanh_by_argument(z2: f64) -> f64 {
    const TERMS: [f64; 9] = [1.0, 1.0 / 3.0, 1.0 / 5.0, 1.0 / 7.0, 1.0 / 9.0, 1.0 / 11.0, 1.0 / 13.0, 1.0 / 15.0, 1.0 / 17.0];
    TERMS.iter().rev().fold(0.0, |sum, term| sum * z2 + term)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::reproject::with_reprojector;

    #[test]
    fn it_agrees_with_proj_to_a_tenth_of_a_micrometre_all_over_its_strip() {
        let strip = GaussKruger::between(Crs::CGCS2000, Crs::CGCS2000_GK_120E).unwrap();
        let mut worst = 0.0_f64;
        for i in 0..=160 {
            for j in 0..=160 {
                let place = Coord { x: 116.0 + f64::from(i) * 0.05, y: -80.0 + f64::from(j) };
                let ours = strip.forward(place).unwrap();
                let proj = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point(place.x_y())).unwrap().unwrap();
                worst = worst.max((ours.x - proj.0).abs()).max((ours.y - proj.1).abs());
            }
        }
        assert!(worst < 1e-7, "{worst:e}");
    }

    #[test]
    fn it_agrees_with_proj_to_ten_nanometres_all_over_the_city() {
        let strip = GaussKruger::between(Crs::CGCS2000, Crs::CGCS2000_GK_120E).unwrap();
        let mut worst = 0.0_f64;
        for i in 0..=120 {
            for j in 0..=90 {
                let place = Coord { x: 120.2 + f64::from(i) * 0.011_3, y: 30.2 + f64::from(j) * 0.011_7 };
                let ours = strip.forward(place).unwrap();
                let proj = with_reprojector(Crs::CGCS2000, Crs::CGCS2000_GK_120E, |r| r.point(place.x_y())).unwrap().unwrap();
                worst = worst.max((ours.x - proj.0).abs()).max((ours.y - proj.1).abs());
            }
        }
        assert!(worst < 1e-8, "{worst:e}");
    }

    #[test]
    fn outside_its_strip_it_answers_nothing() {
        let strip = GaussKruger::between(Crs::CGCS2000, Crs::CGCS2000_GK_120E).unwrap();
        for place in [(124.1, 30.0), (115.9, 30.0), (120.0, 85.0), (f64::NAN, 30.0), (120.0, f64::INFINITY)] {
            assert!(strip.forward(place.into()).is_none(), "{place:?}");
        }
        assert!(GaussKruger::between(Crs::WGS84, Crs::CGCS2000_GK_120E).is_none());
    }
}
