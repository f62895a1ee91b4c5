//! The keys met so far in a file, by fingerprint: a duplicate must be told with the row it repeats, however many rows there are.
//! So many are held in memory; then they go, in order, to a nameless file of the system's, and what stays is little more than a byte
//! a key: enough to know of nearly every new key that it is not in the file.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::File,
    hash::Hasher,
    io::{self, BufWriter, Write},
    os::unix::fs::FileExt,
};

use xxhash_rust::xxh3::xxh3_128;

/// Maps that grow one at a time: the memory of a growing map is held twice only for its share.
const SHARES: usize = 64;

/// Bits of a fingerprint that are kept. Two of ten million different keys have the same ones once in 10¹⁵ files.
const BITS: u32 = 96;

/// Keys held in memory, some 36 MB; a little less than what makes the maps double.
const HELD: usize = 1_750_000;

/// Bytes of a key in the file: its fingerprint and its row.
const RECORD: usize = 16;

/// Keys that stand together in the file and are read together, about.
const TOGETHER: usize = 64;

/// Bits of a sieve for each key, and how many of them a key sets: one new key in a hundred is looked for in the file.
const SIEVE_BITS: usize = 10;
const SIEVE_MARKS: u32 = 5;

/// 96 bits that two different keys do not share.
pub(super) fn fingerprint(key: &str) -> u128 {
    xxh3_128(key.as_bytes()) >> (u128::BITS - BITS)
}

type Words = [u32; 3];

/// Fingerprints and the first row of each.
#[derive(Debug)]
pub(super) struct Seen {
    /// By the first word of the fingerprint, ascending.
    shares: Vec<HashMap<Words, i32, AsItIs>>,
    held: usize,
    most: usize,
    put_away: Vec<Run>,
    file: Option<File>,
    written: u64,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen::holding(HELD)
    }
}

impl Seen {
    /// Holds so many keys in memory at most.
    fn holding(most: usize) -> Seen {
        let shares = (0..SHARES).map(|_| HashMap::default()).collect();
        Seen { shares, held: 0, most, put_away: Vec::new(), file: None, written: 0 }
    }

    /// The row that had this key first; none when it is `row` itself, which is then remembered.
    ///
    /// # Errors
    /// The file of the system's.
    pub fn first_row(&mut self, fingerprint: u128, row: i32) -> io::Result<Option<i32>> {
        let word = |at: u32| (fingerprint >> (32 * at)) as u32;
        let words = [word(2), word(1), word(0)];
        if let Some(file) = &self.file {
            for run in &self.put_away {
                if let Some(first) = run.find(file, words)? {
                    return Ok(Some(first));
                }
            }
        }
        match self.shares[place(words[0], SHARES)].entry(words) {
            Entry::Occupied(found) => return Ok(Some(*found.get())),
            Entry::Vacant(place) => place.insert(row),
        };
        self.held += 1;
        if self.held >= self.most {
            self.put_away()?;
        }
        Ok(None)
    }

    /// Writes the keys that are held to the file, in order, and forgets them.
    fn put_away(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let mut run = Run::of(self.written, self.held);
        let mut out = BufWriter::new(&file);
        let mut share: Vec<(Words, i32)> = Vec::new();
        for keys in &mut self.shares {
            share.clear();
            share.extend(keys.drain());
            share.sort_unstable();
            for (words, row) in &share {
                run.enter(*words);
                words.iter().try_for_each(|word| out.write_all(&word.to_le_bytes()))?;
                out.write_all(&row.to_le_bytes())?;
            }
        }
        out.flush()?;
        drop(out);
        run.close();
        self.written += self.held as u64;
        self.held = 0;
        self.put_away.push(run);
        self.file = Some(file);
        Ok(())
    }
}

/// In which of so many equal parts of all numbers a number lies.
fn place(number: u32, parts: usize) -> usize {
    ((u64::from(number) * parts as u64) >> 32) as usize
}

/// Keys that were put away together.
#[derive(Debug)]
struct Run {
    /// Records before them in the file.
    start: u64,
    /// How many of them lie before each of equal parts of all fingerprints; in the end how many there are.
    before: Vec<u32>,
    /// Marks of all of them: a key that lacks one of its own is not among them.
    sieve: Vec<u64>,
}

impl Run {
    /// Keys in ascending order, to be entered one by one.
    fn of(start: u64, keys: usize) -> Run {
        Run { start, before: vec![0; keys.div_ceil(TOGETHER) + 1], sieve: vec![0; (keys * SIEVE_BITS).div_ceil(64)] }
    }

    fn enter(&mut self, words: Words) {
        let part = place(words[0], self.before.len() - 1);
        self.before[part + 1] += 1;
        for mark in self.marks(words) {
            self.sieve[mark / 64] |= 1 << (mark % 64);
        }
    }

    /// All are entered.
    fn close(&mut self) {
        let mut sum = 0;
        for count in &mut self.before {
            sum += *count;
            *count = sum;
        }
    }

    fn marks(&self, [one, other, step]: Words) -> impl Iterator<Item = usize> + use<> {
        let bits = self.sieve.len() * 64;
        let first = u64::from(one) << 32 | u64::from(other);
        (0..SIEVE_MARKS).map(move |mark| {
            let number =
                first.wrapping_add(u64::from(mark).wrapping_mul(u64::from(step) << 32 | 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            place((number >> 32) as u32, bits)
        })
    }

    fn find(&self, file: &File, words: Words) -> io::Result<Option<i32>> {
        if !self.marks(words).all(|mark| self.sieve[mark / 64] & 1 << (mark % 64) != 0) {
            return Ok(None);
        }
        let part = place(words[0], self.before.len() - 1);
        let (from, to) = (self.before[part], self.before[part + 1]);
        let mut records = vec![0; (to - from) as usize * RECORD];
        file.read_exact_at(&mut records, (self.start + u64::from(from)) * RECORD as u64)?;
        let (records, _) = records.as_chunks::<RECORD>();
        let key = words.map(u32::to_le_bytes);
        let found = records.iter().find(|record| record[..12] == *key.as_flattened());
        Ok(found.map(|[.., a, b, c, d]| i32::from_le_bytes([*a, *b, *c, *d])))
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
        // The maps are told apart by what comes first, which says little within one of them, and look at the upper bits first.
        self.0.rotate_left(32)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::{HELD, Seen, fingerprint};

    proptest! {
        #[test]
        fn the_first_row_of_each_key_is_told_however_few_are_held_in_memory(
            keys in prop::collection::vec("[0-9A-C]{0,3}", 0..300),
            most in prop_oneof![1..40usize, Just(HELD)],
        ) {
            let mut seen = Seen::holding(most);
            let mut first: HashMap<&str, i32> = HashMap::new();
            for (row, key) in (1..).zip(&keys) {
                let expected = first.get(key.as_str()).copied();
                first.entry(key).or_insert(row);
                prop_assert_eq!(seen.first_row(fingerprint(key), row).unwrap(), expected);
            }
        }
    }

    #[test]
    fn half_a_million_different_keys_have_different_fingerprints_and_all_are_found_again() {
        let mut seen = Seen::holding(150_000);
        let print = |row: i32| fingerprint(&format!("330402\u{1f}B{row:09}-0"));
        for row in 1..=500_000 {
            assert_eq!(seen.first_row(print(row), row).unwrap(), None);
        }
        for row in (1..=500_000).step_by(97) {
            assert_eq!(seen.first_row(print(row), 500_001).unwrap(), Some(row));
        }
    }
}
