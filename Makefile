# Every target brings uv and the environment (.venv) with it: nothing to install first but a
# Python 3.11-3.13. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run dashboards test lint ui docs bench bench-nation spark-build spark-parity spark-cluster sbom audit clean

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)
# Once, for all the processes of all refreshes, also where Python may not write beside its modules
export UV_COMPILE_BYTECODE := 1
# The first Python that really runs (a version manager's shim may not) and is in range.
PYTHON = $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& "$$p" -c 'import sys; print(sys.executable)' && break; done)
# An installed uv if there is one, else our own.
UV = $(shell command -v uv 2>/dev/null || echo .tools/uv/bin/uv)

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: $(VENV)/.runtime ## Build and publish the warehouse: warehouse/finsam.duckdb
	$(BIN)/finsam refresh || { code=$$?; [ $$code -eq 3 ] && echo "Published, with a delivery in quarantine."; exit $$code; }

dashboards: $(VENV)/.dashboards ## Serve the pages at http://127.0.0.1:8501; builds the warehouse first if there is none
	$(BIN)/python -m dashboards

test: $(VENV)/.dev ## Run every test (dbt's own tests run in the refresh that they start with)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev ## Check style and types of Python and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	FINSAM_BUILD_DB=:memory: DBT_TARGET_PATH=.build/lint DBT_LOG_PATH=.build/lint \
		$(BIN)/sqlfluff lint --disable-progress-bar models tests/dbt

ui: $(VENV)/.runtime ## Start Dagster's web UI with schedule and sensor at http://127.0.0.1:3000
	$(BIN)/python -m dagster_pipelines.dagster_home

docs: $(VENV)/.runtime ## Generate the data dictionary and the data docs
	$(BIN)/python -m docs.generate

bench: $(VENV)/.runtime ## Measure refresh, growth, extraction, questions and readers in one table
	$(BIN)/python -m benchmarks.bench

bench-nation: $(VENV)/.runtime ## The same on a synthetic country of 3 200 reports: half an hour
	$(BIN)/python -m benchmarks.bench --size nation

spark-build: $(VENV)/.spark ## Build the marts on Spark, guard and publish them (needs Java 17)
	FINSAM_ENGINE=spark $(BIN)/finsam refresh || { code=$$?; [ $$code -eq 3 ] && echo "Published, with a delivery in quarantine."; exit $$code; }

spark-parity: $(VENV)/.spark ## Compare every mart of Spark with DuckDB's, row by row (needs Java 17)
	$(BIN)/python -m dagster_pipelines.spark.parity

spark-cluster: $(VENV)/.spark ## The same on a cluster of one master and two workers on this machine
	$(BIN)/python -m dagster_pipelines.spark.cluster -- $(BIN)/python -m dagster_pipelines.spark.parity

sbom: | uv ## List every locked run-time dependency as CycloneDX: artifacts/sbom.cdx.json
	@mkdir -p artifacts
	$(UV) export --quiet --frozen --no-dev --no-emit-project --format cyclonedx1.5 \
		--output-file artifacts/sbom.cdx.json > /dev/null

audit: | uv ## Compare the locked run-time dependencies with known vulnerabilities (needs the network)
	@mkdir -p artifacts
	$(UV) audit --frozen --no-dev --preview-features audit-command 2>&1 | tee artifacts/audit.txt

clean: ## Remove what was built (.build, warehouse); keep landing/ and the environment
	rm -rf .build warehouse target logs artifacts .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps say which lock file the environment was made from. `--inexact` keeps the groups that
# another target brought: who has opened the dashboards does not lose them to the next `make run`.
SYNC = $(UV) sync --frozen --quiet --inexact --python "$(PYTHON)"

$(VENV)/.runtime: uv.lock pyproject.toml | uv
	$(SYNC) --no-dev
	@touch $@

$(VENV)/.dashboards: uv.lock pyproject.toml | uv
	$(SYNC) --no-dev --group dashboards
	@touch $@ $(VENV)/.runtime

$(VENV)/.spark: uv.lock pyproject.toml | uv
	$(SYNC) --no-dev --group spark
	@touch $@ $(VENV)/.runtime

$(VENV)/.dev: uv.lock pyproject.toml | uv
	$(SYNC)
	@touch $@ $(VENV)/.runtime

.PHONY: uv
uv:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11, 3.12 or 3.13 is needed; none that runs was found." >&2; exit 2; }
	@command -v uv >/dev/null 2>&1 || [ -x .tools/uv/bin/uv ] || $(MAKE) --no-print-directory .tools/uv/bin/uv

# Without ensurepip there is no venv with pip; then the pip that exists puts uv in the same place.
.tools/uv/bin/uv:
	@"$(PYTHON)" -m venv .tools/uv 2>/dev/null \
		&& .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" \
		|| { rm -rf .tools/uv; "$(PYTHON)" -m pip install --quiet --disable-pip-version-check \
			--target .tools/uv "uv==$(UV_VERSION)"; }
