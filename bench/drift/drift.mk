# The fleet, and the rows that are compared beside the peers.
FLEET ?= -models 1000 -versions 1 -features 50 -daily 1000
ROWS  ?= -features 100 -daily 1000000

.PHONY: bench-drift
bench-drift: fetch-engine $(PEERS_DIR)/.ok ## what watching drift costs: beside Evidently and Polars, by rows, and 1,000 versions in one daemon
	rm -f bench/drift/results.txt
	DRIFTD_TEST_REQUIRE=1 go test ./bench/drift -run Beside -v -timeout 30m $(ROWS) -python $(abspath $(PEERS_DIR))/bin/python -results results.txt
	DRIFTD_TEST_REQUIRE=1 go test ./bench/drift -run Windows -v -timeout 30m -features 10 -most 10000000 -results results.txt
	DRIFTD_TEST_REQUIRE=1 go test ./bench/drift -run Long -v -timeout 30m -features 20 -long 3000000 -results results.txt
	DRIFTD_TEST_REQUIRE=1 go test ./bench/drift -run Fleet -v -timeout 30m $(FLEET) -results results.txt
