#!/usr/bin/env bash
# Every test there is, in order of cost: house rules and pure crates, the shell against a private PostGIS, the web, the browser.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$(scripts/node.sh):$PATH"
export PATH
start=$SECONDS

scripts/step.sh "格式与 clippy" bash -c 'cargo fmt --all --check && cargo clippy --workspace --all-targets --locked --quiet -- -D warnings'
scripts/step.sh "编译测试" cargo test --workspace --locked --no-run
# One call for all packages: asked for one by one, cargo would compile their dependencies again with fewer features.
scripts/step.sh "领域、几何与程序（私有 PostGIS 集群）" cargo test --workspace --locked
scripts/step.sh "解析器：随机字节，每项一分钟" env MUJUN_FUZZ_SEED=20261128 scripts/fuzz.sh
scripts/step.sh "前端单元测试" bash -c 'cd web && npm run test --silent'
scripts/step.sh "端到端（Chromium）" scripts/e2e.sh
printf '全部测试通过，用时 %d 秒\n' "$((SECONDS - start))"
