SCORED ?= 10000000

.PHONY: bench-performance
bench-performance: $(PEERS_DIR)/.ok ## what the AUC of 10 M scored rows costs, beside scikit-learn
	rm -f bench/performance/results.txt
	go test ./bench/performance -count=1 -timeout 30m -rows $(SCORED) -python $(abspath $(PEERS_DIR))/bin/python -results results.txt
