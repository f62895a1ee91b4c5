//! The order in which features lie in memory: along the Hilbert curve of the whole world, so that neighbours on the ground are
//! neighbours in the processor's cache, and so that the order depends on a feature alone and not on what else there is.

use crate::world::Place;

/// How far along the curve of 2³² by 2³² cells a place lies.
pub(crate) fn along_curve(place: Place) -> u64 {
    let (mut x, mut y, mut along) = (place.x, place.y, 0_u64);
    for bit in (0..32).rev() {
        let (right, lower) = ((x >> bit) & 1, (y >> bit) & 1);
        along = (along << 2) | u64::from((3 * right) ^ lower);
        if lower == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_through_every_cell_and_never_jumps() {
        let cell = |n: u32| n << 26;
        let mut cells: Vec<(u64, u32, u32)> =
            (0..64).flat_map(|x| (0..64).map(move |y| (along_curve(Place { x: cell(x), y: cell(y) }) >> 52, x, y))).collect();
        cells.sort_unstable();
        for (expected, found) in cells.iter().enumerate() {
            assert_eq!(found.0 as usize, expected);
        }
        assert!(cells.windows(2).all(|w| w[0].1.abs_diff(w[1].1) + w[0].2.abs_diff(w[1].2) == 1));
    }
}
