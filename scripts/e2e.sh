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
export MUJUN_URL
cd web && npm run e2e --silent
