FLEET ?= -models 1000 -versions 1 -features 50 -daily 1000

.PHONY: bench-drift
bench-drift: fetch-engine ## what watching drift costs: beside Evidently and Polars, by rows, and 1,000 versions in one daemon
	DRIFTD_TEST_REQUIRE=1 go test ./bench/drift -v -timeout 30m $(FLEET)
