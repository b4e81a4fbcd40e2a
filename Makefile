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

.PHONY: repro test check bench ui lock clean

repro: .venv/installed
	dvc repro
	@mawaqif results
	@echo "Review experiments and models: make ui"

test: check
	pytest

check: .venv/installed
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	nbstripout --verify notebooks/*.ipynb

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

# Pin what pyproject.toml allows, as of today. The CPU build's local version is cut off, so that any build of it fits.
lock: .venv/installed
	$(BIN)/pip-compile --quiet --extra dev --strip-extras --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-annotate --output-file requirements.lock pyproject.toml
	sed -i -e '/^mawaqif @/d' -e 's/^\(torch==[0-9.]*\)+.*/\1/' requirements.lock

clean:
	rm -rf models data/corpus data/real data/splits .checkpoints .locks
