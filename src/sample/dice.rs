//! Seeded chance for one park or one county. No draw of one stream moves another stream.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream `stream` of the city `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Dice {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Dice(rng)
    }

    /// A number in `low..high`; `low` if the range is empty.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// A whole number in `low..=high`; `low` if the range is empty.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.0.random_range(low..=high) }
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// One of the items, each as likely as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(T, f64)]) -> T {
        let total: f64 = items.iter().map(|(_, weight)| weight).sum();
        let mut at = self.between(0.0, total);
        for (item, weight) in items {
            at -= weight;
            if at < 0.0 {
                return *item;
            }
        }
        items[items.len() - 1].0
    }

    /// Brings the items into a random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = self.whole(0, at as i64) as usize;
            items.swap(at, other);
        }
    }
}

/// `value` with this many places after the point.
pub(super) fn rounded(value: f64, places: i32) -> f64 {
    let unit = 10f64.powi(places);
    (value * unit).round() / unit
}
