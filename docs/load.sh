#!/usr/bin/env bash
# Puts the output of real commands into docs/load.md, between its marks.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export DRIFTD_LIBCHDB=${DRIFTD_LIBCHDB:-$(echo "$root"/.cache/chdb/*/libchdb.so)}
cd "$dir"

cat > driftd.yaml <<'YAML'
models:
  - name: churn
    task: binary
    positive: "1"
    features: {tenure: number, plan: category}
    segments: [region]
    labels: {maturity: 72h}
YAML
# A year of predictions, a tenth of them of a model that is not configured yet.
awk 'BEGIN {
  print "prediction_id,model,timestamp,tenure,plan,region,score"
  for (i = 0; i < 500000; i++)
    printf "p%d,%s,%d000,%d,%s,%s,%s\n", i, i % 10 == 3 ? "upsell" : "churn", 1764547200 + i * 60, i % 72, i % 3 ? "free" : "pro", i % 2 ? "eu" : "us", i == 4711 ? "n/a" : (i * 7 % 1000) / 1000
}' | gzip > 2026.csv.gz

console() {
  echo "\$ driftd $*"
  "$root/bin/driftd" "$@" 2>> "$dir/log" || echo "(exit $?)"
  echo
}
{
  echo '```console'
  console load --kind predictions --model churn --version 3 2026.csv.gz
  console rejects list --limit 2
  sed -n '2,$p' driftd.yaml | sed 's/name: churn/name: upsell/' >> driftd.yaml
  echo '$ # the model is added to driftd.yaml'
  echo
  console rejects replay
  console rejects replay
  console load --kind predictions --model churn --version 3 2026.csv.gz | sed '$d'
  echo '```'
} > output

awk -v output=output '
  /<!-- output -->/ { print; while ((getline line < output) > 0) print line; skip = 1; next }
  /<!-- end -->/ { skip = 0 }
  !skip' "$root/docs/load.md" > load.md
mv load.md "$root/docs/load.md"
