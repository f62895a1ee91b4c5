//! Areas: on the ellipsoid, by the survey's software rules, and in the plane.
//!
//! Which of the areas counts for what is not decided here. Units are m² for all but a plane that is not in metres.

use geo::{Coord, LineString};

use crate::{crs::Crs, surface::Surface, validity};

/// The CGCS2000 ellipsoid and the series of the land survey standard (TD/T 1055-2019, annex on the area of map polygons; the
/// constants are printed there to these places and the survey's software test expects them so).
mod ellipsoid {
    /// Semi-minor axis, m.
    pub(super) const B: f64 = 6_356_752.314_140_36;
    /// First eccentricity squared.
    pub(super) const E2: f64 = 0.006_694_380_022_90;
    /// Second eccentricity squared.
    pub(super) const EP2: f64 = 0.006_739_496_775_48;
    /// Polar radius of curvature, m.
    pub(super) const C: f64 = 6_399_593.625_86;
    /// Arc seconds in a radian.
    pub(super) const RHO: f64 = 206_264.806_247_1;
    /// K0 (rad/m) to K4 of the footpoint latitude.
    pub(super) const K: [f64; 5] = [
        1.570_487_611_441_59e-7,
        5.052_501_788_205_67e-3,
        2.984_729_009_565_87e-5,
        2.416_266_692_300_84e-7,
        2.222_412_389_385_34e-9,
    ];

    const E4: f64 = E2 * E2;
    const E6: f64 = E4 * E2;
    const E8: f64 = E6 * E2;
    /// A to E of the area series, with the signs of their terms.
    pub(super) const SERIES: [f64; 5] = [
        1.0 + 3.0 / 6.0 * E2 + 30.0 / 80.0 * E4 + 35.0 / 112.0 * E6 + 630.0 / 2304.0 * E8,
        -(1.0 / 6.0 * E2 + 15.0 / 80.0 * E4 + 21.0 / 112.0 * E6 + 420.0 / 2304.0 * E8),
        3.0 / 80.0 * E4 + 7.0 / 112.0 * E6 + 180.0 / 2304.0 * E8,
        -(1.0 / 112.0 * E6 + 45.0 / 2304.0 * E8),
        5.0 / 2304.0 * E8,
    ];

    /// cos (2k+1)y ÷ cos y for k = 0 to 4, as polynomials in sin² y.
    const MULTIPLES: [[f64; 5]; 5] = [
        [1.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, -4.0, 0.0, 0.0, 0.0],
        [1.0, -12.0, 16.0, 0.0, 0.0],
        [1.0, -24.0, 80.0, -64.0, 0.0],
        [1.0, -40.0, 240.0, -448.0, 256.0],
    ];
    /// The series for what is low, as a polynomial in sin² of the mean latitude: from sin (2k+1)x = (2k+1) s (1 − ((2k+1)² − 1)/6 s² + …),
    /// s = sin x, the terms in s.
    pub(super) const LINEAR: [f64; 5] = low_series(false);
    /// The terms in s³.
    pub(super) const CUBIC: [f64; 5] = low_series(true);

    const fn low_series(is_cubic: bool) -> [f64; 5] {
        let mut sums = [0.0; 5];
        let mut k = 0;
        while k < 5 {
            let multiple = (2 * k + 1) as f64;
            let factor = if is_cubic { -multiple * (multiple * multiple - 1.0) / 6.0 } else { multiple };
            let mut power = 0;
            while power < 5 {
                sums[power] += SERIES[k] * factor * MULTIPLES[k][power];
                power += 1;
            }
            k += 1;
        }
        sums
    }
}

/// Area in the plane of the surface's own CRS: m² in a projected CRS in metres.
///
/// On the ground it is too large by up to 4 parts in 10 000 at the edge of the city (see [`ellipsoidal_area`]).
pub fn planar_area(surface: &Surface) -> f64 {
    validity::area(&surface.multi_polygon().0)
}

/// Area on the CGCS2000 ellipsoid in m², of a surface in longitude and latitude (degrees; EPSG:4490 or another geographic system, whose
/// ellipsoid is then taken to be CGCS2000's: for WGS 84 the difference is under a part in 10⁹).
///
/// The series of the survey standard. An edge is the shortest line between its ends, as it is for a spheroidal database type and,
/// to millimetres, for a survey plane; a line straight in degrees lies up to 4 mm beside it on 300 m, which
/// on a plot of four hectares is 0.1 m². Agrees with [`survey_area`] to 0.01 m² on plots up to ten hectares. Meant for edges up to some
/// kilometres: the bend of an edge is taken to its leading order. `NaN` for a surface whose CRS is known to be projected.
///
/// ```
/// use mujun_geometry::{Crs, area::ellipsoidal_area, geo, mend};
///
/// // A tenth of a degree at the equator: 11.132 km by 11.057 km.
/// let square = geo::wkt!(MULTIPOLYGON(((0. 0., 0.1 0., 0.1 0.1, 0. 0.1, 0. 0.))));
/// let square = mend(square, Crs::CGCS2000)?.surface;
/// assert!((ellipsoidal_area(&square) / 1e6 - 123.09).abs() < 0.01);
/// # Ok::<(), mujun_geometry::InvalidSurface>(())
/// ```
pub fn ellipsoidal_area(surface: &Surface) -> f64 {
    if plane(surface.crs()).is_some() || surface.crs() == Crs::WEB_MERCATOR {
        return f64::NAN;
    }
    polygons_less_holes(surface, |ring| {
        let Some(origin) = ring.0.first() else { return 0.0 };
        let latitudes = Latitudes::around(origin.y.to_radians());
        let areas = ring.0.windows(2).map(|w| {
            let mean_longitude = ((w[0].x - origin.x) + (w[1].x - origin.x)) / 2.0;
            let trapezoid = Trapezoid {
                mean_longitude: mean_longitude.to_radians(),
                latitude_difference: (w[1].y - w[0].y).to_radians(),
                mean_latitude: ((w[0].y + w[1].y) / 2.0).to_radians(),
            };
            let (sin, cos) = latitudes.sin_cos(trapezoid.mean_latitude);
            let area = if trapezoid.latitude_difference.abs() <= LOW { trapezoid.low_area(sin, cos) } else { trapezoid.area() };
            area + trapezoid.rest(sin, cos, (w[1].x - w[0].x).to_radians())
        });
        areas.sum::<f64>().abs()
    })
}

/// Area on the ellipsoid in m² by the survey's rules of rounding, of a surface in EPSG:4528 or 4549: the figure that the land survey's own
/// software gives, to 0.0001 m².
///
/// Plane coordinates to 0.1 mm; an edge longer than 70 m cut evenly, the points inserted (length ÷ 70, rounded down) kept to a
/// micrometre; latitude and longitude by the standard's inverse series, to 10⁻⁶ seconds. `NaN` for a surface in another CRS.
pub fn survey_area(surface: &Surface) -> f64 {
    let Some(plane) = plane(surface.crs()) else {
        return f64::NAN;
    };
    polygons_less_holes(surface, |ring| {
        let seconds: Vec<Coord<f64>> = cut(ring).into_iter().map(|c| plane.inverse_seconds(c)).collect();
        let trapezoids = seconds.windows(2).map(|w| Trapezoid {
            mean_longitude: ((w[0].x - seconds[0].x) + (w[1].x - seconds[0].x)) / 2.0 / ellipsoid::RHO,
            latitude_difference: (w[1].y - w[0].y) / ellipsoid::RHO,
            mean_latitude: (w[0].y + w[1].y) / 2.0 / ellipsoid::RHO,
        });
        trapezoids.map(|t| t.area()).sum::<f64>().abs()
    })
}

fn polygons_less_holes(surface: &Surface, ring_area: impl Fn(&LineString<f64>) -> f64) -> f64 {
    let parts = surface.multi_polygon().iter();
    parts.map(|p| ring_area(p.exterior()) - p.interiors().iter().map(&ring_area).sum::<f64>()).sum()
}

/// Latitude difference up to which the short forms hold all digits, radians: 25 km.
const LOW: f64 = 0.004;

/// Sine and cosine of latitudes near one whose own are known.
struct Latitudes {
    middle: f64,
    sin: f64,
    cos: f64,
}

impl Latitudes {
    fn around(middle: f64) -> Latitudes {
        let (sin, cos) = middle.sin_cos();
        Latitudes { middle, sin, cos }
    }

    fn sin_cos(&self, latitude: f64) -> (f64, f64) {
        let d = latitude - self.middle;
        if d.abs() > LOW {
            return latitude.sin_cos();
        }
        let d2 = d * d;
        let (sin, cos) = (small_sin(d), 1.0 - d2 / 2.0 * (1.0 - d2 / 12.0));
        (self.sin * cos + self.cos * sin, self.cos * cos - self.sin * sin)
    }
}

/// Sine of an angle of at most [`LOW`].
fn small_sin(angle: f64) -> f64 {
    let a2 = angle * angle;
    angle * (1.0 - a2 / 6.0 * (1.0 - a2 / 20.0))
}

/// What lies between an edge and the reference meridian, which goes through the ring's first vertex so that nothing cancels. Radians.
struct Trapezoid {
    mean_longitude: f64,
    latitude_difference: f64,
    mean_latitude: f64,
}

impl Trapezoid {
    fn area(&self) -> f64 {
        // sin((2k+1)x) and cos((2k+1)y) from the two before them: two of each instead of ten.
        let (mut sin, mut sin_before) = ((self.latitude_difference / 2.0).sin(), -(self.latitude_difference / 2.0).sin());
        let (mut cos, mut cos_before) = (self.mean_latitude.cos(), self.mean_latitude.cos());
        let two_sin = 2.0 * self.latitude_difference.cos();
        let two_cos = 2.0 * (2.0 * self.mean_latitude).cos();
        let mut sum = 0.0;
        for coefficient in ellipsoid::SERIES {
            sum += coefficient * sin * cos;
            (sin, sin_before) = (two_sin * sin - sin_before, sin);
            (cos, cos_before) = (two_cos * cos - cos_before, cos);
        }
        2.0 * ellipsoid::B * ellipsoid::B * self.mean_longitude * sum
    }

    /// The same for a trapezoid of at most [`LOW`], whose mean latitude has this sine and cosine.
    fn low_area(&self, sin: f64, cos: f64) -> f64 {
        let s = small_sin(self.latitude_difference / 2.0);
        let sin2 = sin * sin;
        let at = |[a, b, c, d, e]: [f64; 5]| a + sin2 * (b + sin2 * (c + sin2 * (d + sin2 * e)));
        let sum = s * cos * (at(ellipsoid::LINEAR) + s * s * at(ellipsoid::CUBIC));
        2.0 * ellipsoid::B * ellipsoid::B * self.mean_longitude * sum
    }

    /// What the trapezoid lacks of the area beside the geodesic, signed like [`Trapezoid::area`]. Two parts, both to leading order.
    ///
    /// The trapezoid takes the mean longitude for the whole strip, but an edge that is not a meridian has its southern end, where a
    /// degree of longitude is wider, on one side: ∫ W (L − Lm) dB = W′ ΔL ΔB² / 12 with W = M N cos B.
    ///
    /// The line straight in degrees is no geodesic, which obeys B″ = −(N/M) sin B cos B L′² − (M_B/M) B′² and L″ = 2 (M/N) tan B B′ L′ (Christoffel symbols of
    /// M² dB² + (N cos B)² dL²). With the right sides constant along the edge both deviate by a parabola, whose integral
    /// is a sixth; M N = b²/w⁴ and M/N = (1 − e²)/w², w² = 1 − e² sin² B.
    fn rest(&self, sin: f64, cos: f64, longitude_difference: f64) -> f64 {
        use ellipsoid::{B, E2};
        let w2 = 1.0 - E2 * sin * sin;
        let by_w2 = 1.0 / w2;
        let (db2, dl) = (self.latitude_difference * self.latitude_difference, longitude_difference);
        let northward = w2 / (1.0 - E2) * sin * cos * dl * dl + 3.0 * E2 * sin * cos * by_w2 * db2;
        let eastward = (1.0 - E2) * by_w2 * sin * db2;
        let slope = -sin * (1.0 - 4.0 * E2 * cos * cos * by_w2);
        B * B * (by_w2 * by_w2) * dl * (slope * db2 / 12.0 - (cos * northward / 2.0 + eastward) / 6.0)
    }
}

/// A 3-degree Gauss-Kruger plane on the meridian of 120°E; the area does not depend on which meridian it is.
struct Plane {
    false_easting: f64,
}

fn plane(crs: Crs) -> Option<Plane> {
    match crs {
        Crs::CGCS2000_GK_120E => Some(Plane { false_easting: 500_000.0 }),
        Crs::CGCS2000_GK_ZONE_40 => Some(Plane { false_easting: 40_500_000.0 }),
        _ => None,
    }
}

impl Plane {
    /// Longitude from the central meridian (`x`) and latitude (`y`) in seconds, rounded as the survey does.
    fn inverse_seconds(&self, c: Coord<f64>) -> Coord<f64> {
        let [k0, k1, k2, k3, k4] = ellipsoid::K;
        let e = k0 * c.y;
        let (sin, cos) = e.sin_cos();
        let s2 = sin * sin;
        let foot = e + cos * sin * (k1 - s2 * (k2 - s2 * (k3 - s2 * k4)));
        let t = foot.tan();
        let t2 = t * t;
        let t4 = t2 * t2;
        let eta2 = ellipsoid::EP2 * foot.cos() * foot.cos();
        let v2 = 1.0 + eta2;
        let n = ellipsoid::C / v2.sqrt();
        let q = (c.x - self.false_easting) / n;
        let q2 = q * q;
        let latitude = foot
            - v2 * t
                * q2
                * (1.0 / 2.0
                    - q2 * ((5.0 + 3.0 * t2 + eta2 - 9.0 * eta2 * t2) / 24.0 - q2 * (61.0 + 90.0 * t2 + 45.0 * t4) / 720.0));
        let longitude = q
            * (1.0
                - q2 * ((1.0 + 2.0 * t2 + eta2) / 6.0
                    - q2 * (5.0 + 28.0 * t2 + 24.0 * t4 + 6.0 * eta2 + 8.0 * eta2 * t2) / 120.0))
            / foot.cos();
        Coord { x: round(longitude * ellipsoid::RHO, 1e6), y: round(latitude * ellipsoid::RHO, 1e6) }
    }
}

/// The ring with its coordinates rounded and its long edges cut.
fn cut(ring: &LineString<f64>) -> Vec<Coord<f64>> {
    const LONGEST_EDGE: f64 = 70.0;
    let rounded: Vec<Coord<f64>> = ring.0.iter().map(|c| Coord { x: round(c.x, 1e4), y: round(c.y, 1e4) }).collect();
    let mut points = Vec::with_capacity(rounded.len() * 2);
    for w in rounded.windows(2) {
        points.push(w[0]);
        let length = crate::lattice::length(w[0], w[1]);
        if length > LONGEST_EDGE {
            let pieces = (length / LONGEST_EDGE).floor() + 1.0;
            for i in 1..pieces as usize {
                let share = i as f64 / pieces;
                points.push(Coord {
                    x: round(w[0].x + (w[1].x - w[0].x) * share, 1e6),
                    y: round(w[0].y + (w[1].y - w[0].y) * share, 1e6),
                });
            }
        }
    }
    points.extend(rounded.last());
    points
}

fn round(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use geo::{MultiPolygon, Polygon};

    use super::*;
    use crate::{mend, reproject::with_reprojector};

    type Vector = (&'static str, &'static [(f64, f64)], &'static [(f64, f64)], f64, f64);

    /// Five plots in EPSG:4528 with their area by the survey's formula, computed independently of this crate and checked against
    /// geodesic areas with dense edges: name, outline, hole, ellipsoidal area, planar area (m²).
    const VECTORS: [Vector; 5] = [
        (
            "P1",
            &[(40571815.366, 3403497.826), (40571915.366, 3403497.826), (40571915.366, 3403597.826), (40571815.366, 3403597.826)],
            &[],
            9998.7262,
            10000.0,
        ),
        (
            "P2",
            &[
                (40571815.366, 3403497.826),
                (40572075.366, 3403497.826),
                (40572075.366, 3403617.826),
                (40571955.366, 3403617.826),
                (40571955.366, 3403707.826),
                (40571815.366, 3403707.826),
            ],
            &[],
            43794.4171,
            43800.0,
        ),
        (
            "P3",
            &[(40615025.622, 3392785.186), (40615358.955, 3392826.686), (40615427.740, 3393073.090), (40615080.649, 3393086.628)],
            &[],
            92296.1682,
            92326.3828,
        ),
        (
            "P4",
            &[(40500479.010, 3397714.267), (40500979.010, 3397714.267), (40500979.010, 3398114.267), (40500479.010, 3398114.267)],
            &[],
            199999.998,
            200000.0,
        ),
        (
            "P5",
            &[(40571815.366, 3403497.826), (40572115.366, 3403497.826), (40572115.366, 3403697.826), (40571815.366, 3403697.826)],
            &[(40571915.366, 3403557.826), (40571975.366, 3403557.826), (40571975.366, 3403607.826), (40571915.366, 3403607.826)],
            56992.7214,
            57000.0,
        ),
    ];

    fn plot(vector: &Vector) -> Surface {
        let ring = |coords: &[(f64, f64)]| LineString::from(coords.to_vec());
        let holes = if vector.2.is_empty() { Vec::new() } else { vec![ring(vector.2)] };
        let polygon = Polygon::new(ring(vector.1), holes);
        mend(MultiPolygon(vec![polygon]), Crs::CGCS2000_GK_ZONE_40).unwrap().surface
    }

    #[test]
    fn the_survey_area_reproduces_the_five_vectors_to_their_last_digit() {
        for vector in &VECTORS {
            let found = survey_area(&plot(vector));
            assert!((found - vector.3).abs() <= 0.000_05 + 1e-9, "{}: {found} instead of {}", vector.0, vector.3);
        }
    }

    #[test]
    fn the_survey_area_is_the_same_with_and_without_the_zone_prefix() {
        for vector in &VECTORS {
            let with = plot(vector);
            let without: MultiPolygon<f64> =
                geo::MapCoords::map_coords(with.multi_polygon(), |c| Coord { x: c.x - 40_000_000.0, y: c.y });
            let without = mend(without, Crs::CGCS2000_GK_120E).unwrap().surface;
            assert_eq!(survey_area(&with), survey_area(&without));
        }
    }

    #[test]
    fn the_ellipsoidal_area_from_longitude_and_latitude_meets_the_vectors_within_a_hundredth() {
        for vector in &VECTORS {
            let degrees =
                with_reprojector(Crs::CGCS2000_GK_ZONE_40, Crs::CGCS2000, |r| r.surface(&plot(vector))).unwrap().unwrap();
            let found = ellipsoidal_area(&degrees);
            assert!((found - vector.3).abs() < 0.01, "{}: {found} instead of {}", vector.0, vector.3);
        }
    }

    #[test]
    fn an_edge_of_a_kilometre_is_as_good_as_a_hundred_geodesic_pieces() {
        use geo::{Densify, Geodesic, GeodesicArea};
        let square = geo::wkt!(MULTIPOLYGON(((120.7 30.7, 120.71 30.702, 120.712 30.71, 120.698 30.709, 120.7 30.7))));
        let dense = Geodesic.densify(&square, 10.0);
        let found = ellipsoidal_area(&mend(square.clone(), Crs::CGCS2000).unwrap().surface);
        let pieces = ellipsoidal_area(&mend(dense, Crs::CGCS2000).unwrap().surface);
        let karney = square.geodesic_area_unsigned();
        assert!((found - pieces).abs() < 0.002 && (found - karney).abs() < 0.002, "{found} {pieces} {karney}");
    }

    #[test]
    fn the_planar_area_is_the_shoelace_area() {
        for vector in &VECTORS {
            let found = planar_area(&plot(vector));
            // The corners are printed to the millimetre, the area was computed before that.
            assert!((found - vector.4).abs() < 0.005, "{}: {found}", vector.0);
        }
    }

    #[test]
    fn a_square_decimetre_keeps_its_digits() {
        // 1e-6 degrees: 0.0957 m by 0.1109 m at this latitude.
        let (lon, lat, d) = (120.75, 30.75, 1e-6);
        let square = |d: f64| {
            let ring = vec![(lon, lat), (lon + d, lat), (lon + d, lat + d), (lon, lat + d)];
            mend(MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]), Crs::CGCS2000).unwrap().surface
        };
        // Area grows with the square of the side; what a longitude of 120.75 can hold limits the small one to 8 digits.
        let ratio = ellipsoidal_area(&square(d * 1000.0)) / ellipsoidal_area(&square(d));
        assert!((ratio / 1e6 - 1.0).abs() < 1e-5, "{ratio}");
    }

    #[test]
    fn a_whole_degree_agrees_with_the_geodesic_area_of_its_parallels() {
        // Zone between two parallels on the ellipsoid, in closed form: b²ΔL/2 [sin/(1-e²sin²) + atanh(e sin)/e].
        let e = ellipsoid::E2.sqrt();
        let q = |lat: f64| {
            let s = lat.to_radians().sin();
            s / (1.0 - ellipsoid::E2 * s * s) + (e * s).atanh() / e
        };
        let exact = ellipsoid::B.powi(2) * 1f64.to_radians() / 2.0 * (q(31.0) - q(30.0));
        // Parallels are no geodesics: in a thousand pieces they are, to 1e-6 of the bend.
        let along = |from: f64, to: f64, lat| (0..=1000).map(move |i| (from + (to - from) * f64::from(i) / 1000.0, lat));
        let up = |lon, from: f64| (1..100).map(move |i| (lon, from + (61.0 - 2.0 * from) * f64::from(i) / 100.0));
        let ring: Vec<(f64, f64)> =
            along(120.0, 121.0, 30.0).chain(up(121.0, 30.0)).chain(along(121.0, 120.0, 31.0)).chain(up(120.0, 31.0)).collect();
        let zone = MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]);
        let found = ellipsoidal_area(&mend(zone, Crs::CGCS2000).unwrap().surface);
        assert!((found / exact - 1.0).abs() < 1e-9, "{found} {exact}");
    }

    proptest::proptest! {
        #[test]
        fn the_short_forms_are_the_long_ones_to_the_last_digits(
            latitude in -89.0..89.0f64,
            off in -0.2..0.2f64,
            difference in -0.22..0.22f64,
        ) {
            let trapezoid = Trapezoid {
                mean_longitude: 0.01,
                latitude_difference: difference.to_radians(),
                mean_latitude: (latitude + off).to_radians(),
            };
            let (sin, cos) = Latitudes::around(latitude.to_radians()).sin_cos(trapezoid.mean_latitude);
            let exactly = trapezoid.mean_latitude.sin_cos();
            proptest::prop_assert!((sin - exactly.0).abs() < 4e-16 && (cos - exactly.1).abs() < 4e-16, "{} {}", sin, cos);
            let (short, long) = (trapezoid.low_area(sin, cos), trapezoid.area());
            proptest::prop_assert!((short - long).abs() <= 2e-14 * long.abs() + 1e-12, "{} {}", short, long);
        }
    }

    #[test]
    fn an_area_that_the_reference_system_does_not_allow_is_not_a_number() {
        let metres = plot(&VECTORS[0]);
        assert!(ellipsoidal_area(&metres).is_nan());
        let square = geo::wkt!(MULTIPOLYGON(((0. 0., 1. 0., 1. 1., 0. 0.))));
        assert!(survey_area(&mend(square, Crs::CGCS2000).unwrap().surface).is_nan());
    }
}
