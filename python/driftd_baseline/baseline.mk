# Makes the file anew that a test reads; needs the fetched MLflow, which has pandas. The
# result is committed.
.PHONY: baseline-fixture
baseline-fixture: fetch-mlflow ## make the baseline anew that the Python package writes
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=python/driftd_baseline $(MLFLOW_DIR)/bin/python \
		python/driftd_baseline/fixture.py evaluate/baseline/testdata
