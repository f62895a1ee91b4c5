//! Which keys a register holds, in a few bits a key: for whoever may be wrong about one key in thirty of those that it does not hold.

/// Bits for each key, at least, as far as [`BITS_AT_MOST`] allows.
const BITS_A_KEY: usize = 32;
/// 64 MB: whatever the register holds.
const BITS_AT_MOST: usize = 1 << 29;

/// One bit for each of a number of hashes.
#[derive(Debug)]
pub(super) struct Sieve {
    bits: Vec<u64>,
    /// 散列值右移多少位是它的位置。
    shift: u32,
}

impl Sieve {
    /// Holds the keys with these hashes.
    pub fn of(hashes: &[u32]) -> Sieve {
        let bits = (hashes.len() * BITS_A_KEY).next_power_of_two().clamp(64, BITS_AT_MOST);
        let mut sieve = Sieve { bits: vec![0; bits / 64], shift: u32::BITS - bits.ilog2() };
        for hash in hashes {
            let (word, bit) = sieve.place(*hash);
            sieve.bits[word] |= bit;
        }
        sieve
    }

    /// No, unless the key with this hash is held or looks like one that is.
    pub fn may_hold(&self, hash: u32) -> bool {
        let (word, bit) = self.place(hash);
        self.bits[word] & bit != 0
    }

    fn place(&self, hash: u32) -> (usize, u64) {
        let place = (hash >> self.shift) as usize;
        (place / 64, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sieve;

    proptest! {
        #[test]
        fn what_is_held_is_found_and_little_else(held in prop::collection::vec(any::<u32>(), 0..500), other in prop::collection::vec(any::<u32>(), 500)) {
            let sieve = Sieve::of(&held);
            prop_assert!(held.iter().all(|hash| sieve.may_hold(*hash)));
            let mistaken = other.iter().filter(|hash| sieve.may_hold(**hash)).count();
            prop_assert!(mistaken < 100, "{mistaken} of 500");
        }
    }
}
