# The demo's year through Evidently and NannyML, beside driftd.
PEERS_DIR := $(CACHE)/peers/1

.PHONY: bench-compare
bench-compare: fetch-engine build $(PEERS_DIR)/.ok ## the demo's year through Evidently and NannyML, beside driftd
	go run ./bench/compare/flights > $(CACHE)/peers/flights.csv
	bin/driftd demo --json $(CACHE)/peers/demo.json > /dev/null
	$(PEERS_DIR)/bin/python bench/compare/compare.py peers $(CACHE)/peers/flights.csv > bench/compare/peers.json
	$(PEERS_DIR)/bin/python bench/compare/compare.py table bench/compare/peers.json $(CACHE)/peers/demo.json | tee bench/compare/results.md

$(PEERS_DIR)/.ok: bench/compare/requirements.txt
	rm -rf $(PEERS_DIR)
	mkdir -p $(dir $(PEERS_DIR))
	python3 -m venv $(PEERS_DIR)
	$(PEERS_DIR)/bin/pip install -q -r bench/compare/requirements.txt
	touch $@
