.PHONY: screenshots

screenshots: fetch-engine fetch-chromium build ## the pictures of the page, from one real run of the demo (4 minutes)
	DRIFTD_LIBCHDB=$(abspath $(CHDB_DIR))/libchdb.so BROWSER=$${DRIFTD_CHROMIUM:-$(abspath $(CHROMIUM_DIR))/chromium} \
		BROWSER_LIBRARIES=$(abspath $(CHROMIUM_DIR))/lib docs/screenshots.sh
