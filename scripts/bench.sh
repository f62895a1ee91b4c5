#!/usr/bin/env bash
# Benchmarks, each beside a peer in the same run: ratios are what counts. MUJUN_BENCH_PARCELS sets the size of the city.
set -euo pipefail
cd "$(dirname "$0")/.."
# DuckDB and its spatial extension as Python packages; without them the bench says so and goes on.
if [ ! -e .cache/duckdb/duckdb_extensions ]; then
    scripts/step.sh "下载 DuckDB 与 spatial 扩展（对照用）" python3 -m pip install --quiet --target .cache/duckdb \
        duckdb==1.5.5 duckdb-extension-spatial==1.5.5 duckdb-extensions==1.5.5 || echo "    没有装成，不与 DuckDB 比较"
fi
# martin, the fastest tile server there is for PostGIS, without the parts that draw and configure.
if [ ! -x .cache/martin/bin/martin ]; then
    scripts/step.sh "编译 martin 1.14（瓦片对照用，首次约十几分钟）" cargo install martin --version 1.14.0 --locked \
        --no-default-features --features postgres --root .cache/martin --quiet || echo "    没有装成，不与 martin 比较"
fi
PYTHONPATH="$PWD/.cache/duckdb${PYTHONPATH:+:$PYTHONPATH}"
export PYTHONPATH
scripts/step.sh "量算与导入：PostGIS、DuckDB、ogr2ogr 对照" cargo bench --locked --bench city
scripts/step.sh "瓦片：martin 对照" cargo bench --locked --bench tiles
