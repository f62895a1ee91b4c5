#!/usr/bin/env bash
# Builds web/dist; does nothing when no source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"
PATH="$(../scripts/node.sh):$PATH"
export PATH

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  ../scripts/step.sh "安装前端依赖（npm ci）" npm ci --no-audit --no-fund --loglevel=error
fi
if [ ! -f dist/index.html ] || [ -n "$(find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./e2e -prune -o -type f -newer dist/index.html -print -quit)" ]; then
  ../scripts/step.sh "构建地图应用（vite build）" npm run build --silent
fi
