//! The keys met so far in a file, by fingerprint: a duplicate must be told with the row it repeats, and a register of ten million
//! rows must still fit in memory. Sixteen bytes a key, whatever its length.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hasher,
};

use xxhash_rust::xxh3::xxh3_128;

/// Maps that grow one at a time: the memory of a growing map is held twice only for its share.
const SHARES: usize = 64;

/// Bits of a fingerprint that are kept. Two of ten million different keys have the same ones once in 10¹⁵ files.
const BITS: u32 = 96;

/// 96 bits that two different keys do not share.
pub(super) fn fingerprint(key: &str) -> u128 {
    xxh3_128(key.as_bytes()) >> (u128::BITS - BITS)
}

/// Fingerprints and the first row of each.
#[derive(Debug)]
pub(super) struct Seen(Vec<HashMap<[u32; 3], i32, AsItIs>>);

impl Default for Seen {
    fn default() -> Seen {
        Seen((0..SHARES).map(|_| HashMap::default()).collect())
    }
}

impl Seen {
    /// The row that had this key first; none when it is `row` itself, which is then remembered.
    pub fn first_row(&mut self, fingerprint: u128, row: i32) -> Option<i32> {
        let word = |at: u32| (fingerprint >> (32 * at)) as u32;
        let words = [word(0), word(1), word(2)];
        let share = words[2] as usize % SHARES;
        match self.0[share].entry(words) {
            Entry::Occupied(found) => Some(*found.get()),
            Entry::Vacant(place) => {
                place.insert(row);
                None
            }
        }
    }
}

/// A fingerprint is a hash already.
#[derive(Clone, Debug, Default)]
struct AsItIs;

impl std::hash::BuildHasher for AsItIs {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded(0)
    }
}

struct Folded(u64);

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.0 = self.0.rotate_left(32) ^ u64::from_le_bytes(padded);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::{Seen, fingerprint};

    proptest! {
        #[test]
        fn the_first_row_of_each_key_is_told_whatever_the_keys(keys in prop::collection::vec("[0-9A-C]{0,3}", 0..300)) {
            let mut seen = Seen::default();
            let mut first: HashMap<&str, i32> = HashMap::new();
            for (row, key) in (1..).zip(&keys) {
                let expected = first.get(key.as_str()).copied();
                first.entry(key).or_insert(row);
                prop_assert_eq!(seen.first_row(fingerprint(key), row), expected);
            }
        }
    }

    #[test]
    fn half_a_million_different_keys_have_different_fingerprints() {
        let mut seen = Seen::default();
        for row in 1..=500_000 {
            assert_eq!(seen.first_row(fingerprint(&format!("330402\u{1f}B{row:09}-0")), row), None);
        }
    }
}
