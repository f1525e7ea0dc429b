# make demo   the simulated fleet, the main job on it over real SSH, and what came out
# make demo-cluster  200 simulated switches at two sites, read over a hub; one worker is killed meanwhile
# make test   format, lint, types, layer contracts, tests (under 8 minutes)
# make test-all  the same, and the tests that take long (under 60 minutes)
# make test-faults N=600  random faults and signals, a long watch and a large sick fleet; a table at the end (an hour)
# make test-cluster  50 random kills of hub, broker, workers and verb, three times each: 2,000 devices, 500 changes
# make docs   the documentation as a site, in site/
# make licenses  licences of the runtime dependencies; ADVISORIES=PATH also checks an OSV database
# make env    the environment alone, in .venv

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3 2>/dev/null))
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help env demo demo-cluster test test-slow test-all test-faults test-cluster check fix lock bench-env docs reference baseline licenses clean

help:
	@sed -n 's/^# //p' $(MAKEFILE_LIST)

env: $(VENV)/ready

$(VENV)/ready: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "slp-ops needs Python 3.11 or later; name it with make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: env
	@$(BIN)/python -m slp_ops.lab.demo

demo-cluster: env
	@$(BIN)/python -m slp_ops.lab.cluster_demo

check: env
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Most of these tests wait for a switch most of their time: two processes a core.
PROCESSES := $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))

test: check
	$(BIN)/pytest -n $(PROCESSES) -m "not slow"

# One test after the other: with a file in one process the longest files would come to their end alone.
test-slow: env
	$(BIN)/pytest -n $(PROCESSES) --dist loadgroup -m slow

test-all: test test-slow

N ?= 600
test-faults: env
	$(BIN)/python -m tests.faults.campaign --trials $(N)

SEEDS ?= 1 2 3
test-cluster: env
	$(BIN)/python -m tests.cluster.campaign $(SEEDS)
	$(BIN)/python -m tests.cluster.campaign_changes $(SEEDS)

fix: env
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Names, versions and hashes only: no address of an index goes into a lock.
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: env
	$(BIN)/python -m pip install --quiet pip-tools
	$(LOCK) --extra dev -o requirements/dev.lock pyproject.toml
	$(LOCK) --extra dev --extra bench -c requirements/dev.lock -o requirements/bench.lock pyproject.toml

bench-env: env
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.lock

docs: env reference
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "site/index.html"

reference: env
	$(BIN)/python -m docs.generate

# What every verb prints and sends, for every lab scenario, as tests/baseline compares it.
baseline: env
	$(BIN)/python -m tests.baseline.record

licenses: env
	@$(BIN)/python -m docs.licenses $(ADVISORIES)

clean:
	rm -rf $(VENV) demo site .mypy_cache .ruff_cache .pytest_cache .hypothesis
