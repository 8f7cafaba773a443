# `make run` and `make test` are all a newcomer needs; both begin with `make setup`.
# Needs python3 (3.11 or newer) with venv, and make; everything else comes from requirements.lock.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test proof check format lint types layers pytest unused lock

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
CASES ?= 20000
DATABASE ?= sqlite:///.data/sandbox.db
PACKAGES := workflows machines rules api scheduler cases simulation
BIN := .venv/bin
STAMP := .venv/.made
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo 'make setup   .venv with everything, and the command chengnuo in it'
	@echo 'make run     the sandbox on http://127.0.0.1:$(PORT)'
	@echo 'make test    every gate: ruff, mypy, import-linter, pytest'
	@echo 'make proof   the long evidence: mutants, dates twice, towns at random, processes killed'
	@echo 'make check   the gates that run no test;  make format  repairs what ruff can'
	@echo 'make lock    requirements.lock anew, from pyproject.toml'

setup: $(STAMP)
	@:

# One installation at a time, and the stamp last: a broken attempt is simply repeated.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'Chengnuo needs Python 3.11 or newer; try: make PYTHON=python3.12 setup'; exit 2; }
	@$(PYTHON) -c 'import ensurepip' \
	    || { echo 'Python cannot make virtual environments here: install python3-venv'; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup
	@mkdir -p .data
	$(BIN)/chengnuo db upgrade --sandbox --db '$(DATABASE)'
	exec $(BIN)/chengnuo serve --sandbox --port $(PORT) --db '$(DATABASE)'

test: check pytest

# The long evidence, many hours on two cores: towns of cases live on every store beside their model;
# every date of a hundred thousand random obligations is worked out again by code of its own; every
# definition is walked, CASES kinds of case a slice; a thousand processes are killed; hosts are cut
# off; a large database is swept; and last, every definition and the heart are changed a little, in
# every way there is, and somebody must notice.
proof: setup
	$(BIN)/python -m tests.proof.towns
	$(BIN)/python -m tests.proof.dates
	$(BIN)/chengnuo check --deep --at-most $(CASES)
	$(BIN)/python -m tests.proof.kills
	$(BIN)/python -m tests.proof.hosts
	$(BIN)/python -m tests.proof.large
	$(BIN)/python -m tests.proof.large --db postgresql
	$(BIN)/python -m tests.proof.released
	$(BIN)/python -m tests.proof.released --db postgresql
	CHENGNUO_STORIES=all $(BIN)/pytest -q tests/stories
	$(BIN)/python -m tests.proof.exports
	$(BIN)/python -m tests.proof --processes $(JOBS)
	$(BIN)/python -m tests.proof --heart --processes $(JOBS)

check: lint types layers

lint: setup
	@echo '== ruff'
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	@echo '== mypy'
	$(BIN)/mypy

layers: setup
	@echo '== import-linter'
	$(BIN)/lint-imports --no-logo

pytest: setup
	@echo '== pytest'
	$(BIN)/pytest -n $(JOBS) --dist worksteal

# Packages declared and not imported, or imported and not declared.
unused: setup
	$(BIN)/deptry .

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A clean environment, so that nothing installed by hand slips into the lock.
lock:
	fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(PYTHON) -m venv "$$fresh/venv"; \
	"$$fresh/venv/bin/python" -m pip install --quiet '.[test]'; \
	"$$fresh/venv/bin/python" -m pip freeze --exclude chengnuo > "$$fresh/lock"; \
	LC_ALL=C sort --ignore-case "$$fresh/lock" > requirements.lock
