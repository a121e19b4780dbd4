# Two commands: `make review` studies the shipped decks, `make test` checks everything. Both need only Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
ANKI := .venv-anki
OLDEST_ANKI := .venv-anki-oldest
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

ifneq ($(UV),)
  make_venv = $(UV) venv --allow-existing --python $(PYTHON) $(1)
  install = VIRTUAL_ENV=$(CURDIR)/$(1) $(UV) pip install --compile-bytecode
else
  make_venv = $(PYTHON) -m venv $(1)
  install = $(1)/bin/python -m pip install --disable-pip-version-check
endif

.PHONY: review test pytest soak bench lint screens check-python clean
.DEFAULT_GOAL := review

review: $(VENV)/.run
	@$(BIN)/srs review

# What reads the code runs beside what runs it: most of it uses one core.
test: $(VENV)/.dev $(ANKI)/.ready $(OLDEST_ANKI)/.ready
	@$(MAKE) --no-print-directory -j2 lint pytest

pytest:
	@$(BIN)/pytest -n auto --dist worksteal

# The property tests with ten times the examples, new ones each time.
soak: $(VENV)/.dev $(ANKI)/.ready $(OLDEST_ANKI)/.ready
	@HYPOTHESIS_PROFILE=soak $(BIN)/pytest -n auto --dist worksteal

# How fast, beside what others take: bench/RESULTS.md. SIZES=1k,10k for a short run, ROWS=text for some rows.
SIZES ?= 1k,10k,100k
bench: $(VENV)/.dev $(ANKI)/.ready
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m bench $(SIZES) $(if $(ROWS),--rows '$(ROWS)')

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# The pictures and the tree in the docs, and the built-in note types as data, remade from the program itself.
screens: $(VENV)/.dev
	@$(BIN)/python docs/screens.py
	@$(BIN)/python -m tests.cli.stored_screens
	@$(BIN)/python -m tests.cards.stored_types
	@$(BIN)/python docs/tree.py

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'srs needs Python 3.11 or newer; name one with: make PYTHON=python3.12' >&2; exit 1; }

# Installers must not swallow the answers that a pipe holds for `srs review`, hence /dev/null.
$(VENV)/.run: pyproject.toml requirements/run.txt | check-python
	@echo 'Making $(VENV) and installing srs into it (once) ...' >&2
	@$(call make_venv,$(VENV)) </dev/null >&2
	@$(call install,$(VENV)) -r requirements/run.txt </dev/null >&2
	@$(call install,$(VENV)) --no-deps -e . </dev/null >&2
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo 'Installing what the tests need ...' >&2
	@$(call install,$(VENV)) -r requirements/dev.txt </dev/null >&2
	@touch $@

$(ANKI)/.ready: requirements/anki.txt | check-python
	@echo 'Making $(ANKI) with the real Anki, for the import tests ...' >&2
	@$(call make_venv,$(ANKI)) </dev/null >&2
	@$(call install,$(ANKI)) -r requirements/anki.txt </dev/null >&2
	@touch $@

$(OLDEST_ANKI)/.ready: requirements/anki-oldest.txt | check-python
	@echo 'Making $(OLDEST_ANKI) with the oldest Anki that is supported ...' >&2
	@$(call make_venv,$(OLDEST_ANKI)) </dev/null >&2
	@$(call install,$(OLDEST_ANKI)) -r requirements/anki-oldest.txt </dev/null >&2
	@touch $@

clean:
	rm -rf $(VENV) $(ANKI) $(OLDEST_ANKI) out build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
