# Real parts for tests and the demo: the ClickHouse engine, Apache Kafka, MLflow, a
# schema registry, the types of Grafana's dashboards, and a browser.
# Each comes from its package registry through the registry's own client, is pinned
# and verified, and is marked by a stamp that is written only after success, so an
# interrupted download is simply repeated.

CACHE ?= .cache

CHDB_VERSION   := 26.7.3-stable.1
KAFKA_VERSION  := 4.1.0
MLFLOW_VERSION := 3.17.2
MLFLOW2_VERSION := 2.22.5
APICURIO_VERSION := 3.0.9
ALERTMANAGER_VERSION := 0.28.1
GRAFANA_VERSION := 13.2.3
CHROMIUM_VERSION := 147.0.0

CHDB_DIR   := $(CACHE)/chdb/$(CHDB_VERSION)
KAFKA_DIR  := $(CACHE)/kafka/$(KAFKA_VERSION)
MLFLOW_DIR := $(CACHE)/mlflow/$(MLFLOW_VERSION)
MLFLOW2_DIR := $(CACHE)/mlflow/$(MLFLOW2_VERSION)
APICURIO_DIR := $(CACHE)/apicurio/$(APICURIO_VERSION)
ALERTMANAGER_DIR := $(CACHE)/alertmanager/$(ALERTMANAGER_VERSION)
GRAFANA_DIR := $(CACHE)/grafana/$(GRAFANA_VERSION)
CHROMIUM_DIR := $(CACHE)/chromium/$(CHROMIUM_VERSION)

.PHONY: fetch fetch-engine fetch-kafka fetch-mlflow fetch-mlflow2 fetch-apicurio fetch-alertmanager fetch-grafana fetch-chromium

fetch: fetch-engine fetch-kafka fetch-mlflow fetch-mlflow2 fetch-apicurio fetch-alertmanager fetch-grafana fetch-chromium fetch-churn ## Fetch every real part (engine, Kafka, MLflow)
fetch-engine: $(CHDB_DIR)/.ok               ## Fetch the embedded ClickHouse engine (npm, 178 MB)
fetch-kafka: $(KAFKA_DIR)/.ok               ## Fetch Apache Kafka (Maven, 43 MB; needs Java 17)
fetch-mlflow: $(MLFLOW_DIR)/.ok             ## Fetch the MLflow server (pip, 350 MB)
fetch-mlflow2: $(MLFLOW2_DIR)/.ok           ## Fetch an MLflow server before 3.0 (pip, 270 MB)
fetch-apicurio: $(APICURIO_DIR)/.ok         ## Fetch Apicurio Registry (Maven, 109 MB; needs Java 17)
fetch-alertmanager: $(ALERTMANAGER_DIR)/.ok ## Build Prometheus Alertmanager (Go modules, 80 MB)
fetch-grafana: $(GRAFANA_DIR)/.ok           ## Fetch the types of Grafana's dashboards (npm, 6 MB; needs Node)
fetch-chromium: $(CHROMIUM_DIR)/.ok         ## Fetch a headless browser and the rules of axe (npm, 70 MB)

# npm verifies the package against the lock file; the library is moved out of
# node_modules, and the rest of the package is thrown away.
$(CHDB_DIR)/.ok: parts/chdb/package.json parts/chdb/package-lock.json parts/chdb/SHA256SUMS
	rm -rf $(CHDB_DIR)
	mkdir -p $(CHDB_DIR)/npm
	cp parts/chdb/package.json parts/chdb/package-lock.json parts/chdb/.npmrc $(CHDB_DIR)/npm/
	npm ci --prefix $(CHDB_DIR)/npm --ignore-scripts --no-progress
	mv $(CHDB_DIR)/npm/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so $(CHDB_DIR)/libchdb.so
	rm -rf $(CHDB_DIR)/npm
	cd $(CHDB_DIR) && sha256sum --quiet -c $(CURDIR)/parts/chdb/SHA256SUMS
	touch $@

# -C: a jar whose checksum differs from the registry's is an error, not a warning.
$(KAFKA_DIR)/.ok: parts/kafka/pom.xml parts/kafka/SHA256SUMS
	rm -rf $(KAFKA_DIR)
	mkdir -p $(KAFKA_DIR)
	mvn -q -B -C -f parts/kafka/pom.xml dependency:copy-dependencies \
		-DoutputDirectory=$(abspath $(KAFKA_DIR))/libs -DincludeScope=runtime
	cd $(KAFKA_DIR)/libs && sha256sum --quiet -c $(CURDIR)/parts/kafka/SHA256SUMS
	touch $@

$(MLFLOW_DIR)/.ok: parts/mlflow/requirements.txt
$(MLFLOW2_DIR)/.ok: parts/mlflow/requirements-2.22.txt
$(MLFLOW_DIR)/.ok $(MLFLOW2_DIR)/.ok:
	rm -rf $(@D)
	mkdir -p $(dir $(@D))
	python3 -m venv $(@D)
	$(@D)/bin/pip install -q --no-deps -r $<
	$(@D)/bin/pip check
	touch $@

# One archive with the server's jar and its libraries. Plugin 2.8 is the last that
# fetches an artifact without reading the descriptors of its parents, which are not
# everywhere. Later versions of the registry need Java 21.
$(APICURIO_DIR)/.ok: parts/apicurio/SHA256SUMS
	rm -rf $(APICURIO_DIR)
	mkdir -p $(APICURIO_DIR)
	mvn -q -B -C org.apache.maven.plugins:maven-dependency-plugin:2.8:get -Dtransitive=false \
		-Dartifact=io.apicurio:apicurio-registry-app:$(APICURIO_VERSION):tar.gz:all \
		-Ddest=$(abspath $(APICURIO_DIR))/apicurio.tar.gz
	cd $(APICURIO_DIR) && sha256sum --quiet -c $(CURDIR)/parts/apicurio/SHA256SUMS
	tar -xzf $(APICURIO_DIR)/apicurio.tar.gz -C $(APICURIO_DIR)
	rm $(APICURIO_DIR)/apicurio.tar.gz
	touch $@

# The last version whose module holds the files of its page.
$(ALERTMANAGER_DIR)/.ok:
	rm -rf $(ALERTMANAGER_DIR)
	mkdir -p $(ALERTMANAGER_DIR)
	GOBIN=$(abspath $(ALERTMANAGER_DIR)) GOFLAGS= go install github.com/prometheus/alertmanager/cmd/alertmanager@v$(ALERTMANAGER_VERSION)
	touch $@

$(GRAFANA_DIR)/.ok: parts/grafana/package.json parts/grafana/package-lock.json
	rm -rf $(GRAFANA_DIR)
	mkdir -p $(GRAFANA_DIR)
	cp parts/grafana/package.json parts/grafana/package-lock.json parts/grafana/.npmrc $(GRAFANA_DIR)/
	npm ci --prefix $(GRAFANA_DIR) --ignore-scripts --no-progress
	touch $@

# The browser is within its package, which downloads nothing. DRIFTD_CHROMIUM names
# another one instead.
$(CHROMIUM_DIR)/.ok: $(addprefix parts/chromium/,package.json package-lock.json unpack.mjs SHA256SUMS)
	rm -rf $(CHROMIUM_DIR)
	mkdir -p $(CHROMIUM_DIR)/npm
	cp parts/chromium/package.json parts/chromium/package-lock.json parts/chromium/.npmrc $(CHROMIUM_DIR)/npm/
	npm ci --prefix $(CHROMIUM_DIR)/npm --ignore-scripts --no-progress
	node parts/chromium/unpack.mjs $(CHROMIUM_DIR)/npm/node_modules/@sparticuz/chromium $(CHROMIUM_DIR)
	mv $(CHROMIUM_DIR)/npm/node_modules/axe-core/axe.min.js $(CHROMIUM_DIR)/axe.min.js
	rm -rf $(CHROMIUM_DIR)/npm $(CHROMIUM_DIR)/*.tar
	cd $(CHROMIUM_DIR) && sha256sum --quiet -c $(CURDIR)/parts/chromium/SHA256SUMS
	touch $@
