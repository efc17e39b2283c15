# Residency Graph. `make run` and `make test` do all of their own set-up; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# What a set-up depends on: a change in any of these sets up anew, anything else starts at once.
LOCKS  := requirements.lock pyproject.toml graph/ide/assets.lock.json

.PHONY: help run serve stop test check bench nightly lock generate clean distclean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(LOCKS) | $(VENV)/bin/python
	@echo "Installing the locked packages (once; a minute or two) ..."
	$(PIP) install --no-deps --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m graph.ide.assets
	@touch $@

$(VENV)/.dev: requirements-dev.lock tests/clients/javascript/package-lock.json $(VENV)/.run
	@echo "Installing the locked development packages (once) ..."
	$(PIP) install --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m tests.clients.packages
	@touch $@

run: $(VENV)/.run ## Set up, load (SOURCE=folder or SOURCE=public; default: the bundled sample), serve GraphiQL
	$(BIN)/residency run $(if $(SOURCE),--source "$(SOURCE)")

serve: $(VENV)/.run ## Serve what is loaded
	$(BIN)/residency serve

stop: $(VENV)/.run ## Stop the embedded PostgreSQL
	$(BIN)/residency stop

test: $(VENV)/.dev ## Set up and run all checks and tests
	$(MAKE) --no-print-directory check
	PYTHONHASHSEED=0 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/.dev ## Lint, types, import contracts, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m warehouse.dictionary --check
	$(BIN)/python -m graph.schema --check

generate: $(VENV)/.dev ## Write the generated files anew
	$(BIN)/ruff format .
	$(BIN)/python -m warehouse.dictionary
	$(BIN)/python -m graph.schema

bench: $(VENV)/.dev ## Run the benchmarks
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.limits
	$(BIN)/python -m benchmarks.graph
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.ensemble
	$(BIN)/python -m benchmarks.search

nightly: $(VENV)/.dev ## Run the slow tests as well
	PYTHONHASHSEED=0 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m 'slow or not slow' $(PYTEST_ARGS)

lock: $(VENV)/.dev ## Resolve the newest packages that pyproject.toml allows
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  pyproject.toml --extra build --output-file requirements.lock $(LOCK_ARGS)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --constraint requirements.lock --group dev --output-file requirements-dev.lock $(LOCK_ARGS)

clean: ## Remove caches and build results
	rm -rf build dist tests/clients/javascript/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean ## Remove the virtual environment and the fetched assets as well
	rm -rf $(VENV) graph/ide/assets tests/clients/javascript/node_modules
