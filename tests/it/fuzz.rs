//! The parsers of what strangers send, on bytes that nobody meant: seeds from `fuzz/corpus`, changed at random.
//!
//! A bounded count here; `scripts/fuzz.sh` sets `MUJUN_FUZZ_SECONDS` and gives each a minute. The seed is printed, so that
//! what was found is found again with `MUJUN_FUZZ_SEED`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use mujun::ingest::trial::{TRIALS, Trial};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// How often each parser is tried where no time is given.
const ROUNDS: usize = 3_000;

/// The longest input.
const LENGTH: usize = 4096;

/// Pieces that mean something to one parser or another.
const WORDS: [&str; 36] = [
    "0",
    "-1",
    ".",
    "1e308",
    "NaN",
    "inf",
    "%",
    "亩",
    "平方米",
    "公顷",
    "大于或等于",
    "小于",
    "并且",
    "至",
    "~",
    "以上",
    "年",
    "月",
    "日",
    "2017",
    "1901-01-02",
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\r\n",
    "\u{feff}",
    "POLYGON((",
    "SRID=4549;",
    "EMPTY",
    "0103000020",
    "[地块坐标]",
    "@",
    "J1,1,",
    "\0",
];

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn changed(seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = seeds.choose(random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(0..8) {
        let at = random.random_range(0..=bytes.len());
        match random.random_range(0..8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = random.random(),
            2 => bytes.truncate(at),
            3 => {
                bytes.insert(at, random.random());
            }
            4 => {
                let word = WORDS.choose(random).unwrap().as_bytes();
                bytes.splice(at..at, word.iter().copied());
            }
            5 => {
                let other = seeds.choose(random).unwrap();
                let from = random.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            6 if at + 4 <= bytes.len() => {
                let number = *[0u32, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x2000_0003].choose(random).unwrap();
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            _ => {
                let from = random.random_range(0..=at);
                let piece = bytes[from..at].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes.truncate(LENGTH);
    bytes
}

fn run(name: &str, trial: Trial) {
    let seeds = corpus(name);
    for seed in &seeds {
        trial(seed);
    }
    let seed: u64 = std::env::var("MUJUN_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_230_330);
    let time = std::env::var("MUJUN_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let mut random = StdRng::seed_from_u64(seed);
    let began = Instant::now();
    let mut rounds = 0;
    while time.map_or(rounds < ROUNDS, |time| began.elapsed() < time) {
        let bytes = changed(&seeds, &mut random);
        let caught = std::panic::catch_unwind(|| trial(&bytes));
        if let Err(panic) = caught {
            eprintln!("{name}: MUJUN_FUZZ_SEED={seed}, round {rounds}: {bytes:?}\n{:?}", String::from_utf8_lossy(&bytes));
            std::panic::resume_unwind(panic);
        }
        rounds += 1;
    }
    println!("{name}: {rounds} rounds, seed {seed}");
}

macro_rules! trials {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            let (name, trial) = TRIALS.iter().find(|(name, _)| *name == stringify!($name)).unwrap();
            run(name, *trial);
        })*

        #[test]
        fn every_trial_is_run_and_has_seeds() {
            let run = [$(stringify!($name)),*];
            for (name, _) in TRIALS {
                assert!(run.contains(&name), "{name} is not run");
                assert!(!corpus(name).is_empty(), "{name} has no seeds");
            }
        }
    };
}

trials! { numbers dates ranges codes wkb tables encodings frames drawings shapes }
