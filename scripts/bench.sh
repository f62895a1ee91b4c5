#!/usr/bin/env bash
# Benchmarks, each beside a peer in the same run: ratios are what counts. MUJUN_BENCH_PARCELS sets the size of the city.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/step.sh "量算与导入：PostGIS、ogr2ogr 对照" cargo bench --locked --bench city
