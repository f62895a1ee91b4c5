//! The trials of `mujun::ingest::trial` under libFuzzer, which follows the branches that an input takes.
//! `cargo +nightly fuzz run numbers` and so on; `scripts/fuzz.sh` runs the same trials without it.

/// Runs one trial.
///
/// # Panics
/// When the parser breaks a promise, which is what is looked for; and when there is no such trial.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, trial) = mujun::ingest::trial::TRIALS.iter().find(|(known, _)| *known == name).expect("a trial of this name");
    trial(bytes);
}
