#!/usr/bin/env bash
# Every parser of foreign bytes on random ones, a minute each (MUJUN_FUZZ_SECONDS), two at a time, each run from a seed of its own
# day: MUJUN_FUZZ_SEED repeats a run. `cargo +nightly fuzz run NAME` in this folder does the same led by coverage.
set -euo pipefail
cd "$(dirname "$0")/.."
export MUJUN_FUZZ_SECONDS=${MUJUN_FUZZ_SECONDS:-60}
export MUJUN_FUZZ_SEED=${MUJUN_FUZZ_SEED:-$(date +%Y%m%d)}
# All packages are named so that nothing is compiled again with fewer features.
cargo test --workspace --locked --quiet --test it fuzz:: -- --test-threads=2 --nocapture
