#!/usr/bin/env bash
# Runs one step and says what it is doing and how long it took.
# Usage: step.sh TITLE COMMAND [ARG ...]
set -euo pipefail
title=$1
shift
printf '==> %s\n' "$title"
start=$SECONDS
"$@"
printf '    完成，用时 %d 秒\n' "$((SECONDS - start))"
