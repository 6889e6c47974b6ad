EVENTS ?= 500000
RUNS   ?= 3

.PHONY: bench-ingest
bench-ingest: fetch-engine fetch-kafka ## driftd beside three other ways from Kafka into ClickHouse
	DRIFTD_TEST_REQUIRE=1 go test ./bench/ingest -run SideBySide -v -timeout 30m -events $(EVENTS) -runs $(RUNS) -results results.txt
