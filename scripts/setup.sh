#!/usr/bin/env bash
# Installs what Debian 12 lacks: PostgreSQL with PostGIS, GDAL, PROJ, a C compiler, Chromium, Chinese fonts,
# the PDF readers of the tests, Node.
# Idempotent: asks dpkg first and calls apt only for what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  postgresql-15 postgresql-15-postgis-3 postgresql-15-postgis-3-scripts
  libgdal-dev libproj-dev proj-data gdal-bin
  build-essential pkg-config clang libclang-dev cmake
  chromium fonts-noto-cjk
  poppler-utils
  python3 python3-venv ca-certificates unzip
)

if ! command -v cargo >/dev/null; then
  echo "错误：没有找到 Rust 工具链（cargo）。请先安装 Rust 1.95 或更新版本，再重新运行。" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "错误：没有 apt-get。本脚本只会在 Debian 12 上安装系统软件包；其他系统请自行安装：${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "错误：需要安装 ${missing[*]}，但当前用户不是 root，也没有 sudo。请让管理员安装后重试。" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "==> 安装系统软件包（首次需几分钟）：${missing[*]}"
  start=$SECONDS
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -q &&
         "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
           apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "错误：安装系统软件包失败，完整记录在 $log 。请检查软件源后重试。" >&2
    exit 1
  fi
  rm -f "$log"
  printf '    完成，用时 %d 秒\n' "$((SECONDS - start))"
fi

scripts/node.sh >/dev/null
