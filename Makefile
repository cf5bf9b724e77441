# Fayol 横桥. Needs Python 3.11 or newer and make; everything else comes into .venv.
.DEFAULT_GOAL := help
.PHONY: help demo serve test check fmt bench assets messages requirements lock clean ready ready-dev
SHELL := /bin/sh

UV_VERSION := 0.13.9
LOCKED := pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo none)

# Each process has its own database; a file's tests stay together because they share what is dear to make.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

# Passed on to every command when given: make demo PORT=8123 FAYOL_HOME=/some/folder
export PORT HOST FAYOL_HOME DATABASE_URL FAYOL_URL

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: ready ## show everything with the example organisation (PORT=8000, FAYOL_HOME=folder)
	@$(BIN)/fayol demo

serve: ready ## run the web server and a worker on a migrated database
	@$(BIN)/fayol migrate && $(BIN)/fayol serve --worker

test: ready-dev ## run all tests, in two processes (ARGS="-k name" for some, ARGS="-n 0" in one)
	@$(BIN)/pytest $(SIDE_BY_SIDE) $(ARGS)

check: ready-dev ## everything that can be wrong without running it
	@sh .ci/check

fmt: ready-dev ## put the source into its form
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format -q .

bench: ready-dev ## measure: pages at a million commitments, reading of documents (build/bench.json)
	@$(BIN)/python -m benchmarks $(ARGS)

assets: ## renew static/vendor from package-lock.json (needs Node)
	@npm ci --silent && npm run --silent assets

messages: ready-dev ## gather the words of the pages and compile their translations (needs gettext)
	@$(BIN)/python -m tests.messages

requirements: ready-dev ## which requirements are claimed by which tests
	@$(BIN)/python -m tests.requirements $(ARGS)

lock: ready-dev ## write the newest allowed versions into requirements*.lock
	@$(BIN)/uv pip compile -q $(LOCKED) --upgrade -o requirements.lock
	@$(BIN)/uv pip compile -q $(LOCKED) --extra dev -c requirements.lock --upgrade -o requirements-dev.lock

clean: ## remove the environment and what tools left
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache node_modules

# ── the environment ─────────────────────────────────────────────────────────

ready: $(VENV)/.run
ready-dev: $(VENV)/.dev

$(BIN)/uv: Makefile
	@[ "$(PYTHON)" != none ] || { echo "Fayol needs Python 3.11 or newer, and there is none on the PATH." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments: its module venv or \
	ensurepip is missing. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@[ -x $(BIN)/python ] || { echo "Making the environment in $(VENV) …"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# uv is quick; where it finds no index, pip knows the one this machine is set up for. The hashes hold for both.
define install
	@echo "Installing the pinned dependencies …"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e . 2>/dev/null \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@
endef

$(VENV)/.run: $(BIN)/uv requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/.dev: $(BIN)/uv requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $(VENV)/.run
