.PHONY: bench-dashboards
bench-dashboards: fetch-engine ## how long each panel takes: a year of 100 models, a fleet of 1,000
	rm -f bench/dashboards/results.txt
	DRIFTD_TEST_REQUIRE=1 go test ./bench/dashboards -v -timeout 60m -measure -results results.txt
