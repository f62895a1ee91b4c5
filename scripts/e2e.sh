#!/usr/bin/env bash
# From an empty data folder to a page in Chromium: loads the sample city, serves it, drives the page, stops everything.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$(scripts/node.sh):$PATH"
export PATH
binary=${MUJUN_BIN:-target/debug/mujun}

folder=$(mktemp -d "${TMPDIR:-/tmp}/mujun-e2e.XXXXXX")
chmod 755 "$folder"
log="$folder/mujun.log"
"$binary" up --data "$folder/data" --sample --parcels 3000 --listen 127.0.0.1:0 --address-file "$folder/address" >"$log" 2>&1 &
server=$!
stop() {
  kill -INT "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT

for _ in $(seq 1 600); do
  [ -s "$folder/address" ] && break
  if ! kill -0 "$server" 2>/dev/null; then
    cat "$log" >&2
    echo "错误：服务没有启动。" >&2
    exit 1
  fi
  sleep 0.5
done
if ! [ -s "$folder/address" ]; then
  cat "$log" >&2
  echo "错误：等待服务地址超时。" >&2
  exit 1
fi
MUJUN_URL=$(cat "$folder/address")
# What another office sends: a Shapefile in GBK without .cpg, zipped, one row without its code.
"$binary" sample --out "$folder/office" --parcels 200 --seed 7 >>"$log" 2>&1
MUJUN_OFFICE_ZIP="$folder/宗地2026.zip"
python3 - "$folder/office" "$MUJUN_OFFICE_ZIP" <<'PY'
import pathlib, sys, zipfile

folder = pathlib.Path(sys.argv[1])
table = bytearray((folder / "parcels.dbf").read_bytes())
rows, start = int.from_bytes(table[8:10], "little"), 1
for at in range(32, rows - 1, 32):
    if table[at : at + 11].rstrip(b"\0") == b"ZDDM":
        code = slice(rows + start, rows + start + table[at + 16])
        table[code] = b" " * table[at + 16]
    start += table[at + 16]
with zipfile.ZipFile(sys.argv[2], "w") as archive:
    archive.writestr("parcels.dbf", bytes(table))
    for part in ("shp", "shx", "prj"):
        archive.write(folder / f"parcels.{part}", f"parcels.{part}")
PY
export MUJUN_URL MUJUN_OFFICE_ZIP
cd web && npm run e2e --silent -- "$@"
