# `make repro` retrains and registers, `make test` proves it; both make .venv first when it is missing.

PYTHON ?= python3.11
# torch is installed first and alone: set TORCH (and PIP_INDEX_URL and the like) for a GPU build of your own.
TORCH ?= torch==2.13.0
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export HF_HUB_DISABLE_TELEMETRY := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DVC_NO_ANALYTICS := true
export MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR := false

.PHONY: repro test chaos check docs audit bench coverage mutate ui lock clean

repro: .venv/installed
	mawaqif repro
	@mawaqif results
	@echo "Review experiments and models: make ui"

test: check .venv/spark
	pytest

# Kill the pipeline at random points, at least 100 times, feed it what is broken, and write what came of it to docs/reliability.md.
# Needs a bundle (`make repro`).
chaos: .venv/installed
	python -m tests.chaos
	python -m tests.hostile
	python -m tests.hostile.fuzz models/analyzer --cases 10000

check: .venv/installed
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	nbstripout --verify notebooks/*.ipynb

docs: .venv/installed
	python docs/make_reference.py

# Known vulnerabilities (asks pypi.org) and a bill of materials in CycloneDX; licences and secrets are part of `test`.
# A finding fails; to waive one, add `--ignore-vuln ID` here with the reason in a comment above.
AUDIT := $(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip --progress-spinner off
audit: .venv/installed
	mkdir -p build
	$(AUDIT)
	$(AUDIT) --format cyclonedx-json --output build/sbom.json
	$(BIN)/pip-licenses --format markdown --output-file build/licences.md

coverage: .venv/installed
	rm -f .coverage*
	pytest --cov --cov-report=
	coverage report --skip-covered --sort=cover

# Mutation testing of what must not be wrong; which files and tests: [tool.mutmut] in pyproject.toml.
mutate: .venv/installed
	mutmut run
	python -m tests.mutants

# What the performance claims rest on, about 12 minutes on a quiet machine; ONLY=section,latency runs some of it.
bench: .venv/installed
	python -m benchmarks.run $(if $(ONLY),--only $(ONLY))

ui: .venv/installed
	mawaqif ui

.venv/installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet $(TORCH)
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	touch .venv/installed

# The Spark test's own packages, 450 MB: `make repro` does without them, and so does a machine without Java.
.venv/spark: .venv/installed requirements-spark.lock
	@if command -v java > /dev/null; then \
	  $(BIN)/pip install --quiet --requirement requirements-spark.lock && touch .venv/spark; \
	else echo "No Java: the Spark test will be skipped (apt install openjdk-17-jre-headless)"; fi

# Pin what pyproject.toml allows, as of today. The CPU build's local version is cut off, so that any build of it fits.
lock: .venv/installed
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-annotate --output-file requirements.lock pyproject.toml
	sed -i -e '/^mawaqif @/d' -e 's/^\(torch==[0-9.]*\)+.*/\1/' requirements.lock

clean:
	rm -rf models data/corpus data/real data/splits .checkpoints .locks
