# The list of commands. `make` alone prints it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Each has servers and a home of its own, which take about 1 GB.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo up down status test test-fast validate mutants proofs bench \
	lint lint-style lint-types lint-imports lint-sql fix docs architecture plot lock clean

help:  ## Print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED)  ## Build .venv from requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Perennial needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing from requirements.lock into $(VENV) ..."
	@test -x $(BIN)/uv || $(BIN)/python -m ensurepip --upgrade > /dev/null
	@grep -A40 '^uv==' requirements.lock | awk 'NR > 1 && !/^    --hash/ {exit} {print}' | sed '$$ s/ *\\$$//' > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip sync --quiet --require-hashes requirements.lock --python $(BIN)/python
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable . --python $(BIN)/python
	@touch $@

demo: install  ## The whole loop on real data: events in, scored audiences out
	@$(BIN)/perennial demo

up: install  ## Start PostgreSQL, Valkey, MLflow, Airflow and the API, and leave them running
	@$(BIN)/perennial up

down: install  ## Stop everything; the data stays
	@$(BIN)/perennial down

status: install  ## Show what is running
	@$(BIN)/perennial status

test: install lint  ## All tests, on real servers in homes of their own
	@$(BIN)/pytest -m "not validation" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-fast: install  ## Only the tests that need no server
	@$(BIN)/pytest -m "not integration and not e2e and not browser and not validation"

validate: install  ## The long statistical validation, over many seeds, with its figures
	@$(BIN)/pytest -m validation --numprocesses $(WORKERS) -rP --log-level INFO

mutants: install  ## Remove each point where consent, holdout or access is asked: a test must fail every time
	@$(BIN)/python -m tests.enforcement.mutants

proofs: validate
	@echo "make proofs is deprecated and goes in 0.3.0: use make validate" >&2

lint: lint-style lint-types lint-imports lint-sql  ## Style, types, import rules and SQL

lint-style: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lint-types: install
	@$(BIN)/mypy

lint-imports: install
	@$(BIN)/lint-imports --no-cache

lint-sql: install
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models

fix: install  ## Fix what the linters can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models

bench: install  ## Measure every step, beside a peer or a limit, in a home of its own
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/lift.py
	@$(BIN)/python benchmarks/simulation.py
	@$(BIN)/python benchmarks/uplift.py
	@$(BIN)/python benchmarks/calibration_gap.py
	@$(BIN)/python benchmarks/shapes.py

docs: install  ## Build dbt's documentation of the warehouse into the home
	@eval "$$($(BIN)/perennial env)" && $(BIN)/dbt docs generate

architecture: install  ## Draw docs/architecture.md again from the imports in the code
	@$(BIN)/python docs/architecture.py

plot: install  ## Draw docs/reliability.svg again from the demo in this home
	@$(BIN)/python docs/reliability.py

lock: install  ## Resolve pyproject.toml into requirements.lock again
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --quiet --output-file requirements.lock

clean:  ## Stop everything and remove the home
	@test ! -x $(BIN)/perennial || $(BIN)/perennial down
	@rm -rf "$${PERENNIAL_HOME:-.perennial}"
