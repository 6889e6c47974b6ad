#!/usr/bin/env bash
# Puts the output of real commands into docs/backtest.md, between its marks. The
# history is that of `driftd demo`: of $DEMO if it was kept there before.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export DRIFTD_LIBCHDB=${DRIFTD_LIBCHDB:-$(echo "$root"/.cache/chdb/*/libchdb.so)}
demo=${DEMO:-$dir/demo}
[ -d "$demo" ] || "$root/bin/driftd" demo --keep "$demo" > /dev/null 2>> "$dir/log"
cd "$demo"
sed 's/pages_per_year: 0.5/pages_per_year: 5/; s/brier: 0.005/brier: 0.002/; s/demotions_per_year: 0.01/demotions_per_year: 0.1/' driftd.yaml > bolder.yaml

console() {
  echo "\$ driftd $*"
  "$root/bin/driftd" "$@" 2>> "$dir/log" || echo "(exit $?)"
  echo
}
{
  echo '```console'
  echo '$ # bolder.yaml: pages_per_year 5, demotions_per_year 0.1, tolerate brier 0.002'
  console backtest -c driftd.yaml -c bolder.yaml
  console evaluate --at 2013-09-18T00:10:00Z | sed '$d'
  echo '```'
} > "$dir/output"

awk -v output="$dir/output" '
  /<!-- output -->/ { print; while ((getline line < output) > 0) print line; skip = 1; next }
  /<!-- end -->/ { skip = 0 }
  !skip' "$root/docs/backtest.md" > "$dir/backtest.md"
mv "$dir/backtest.md" "$root/docs/backtest.md"
