//! Where on the page which ground lies: Web Mercator in a rectangle of the page, its true scale, and the tiles that cover it.
//!
//! World coordinates run from 0 to 1, x eastward and y southward, as the tile pyramid counts.

use std::f64::consts::{PI, TAU};

use super::request::{Extent, PIXELS_PER_INCH};
use crate::app::query::TileAddress;

/// Units across a tile.
pub(super) const TILE_UNITS: f64 = 4096.0;
/// A unit of the tiles is at most this wide on the page, CSS pixels: 0.05 mm on paper.
const COARSEST_UNIT: f64 = 0.2;
/// Most tiles a map is made of.
pub(super) const MOST_TILES: usize = 64;
/// The tile size of the map application, CSS pixels: its zoom numbers are ours.
const TILE_PIXELS: f64 = 512.0;

/// GRS80 as CGCS2000 uses it: semi-major axis in metres and flattening (GB 22021-2008 and GB/T 30168 agree).
const SEMI_MAJOR: f64 = 6_378_137.0;
const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// Longitude and latitude in degrees → world.
pub(super) fn world_of(lon: f64, lat: f64) -> (f64, f64) {
    (lon / 360.0 + 0.5, 0.5 - lat.to_radians().tan().asinh() / TAU)
}

/// World y → latitude in degrees.
fn latitude_of(y: f64) -> f64 {
    (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees()
}

/// A rectangle of the page, CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        x >= self.left && x < self.right() && y >= self.top && y < self.bottom()
    }

    /// The same, wider by `margin` on every side.
    pub(super) fn grown(&self, margin: f64) -> Rect {
        Rect {
            left: self.left - margin,
            top: self.top - margin,
            width: self.width + 2.0 * margin,
            height: self.height + 2.0 * margin,
        }
    }
}

/// Whether the ratio is made a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ratio {
    /// The extent fits as tightly as it can.
    AsItFits,
    /// The denominator is rounded up to two figures; the map then shows somewhat more.
    Round,
}

/// The map in its place on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// Where on the page.
    pub page: Rect,
    /// World coordinates of the middle.
    centre: (f64, f64),
    /// CSS pixels across the world.
    pixels_per_world: f64,
}

impl Frame {
    /// The largest scale at which the whole extent is in the rectangle, the extent in the middle.
    pub(super) fn fit(extent: Extent, page: Rect, ratio: Ratio) -> Frame {
        let (left, bottom) = world_of(extent.west, extent.south);
        let (right, top) = world_of(extent.east, extent.north);
        let fitting = (page.width / (right - left)).min(page.height / (bottom - top));
        let mut frame = Frame { page, centre: ((left + right) / 2.0, (top + bottom) / 2.0), pixels_per_world: fitting };
        if ratio == Ratio::Round {
            let exact = frame.denominator();
            frame.pixels_per_world *= exact / rounded_up(exact);
        }
        frame
    }

    /// World → page.
    pub(super) fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.page.left + self.page.width / 2.0 + (x - self.centre.0) * self.pixels_per_world,
            self.page.top + self.page.height / 2.0 + (y - self.centre.1) * self.pixels_per_world,
        )
    }

    /// The zoom of the map application at the same scale.
    pub(super) fn zoom(&self) -> f64 {
        (self.pixels_per_world / TILE_PIXELS).log2()
    }

    /// Metres of ground along the parallel through the middle that a pixel stands for: Web Mercator stretches by 1/cos φ on a
    /// sphere of the equator's radius, and the parallel of the ellipsoid is N(φ)·cos φ.
    pub(super) fn metres_per_pixel(&self) -> f64 {
        let latitude = latitude_of(self.centre.1).to_radians();
        let eccentricity_squared = FLATTENING * (2.0 - FLATTENING);
        let prime_vertical = SEMI_MAJOR / (1.0 - eccentricity_squared * latitude.sin().powi(2)).sqrt();
        TAU * prime_vertical * latitude.cos() / self.pixels_per_world
    }

    /// n of 1:n, on paper or on a screen of 96 pixels an inch, along the parallel through the middle.
    pub(super) fn denominator(&self) -> f64 {
        self.metres_per_pixel() / (0.0254 / PIXELS_PER_INCH)
    }

    /// The tiles that cover the frame, row by row: at the zoom at which a unit is at most a fifth of a pixel, or at the
    /// deepest above it of which no more than sixty-four are needed.
    pub(super) fn tiles(&self) -> Vec<TileAddress> {
        let wanted = (self.pixels_per_world / (TILE_UNITS * COARSEST_UNIT)).log2().ceil();
        let deepest = wanted.clamp(0.0, f64::from(TileAddress::MAX_ZOOM)) as u8;
        for z in (0..=deepest).rev() {
            let tiles = self.tiles_of(z);
            if tiles.len() <= MOST_TILES {
                return tiles;
            }
        }
        Vec::new()
    }

    fn tiles_of(&self, z: u8) -> Vec<TileAddress> {
        let count = f64::from(1_u32 << z);
        let half = |length: f64| length / 2.0 / self.pixels_per_world;
        let range = |middle: f64, half: f64| {
            let first = ((middle - half) * count).floor().clamp(0.0, count - 1.0) as u32;
            let last = (((middle + half) * count).ceil() - 1.0).clamp(0.0, count - 1.0) as u32;
            first..=last.max(first)
        };
        let columns = range(self.centre.0, half(self.page.width));
        let rows = range(self.centre.1, half(self.page.height));
        if (columns.end() - columns.start()) as usize >= MOST_TILES || (rows.end() - rows.start()) as usize >= MOST_TILES {
            // Only the number matters: it is too many.
            return vec![TileAddress::new(0, 0, 0); MOST_TILES + 1].into_iter().flatten().collect();
        }
        rows.flat_map(|y| columns.clone().filter_map(move |x| TileAddress::new(z, x, y))).collect()
    }
}

/// The next number of two figures: 23 456 → 24 000.
fn rounded_up(number: f64) -> f64 {
    let unit = 10_f64.powf((number.log10().floor() - 1.0).max(0.0));
    // A number that is round already, but for the arithmetic, stays.
    (number / unit - 1e-9).ceil() * unit
}

/// The longest of 1, 2, 5 × 10ⁿ metres that is at most `metres`.
pub(super) fn round_length(metres: f64) -> f64 {
    let unit = 10_f64.powf(metres.log10().floor());
    [5.0, 2.0].into_iter().find(|step| step * unit <= metres).unwrap_or(1.0) * unit
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: Rect = Rect { left: 40.0, top: 60.0, width: 800.0, height: 600.0 };

    fn extent(west: f64, south: f64, width: f64, height: f64) -> Extent {
        Extent::new(west, south, west + width, south + height).unwrap()
    }

    #[test]
    fn lengths_and_ratios_are_rounded_to_what_people_read() {
        assert_eq!((round_length(999.0), round_length(2_000.0), round_length(130.0)), (500.0, 2_000.0, 100.0));
        assert_eq!((rounded_up(23_456.0), rounded_up(24_000.0), rounded_up(1_001.0)), (24_000.0, 24_000.0, 1_100.0));
    }

    #[test]
    fn the_ratio_of_a_sheet_is_round() {
        let frame = Frame::fit(extent(120.5, 30.5, 0.3, 0.2), PAGE, Ratio::Round);
        let denominator = frame.denominator();
        assert!((denominator / 1_000.0 - (denominator / 1_000.0).round()).abs() < 1e-6, "{denominator}");
    }

    proptest! {
        #[test]
        fn the_whole_extent_is_in_the_frame_and_touches_it(
            west in -179.0..150.0_f64, south in -84.0..60.0_f64, width in 0.0002..20.0_f64, height in 0.0002..20.0_f64,
        ) {
            let Some(extent) = Extent::new(west, south, (west + width).min(180.0), south + height) else { return Ok(()) };
            let frame = Frame::fit(extent, PAGE, Ratio::AsItFits);
            let (left, bottom) = frame.place(world_of(extent.west, extent.south));
            let (right, top) = frame.place(world_of(extent.east, extent.north));
            let slack = 1e-3;
            prop_assert!(left >= PAGE.left - slack && right <= PAGE.right() + slack);
            prop_assert!(top >= PAGE.top - slack && bottom <= PAGE.bottom() + slack);
            prop_assert!(right - left > PAGE.width - slack || bottom - top > PAGE.height - slack);
        }

        #[test]
        fn few_tiles_cover_the_frame(
            west in 119.0..122.0_f64, south in 29.0..32.0_f64, width in 0.0002..5.0_f64, height in 0.0002..5.0_f64,
            side in 64.0..4000.0_f64,
        ) {
            let page = Rect { width: side, ..PAGE };
            let frame = Frame::fit(extent(west, south, width, height), page, Ratio::AsItFits);
            let tiles = frame.tiles();
            prop_assert!(!tiles.is_empty() && tiles.len() <= MOST_TILES);
            let placed = |x: u32, y: u32, z: u8| {
                let count = f64::from(1_u32 << z);
                frame.place((f64::from(x) / count, f64::from(y) / count))
            };
            let (z, x, y) = tiles[0].parts();
            let (left, top) = placed(x, y, z);
            let (z, x, y) = tiles[tiles.len() - 1].parts();
            let (right, bottom) = placed(x + 1, y + 1, z);
            prop_assert!(left <= page.left + 1e-3 && top <= page.top + 1e-3, "{left} {top}");
            prop_assert!(right >= page.right() - 1e-3 && bottom >= page.bottom() - 1e-3, "{right} {bottom}");
        }

        /// The oracle integrates the arc of the parallel through the geometry kernel's own measure of the ellipsoid.
        #[test]
        fn a_pixel_is_as_long_as_the_ground_it_stands_for(lat in -80.0..80.0_f64, width in 0.001..0.01_f64) {
            let south = lat - width / 2.0;
            let frame = Frame::fit(extent(120.0, south, width, width), PAGE, Ratio::AsItFits);
            let (west, middle) = world_of(120.0, latitude_of(frame.centre.1));
            let (east, _) = world_of(120.0 + width, 0.0);
            let pixels = frame.place((east, middle)).0 - frame.place((west, middle)).0;
            // The radius of a parallel, by the parametric latitude: an expression other than the program's.
            let reduced = ((1.0 - FLATTENING) * latitude_of(frame.centre.1).to_radians().tan()).atan();
            let metres = SEMI_MAJOR * reduced.cos() * width.to_radians();
            prop_assert!((pixels * frame.metres_per_pixel() / metres - 1.0).abs() < 1e-9);
        }
    }
}
