# make help lists what there is. Every target does its own set-up: python3 (3.11 or newer), git and make are enough.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROWS ?= 20000
BENCH_ROWS ?= 100000
SEED ?= 1
HOME_DIR := $(or $(LEADGRADE_HOME),data)
PEOPLE_ROWS ?= 20000
STAMP := $(VENV)/.installed
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.installed

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "installing the locked requirements ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: setup
setup: $(STAMP)  ## make the virtual environment

.PHONY: run
run: $(STAMP)  ## make the demo set (ROWS=20000) and run the nightly job on it
	@mkdir -p -m 700 $(HOME_DIR)
	@$(BIN)/leadgrade demo --rows $(ROWS) --seed 1 --out $(HOME_DIR)/inbox --as-of 2026-10-01
	@$(BIN)/leadgrade run --home $(HOME_DIR) --as-of 2026-10-01

.PHONY: test
test: $(STAMP)  ## run the tests
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal

.PHONY: ui
ui: $(STAMP)  ## Dagster on http://127.0.0.1:3000
	@$(BIN)/python -m pipelines.ui

.PHONY: bench
bench: bench-nightly bench-contacts bench-people bench-hygiene bench-scores bench-metrics  ## what a night costs, stage by stage

.PHONY: bench-nightly
bench-nightly: $(STAMP)  ## 100,000 leads: CPU seconds by stage and peak memory
	@$(BIN)/python -m benchmarks.nightly --rows $(BENCH_ROWS)

.PHONY: bench-contacts
bench-contacts: $(STAMP)  ## 1,000,000 numbers and addresses: CPU a value beside the libraries
	@$(BIN)/python -m benchmarks.phones
	@$(BIN)/python -m benchmarks.emails

$(BENCH_STAMP): requirements-bench.lock $(STAMP)
	@test -x $(BENCH_VENV)/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(BENCH_VENV)
	@echo "installing what the benchmarks measure against ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BENCH_VENV)/bin/python --require-hashes -r requirements-bench.lock
	@touch $@

.PHONY: bench-people
bench-people: $(STAMP) $(BENCH_STAMP)  ## matching side by side with Splink: accuracy, calibration, CPU seconds, peak memory
	@$(BIN)/python -m benchmarks.people --python $(BENCH_VENV)/bin/python --demo-rows $(PEOPLE_ROWS)

.PHONY: bench-decay
bench-decay: $(STAMP)  ## laws of decay that are known: how often they are found inside their intervals
	@$(BIN)/python -m benchmarks.decay
	@$(BIN)/python -m benchmarks.decay --stage --people 5000

.PHONY: bench-hygiene
bench-hygiene: $(STAMP)  ## 1,000,000 people: CPU seconds of each table of the stage hygiene and peak memory
	@$(BIN)/python -m benchmarks.hygiene

.PHONY: bench-scores
bench-scores: $(STAMP)  ## 1,000,000 people: CPU seconds of each table of the stage scores and peak memory
	@$(BIN)/python -m benchmarks.scores

.PHONY: bench-replay
bench-replay: $(STAMP)  ## twelve monthly nights, published and then replayed: is the past what was published?
	@$(BIN)/python -m benchmarks.replay

.PHONY: bench-metrics
bench-metrics: $(STAMP)  ## 1,000,000 people: CPU seconds of each table of the stage metrics and peak memory
	@$(BIN)/python -m benchmarks.metrics

.PHONY: diff
diff: $(STAMP)  ## millions of numbers and addresses against the libraries, 100,000 histories of consent against a reference
	@$(BIN)/python -m tests.contacts.differential.phones --stress 2500000 --realistic 400000 --every 1 --seed $(SEED)
	@$(BIN)/python -m tests.contacts.differential.mutants
	@$(BIN)/python -m tests.contacts.differential.emails --count 2000000 --seed $(SEED)
	@$(BIN)/python -m benchmarks.consent --seed $(SEED)

.PHONY: bench-intake
bench-intake: $(STAMP)  ## 2,000,000 rows of 60 columns: the intake against DuckDB's read_csv
	@$(BIN)/python -m benchmarks.intake

.PHONY: check
check: $(STAMP)  ## lint, types, SQL lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 -q sql

.PHONY: docs
docs: $(STAMP)  ## write the reference pages anew
	@$(BIN)/python -m leadgrade.reference

.PHONY: lock
lock: $(STAMP)  ## resolve the dependencies anew
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet pyproject.toml --extra dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --upgrade -o requirements.lock

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / \t/' | expand -t 10
