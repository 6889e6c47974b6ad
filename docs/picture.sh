#!/usr/bin/env bash
# Makes docs/demo.txt, the picture in README.md, from a real run of the demo.
set -euo pipefail
cd "$(dirname "$0")/.."
bin/driftd demo | sed -E 's#(configuration are in ).*#\1a temporary directory#' > docs/demo.txt
