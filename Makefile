# The tasks of a checkout. `make setup` prepares one on a fresh Debian 12 that has git, make and Python
# 3.11, as root or with sudo; every other target does so first. What is needed of the machine is listed
# in composer/unilith/cli/packages.py.

PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/set-up
# One test at a time a core: boots that share a core starve each other. A file's tests stay together, as they share
# builds; the files' order is kept, for the short tests of units stand last and end together.
JOBS ?= $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
C_SOURCES := find libs platforms recipes tests -name '*.[ch]' -not -path '*/.*'
C_UNITS := find libs platforms recipes -name '*.c' -not -path '*/tests/*'

.DEFAULT_GOAL := help
.PHONY: help setup packages demo test test-full lint bench docs format clean

help:
	@echo "make setup      prepare this checkout and the machine"
	@echo "make demo       compose nginx, boot it, fetch a page, show what was chosen and why"
	@echo "make test       everything that continuous integration checks"
	@echo "make test-full  the long tests as well"
	@echo "make lint       only what needs no run: types, style, layout"
	@echo "make bench      measure the figures of docs/"
	@echo "make docs       write the part of docs/ that is made from the code"
	@echo "make format     lay out Python and C sources"
	@echo "make clean      remove what was built here (the cache stays)"

setup: packages $(STAMP)

# Quick when nothing lacks: apt is called only for what is missing.
packages:
	@PYTHONPATH=composer PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m unilith.cli.packages install

$(STAMP): pyproject.toml constraints.txt composer/unilith/cli/packages.py
	@$(MAKE) --no-print-directory packages
	@test -x $(BIN)/python -a -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	    --editable '.[test]'
	@touch $@

demo: $(STAMP)
	@BIN=$(abspath $(BIN)) ./demo.sh

# Both halves run even if the first fails, so that one run tells everything.
test: $(STAMP)
	@status=0; \
	$(MAKE) --no-print-directory lint || status=1; \
	$(PYTEST) -m "not full" || status=1; \
	exit $$status

# ONLY="cuts files" runs only these (docs/architecture.md); a table at the end says what came out of each.
test-full: $(STAMP)
	@status=0; \
	$(MAKE) --no-print-directory lint || status=1; \
	$(BIN)/python -m tests.full_run --jobs $(JOBS) $(ONLY) || status=1; \
	exit $$status

lint: $(STAMP)
	@status=0; run() { echo "$$1"; shift; "$$@" || status=1; }; \
	run "ruff" $(BIN)/ruff check --quiet .; \
	run "layout of Python" $(BIN)/ruff format --check --quiet .; \
	run "mypy" $(BIN)/mypy --no-error-summary; \
	run "layout of C" sh -c "$(C_SOURCES) -print0 | xargs -0 clang-format-14 --dry-run --Werror"; \
	run "cppcheck" sh -c "$(C_UNITS) -print0 | xargs -0 cppcheck --quiet --std=c11 --platform=unix64 \
	    --enable=warning,portability --inline-suppr --error-exitcode=1 -j $(JOBS)"; \
	exit $$status

bench: $(STAMP)
	@for script in tests/bench/*.py; do \
	    echo "## $$script"; PYTHONPATH=.:composer $(BIN)/python $$script || exit 1; done

docs: $(STAMP)
	@$(BIN)/python -m unilith.cli.reference

format: $(STAMP)
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix . || true
	@$(C_SOURCES) -print0 | xargs -0 clang-format-14 -i

clean:
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find composer tests -name __pycache__ -prune -exec rm -rf {} +
