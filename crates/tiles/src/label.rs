//! Where the label of a feature goes: surely inside, the same every time.

use crate::world::{Place, WorldBox};

/// A place inside the feature: the centroid of its first exterior when that is inside, else the middle of the widest stretch of
/// ground along a few lines across it, else (when it is thinner than the world's lattice) its first vertex.
pub(crate) fn inside<'a>(rings: impl Iterator<Item = (bool, &'a [Place])> + Clone, bounds: &WorldBox) -> Place {
    let Some((_, first)) = rings.clone().next() else { return Place::default() };
    let centroid = centroid(first);
    if contains(rings.clone(), centroid) {
        return centroid;
    }
    let height = u64::from(bounds.max.y.saturating_sub(bounds.min.y));
    let mut widest: Option<(u32, Place)> = None;
    for eighths in [4, 3, 5, 2, 6, 1, 7] {
        let y = bounds.min.y + (height * eighths / 8) as u32;
        // Between two rows of the lattice, so that no vertex lies on the line.
        let line = f64::from(y) + 0.5;
        let mut crossings: Vec<f64> = Vec::new();
        for (_, ring) in rings.clone() {
            for (a, b) in edges(ring) {
                if (a.y <= y) != (b.y <= y) {
                    let share = (line - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
                    crossings.push(f64::from(a.x) + share * (f64::from(b.x) - f64::from(a.x)));
                }
            }
        }
        crossings.sort_unstable_by(f64::total_cmp);
        for stretch in crossings.chunks_exact(2) {
            let width = (stretch[1] - stretch[0]) as u32;
            let middle = Place { x: (stretch[0] / 2.0 + stretch[1] / 2.0) as u32, y };
            if widest.is_none_or(|(most, _)| width > most) && contains(rings.clone(), middle) {
                widest = Some((width, middle));
            }
        }
        if widest.is_some() && eighths == 5 {
            break;
        }
    }
    widest.map_or(first[0], |(_, middle)| middle)
}

fn centroid(ring: &[Place]) -> Place {
    let origin = ring[0];
    let from = |place: Place| (f64::from(place.x) - f64::from(origin.x), f64::from(place.y) - f64::from(origin.y));
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    for (a, b) in edges(ring) {
        let (a, b) = (from(a), from(b));
        let cross = a.0 * b.1 - b.0 * a.1;
        area += cross;
        x += (a.0 + b.0) * cross;
        y += (a.1 + b.1) * cross;
    }
    if area == 0.0 {
        return origin;
    }
    let at = |origin: u32, moment: f64| (f64::from(origin) + moment / (3.0 * area)).round() as u32;
    Place { x: at(origin.x, x), y: at(origin.y, y) }
}

fn edges(ring: &[Place]) -> impl Iterator<Item = (Place, Place)> {
    let last = ring.last().copied().into_iter();
    last.chain(ring.iter().copied()).zip(ring.iter().copied())
}

/// Whether the place is inside by the even-odd rule.
fn contains<'a>(rings: impl Iterator<Item = (bool, &'a [Place])>, place: Place) -> bool {
    let mut odd = false;
    for (_, ring) in rings {
        for (a, b) in edges(ring) {
            if (a.y > place.y) != (b.y > place.y) {
                let (ax, ay) = (i128::from(a.x), i128::from(a.y));
                let (bx, by) = (i128::from(b.x), i128::from(b.y));
                let (x, y) = (i128::from(place.x), i128::from(place.y));
                let side = (x - ax) * (by - ay) - (bx - ax) * (y - ay);
                odd ^= (side < 0) == (by > ay) && side != 0;
            }
        }
    }
    odd
}
