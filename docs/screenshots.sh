#!/usr/bin/env bash
# Makes docs/screenshots, the pictures of the page, from one real run of the demo.
# BROWSER is an installed Chromium: the one of the tests takes no pictures by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
bin/driftd demo --serve > "$work/demo.txt" 2> "$work/demo.log" &
demo=$!
trap 'kill -INT $demo 2> /dev/null || true; wait $demo || true; rm -rf "$work"' EXIT

until page=$(sed -nE 's/.*The page is at (\S+) .*/\1/p' "$work/demo.txt") && [ -n "$page" ]; do
	kill -0 $demo 2> /dev/null || { cat "$work/demo.log"; exit 1; }
	sleep 1
done

# shot NAME WIDTH HEIGHT PATH [dark]
shot() {
	local scheme=1
	[ "${5:-}" = dark ] && scheme=0
	LANG=en_US.UTF-8 LC_ALL=en_US.UTF-8 "$BROWSER" --headless --no-sandbox --disable-gpu \
		--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
		--user-data-dir="$work/profile" --blink-settings=preferredColorScheme=$scheme --window-size="$2,$3" \
		--screenshot="$work/$1.png" "${page%/}$4" 2>> "$work/browser.log"
	mv "$work/$1.png" docs/screenshots/
}

# incident CLASS: the path of the newest incident of the class about version VERSION
incident() {
	curl -sf "${page%/}/api/v1/models/flight-delays" | node -e '
		const { incidents } = JSON.parse(require("fs").readFileSync(0));
		const [cls, version] = process.argv.slice(1);
		console.log("/incidents/" + encodeURIComponent(incidents.find((i) => i.class === cls && i.version === version).id));' "$1" "$2"
}

mkdir -p docs/screenshots
shot fleet 1440 340 /
shot model 1280 1060 "/models/flight-delays?from=2013-04-01&to=2014-01-03"
shot version 1280 1150 "/models/flight-delays/2?from=2013-09-01&to=2013-10-15"
shot version-dark 1280 1150 "/models/flight-delays/2?from=2013-09-01&to=2013-10-15" dark
shot incident 1280 900 "$(incident performance 2)"
shot drift 1280 620 "$(incident drift 1)"
ls -l docs/screenshots
