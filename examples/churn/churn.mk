# The example that people copy: MLflow, Kafka, a FastAPI service and driftd, for real.
CHURN_DIR := $(CACHE)/churn

.PHONY: example-churn fetch-churn

fetch-churn: $(CHURN_DIR)/.ok ## Fetch what the example in examples/churn runs (pip, 700 MB)

$(CHURN_DIR)/.ok: examples/churn/requirements.txt parts/mlflow/requirements.txt
	rm -rf $(CHURN_DIR)
	mkdir -p $(CHURN_DIR)
	python3 -m venv $(CHURN_DIR)/venv
	$(CHURN_DIR)/venv/bin/pip install -q --no-deps -r $<
	$(CHURN_DIR)/venv/bin/pip check
	touch $@
