# driftd: two commands matter on a fresh machine, `make demo` and `make test`.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

export CGO_ENABLED := 0
CACHE := .cache

include parts/parts.mk
include demo/data/data.mk
include bench/compare/compare.mk
include bench/ingest/ingest.mk
include bench/drift/drift.mk
include bench/performance/performance.mk
include bench/dashboards/dashboards.mk
include ingest/faults/faults.mk
include dashboards/web/web.mk
include python/driftd_baseline/baseline.mk
include examples/churn/churn.mk

.PHONY: help build demo test lint golden simulate-drift simulate-performance simulate-rollback slack-pictures clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

build: ## build bin/driftd
	go build -trimpath -o bin/driftd ./cmd/driftd

demo: fetch-engine build ## the whole loop on real flights, everything embedded
	bin/driftd demo

test: fetch lint ## fetch the real parts and run every test; fails rather than skips
	DRIFTD_TEST_REQUIRE=1 go test -timeout 20m ./...

lint: ## gofmt and vet
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt on these"; exit 1; }
	go vet ./...

golden: ## ask scipy, scikit-learn, statsmodels and feature-engine again (pip, 300 MB)
	python3 -m venv $(CACHE)/golden/venv
	$(CACHE)/golden/venv/bin/pip install -q -r drift/testdata/requirements.txt
	$(CACHE)/golden/venv/bin/python drift/testdata/golden.py > $(CACHE)/golden/golden.json
	$(CACHE)/golden/venv/bin/python evaluate/performance/testdata/golden.py > $(CACHE)/golden/performance.json
	cp $(CACHE)/golden/golden.json drift/testdata/golden.json
	cp $(CACHE)/golden/performance.json evaluate/performance/testdata/golden.json

simulate-drift: ## false drift alerts and power in simulated model-years (10 minutes)
	mkdir -p $(CACHE) docs/simulations
	go run ./evaluate/simulate > $(CACHE)/drift.md
	mv $(CACHE)/drift.md docs/simulations/drift.md

simulate-rollback: ## no order of crashes, takeovers and people's acts moves a slot wrongly (4 minutes)
	mkdir -p $(CACHE) docs/simulations
	go run ./alerts/simulate > $(CACHE)/rollback.md
	mv $(CACHE)/rollback.md docs/simulations/rollback.md

simulate-performance: ## false alarms and delays of live-performance evidence, simulated (15 minutes)
	mkdir -p $(CACHE) docs/simulations
	go run ./evaluate/simulate/live > $(CACHE)/performance.md
	mv $(CACHE)/performance.md docs/simulations/performance.md

slack-pictures: ## every kind of Slack message as a page and a picture in docs/slack (needs Chromium)
	mkdir -p docs/slack
	go run ./alerts/slack/gallery -browser $(or $(CHROMIUM),chromium) docs/slack

clean: ## remove what was built and fetched
	rm -rf bin $(CACHE)
