.PHONY: screenshots

screenshots: fetch-engine build ## the pictures of the page, from one real run of the demo (4 minutes; needs a Chromium)
	DRIFTD_LIBCHDB=$(abspath $(CHDB_DIR))/libchdb.so BROWSER=$${DRIFTD_CHROMIUM:-chromium} docs/screenshots.sh
