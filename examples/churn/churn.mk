# The example that people copy: MLflow, Kafka, a FastAPI service and driftd, for real.
CHURN_DIR := $(CACHE)/churn

.PHONY: fetch-churn churn-programs example-churn example-churn-readme

fetch-churn: $(CHURN_DIR)/.ok ## Fetch what the example in examples/churn runs (pip, 700 MB)

$(CHURN_DIR)/.ok: examples/churn/requirements.txt parts/mlflow/requirements.txt
	rm -rf $(CHURN_DIR)
	mkdir -p $(CHURN_DIR)
	python3 -m venv $(CHURN_DIR)/venv
	$(CHURN_DIR)/venv/bin/pip install -q --no-deps -r $<
	$(CHURN_DIR)/venv/bin/pip check
	touch $@

CHURN_STORY = DRIFTD_LIBCHDB=$(abspath $(CHDB_DIR))/libchdb.so PYTHONDONTWRITEBYTECODE=1 \
	PYTHONPATH=$(CURDIR)/examples/churn:$(CURDIR)/python/driftd_baseline \
	$(CHURN_DIR)/venv/bin/python -m churn.story --driftd bin/driftd --slack bin/churn-slack --kafka $(KAFKA_DIR)/libs

churn-programs: fetch-engine fetch-kafka fetch-churn build
	go build -trimpath -o bin/churn-slack ./examples/churn/slack

example-churn: churn-programs ## MLflow, Kafka, FastAPI and driftd: a version goes wrong and is taken back
	$(CHURN_STORY)

example-churn-readme: churn-programs ## run the example and put what it prints into its README
	$(CHURN_STORY) --write examples/churn/README.md
