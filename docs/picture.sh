#!/usr/bin/env bash
# Makes docs/demo.txt and docs/demo.svg, the picture in README.md, from one real
# run of the demo on a terminal. Needs `script` (util-linux); the renderer is
# fetched as a Go module.
set -euo pipefail
cd "$(dirname "$0")/.."
raw=$(mktemp) shown=$(mktemp)
trap 'rm -f "$raw" "$shown"' EXIT

script -qec "stty cols 110 rows 50; bin/driftd demo --serve=false" "$raw" > /dev/null
# The progress bar is drawn over: what stands before the last erasure is gone.
sed -Ei -e '/^Script (started|done)/d' -e 's/\r//g; s/.*\x1b\[K//' -e 's#(configuration are in ).*#\1a temporary directory#' -e '/^SQL over HTTP/d' "$raw"
sed -E 's/\x1b\[[0-9;]*m//g' "$raw" > docs/demo.txt

# The timeline, the table, and the message that tells of the demotion.
sed '/What the people/q' "$raw" > "$shown"
awk '/^┌/ {box = ""; keep = 0} /was demoted/ {keep = 1} {box = box $0 "\n"} /^└/ {if (keep) printf "%s", box; after = keep} !/^[│┌└]/ && after && /^ / {print}' "$raw" >> "$shown"

go run github.com/charmbracelet/freeze@v0.2.2 --language ansi --font.size 13 --padding 20 --output docs/demo.svg "$shown"
# The embedded font weighs thirty times as much as the picture.
sed -i -e "/<style/,/<\/style>/{s/.*<\/style>//;t;d}" -e 's/font-family="[^"]*"/font-family="ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace"/' docs/demo.svg
