# Two commands matter:
#   make run    installs the model and answers a question
#   make test   installs what the tests need and runs all of them
# `make help` lists the rest. Nothing but make and Python 3.12 or newer is needed.

VENV    ?= .venv
BIN     := $(VENV)/bin
CONFIG  ?= configs/austerity-and-wage-rise.toml
RUNS    ?= 20
WORKERS ?= 2
SEEDS   ?= 30

# The Python that makes the environment: PYTHON=... if given, else the first of these that can.
CANDIDATES := $(if $(PYTHON),"$(PYTHON)",python3.13 python3 python3.12 python3.14)
CAN_DO     := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.DEFAULT_GOAL := help
.PHONY: help run test validate app lint format baseline docs examples experiments benchmark clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

run: $(VENV)/.core ## run one scenario and print the answer (CONFIG=..., RUNS=...)
	@$(BIN)/resilience run $(CONFIG) --runs $(RUNS)

test: $(VENV)/.dev ## run all tests (WORKERS=... at a time)
	@$(BIN)/python -m resilience.kernels
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

validate: $(VENV)/.core ## hold the model against published facts (SEEDS=...)
	@$(BIN)/resilience validate --runs $(SEEDS)

app: $(VENV)/.app ## open the app in a browser
	@$(BIN)/resilience app

lint: $(VENV)/.dev ## check format, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.dev ## put the code into its format and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

baseline: $(VENV)/.dev ## renew the stored results that tests compare with, and show what changed
	@$(BIN)/python -m tests.baseline.refresh

docs: $(VENV)/.dev ## write the generated parts of the documents again
	@$(BIN)/python -m docs.generate

examples: $(VENV)/.dev ## make the example reports in docs/examples again
	@$(BIN)/python -m docs.examples

experiments: $(VENV)/.dev ## run every study at a reduced size and print what it says
	@$(BIN)/python -m experiments --workers $(WORKERS)

benchmark: $(VENV)/.dev ## measure speed
	@$(BIN)/python -m pytest benchmarks --benchmark-enable

clean: ## remove the environment and what the tools left behind
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks build dist

# ----------------------------------------------------------------------------------------------------------------------
# The environment. Each stamp is renewed when the packages asked for change; the dev stamp covers the other two.

$(BIN)/python:
	@for python in $(CANDIDATES); do \
	    if "$$python" -c '$(CAN_DO)' >/dev/null 2>&1; then \
	        echo "Making $(VENV) with $$("$$python" --version)"; \
	        exec "$$python" -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.12 or newer with its venv module was found (tried: $(CANDIDATES))." >&2; \
	echo "Here python3 is: $$(python3 --version 2>&1 | head -n 1)." >&2; \
	echo "Install one (on Debian or Ubuntu also the package python3-venv), or name yours: make PYTHON=/path/to/python3.13" >&2; \
	exit 1

$(VENV)/.dev: pyproject.toml constraints.txt $(BIN)/python
	@echo "Installing the model, the app, the analysis and what the tests need (a few minutes the first time) ..."
	@$(INSTALL) ".[dev,app,analysis,cluster]"
	@touch $(VENV)/.core $(VENV)/.app $@

$(VENV)/.app: pyproject.toml constraints.txt $(BIN)/python
	@echo "Installing the model and the app (a few minutes the first time) ..."
	@$(INSTALL) ".[app]"
	@touch $(VENV)/.core $@

$(VENV)/.core: pyproject.toml constraints.txt $(BIN)/python
	@echo "Installing the model (a minute or two the first time) ..."
	@$(INSTALL) .
	@touch $@
