#!/usr/bin/env bash
# Every test there is, in order of cost: house rules and pure crates, the shell against a private PostGIS, the web, the browser.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$(scripts/node.sh):$PATH"
export PATH
start=$SECONDS

scripts/step.sh "格式与 clippy" bash -c 'cargo fmt --all --check && cargo clippy --workspace --all-targets --locked --quiet -- -D warnings'
scripts/step.sh "编译测试" cargo test --workspace --locked --no-run
scripts/step.sh "领域与几何" cargo test --locked -p mujun-domain -p mujun-geometry
scripts/step.sh "程序（私有 PostGIS 集群）" cargo test --locked -p mujun
scripts/step.sh "前端单元测试" bash -c 'cd web && npm run test --silent'
scripts/step.sh "端到端（Chromium）" scripts/e2e.sh
printf '全部测试通过，用时 %d 秒\n' "$((SECONDS - start))"
