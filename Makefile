# `make demo` and `make test` each make the environment they need first: Python, pip and make
# are all that must be there. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EXTRAS := $(VENV)/.extras
PYTEST := $(BIN)/python -m pytest
DEMO := out/demo

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-extras lint format types contracts doctest readme \
	tests kernels-plain kernels-bounds bench-quick clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) \
		| awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# Without pip of its own at first: Debian's Python has no ensurepip, yet its pip can fill
# another environment.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; \
		sys.exit(None if sys.version_info >= (3, 11) else \
		f"Python 3.11 or newer is needed, {sys.executable} is {v}; name another: make PYTHON=python3.12")'
	@echo "== environment: making $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check \
		pip --editable '.[dev]'
	@touch $@

$(EXTRAS): $(READY)
	@echo "== environment: what the extras need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,notebook]'
	@touch $@

demo: $(READY) ## evolve a network on the two spirals and say where its pictures lie
	$(BIN)/spiral-neat run spiral --gens 50 --pop 64 --steps 40 --seed 42 --out $(DEMO)
	@echo "The demo's pictures:"
	@find $(DEMO) -name '*.png' | sort | sed 's/^/  /'

test: lint types contracts doctest readme tests kernels-plain kernels-bounds ## pass every check

lint: $(READY) ## ruff: rules and format
	@echo "== lint: ruff check"
	@$(BIN)/ruff check
	@echo "== format: ruff format --check"
	@$(BIN)/ruff format --check

format: $(READY) ## let ruff mend what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(READY) ## mypy, strict
	@echo "== types: mypy"
	@$(BIN)/mypy

contracts: $(READY) ## import-linter: the layers
	@echo "== contracts: lint-imports"
	@$(BIN)/lint-imports --no-logo

doctest: $(READY) ## the examples in the docstrings
	@echo "== docstring examples"
	@$(PYTEST) --doctest-modules src

readme: $(READY) ## the README's Python snippets
	@echo "== README's Python snippets"
	@$(PYTEST) tests/test_readme.py

tests: $(READY) ## the tests, kernels compiled
	@echo "== tests, JIT on"
	@$(PYTEST) -n 2 --dist worksteal --ignore=tests/test_readme.py --ignore=tests/extras

kernels-plain: $(READY) ## the kernels' tests, JIT off, with coverage
	@echo "== kernels' tests, JIT off, with coverage"
	@NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest tests/kernels
	@$(BIN)/coverage report

kernels-bounds: $(READY) ## the kernels' tests, every index checked
	@echo "== kernels' tests, bounds checked"
	@NUMBA_BOUNDSCHECK=1 $(PYTEST) tests/kernels

test-extras: $(EXTRAS) ## the tests that need heavy parts (a notebook)
	@echo "== extras: notebook"
	@$(BIN)/python -c "import ipykernel, nbclient, nbformat"  # else its tests would be skipped
	@$(PYTEST) tests/extras

bench-quick: $(READY) ## every benchmark in its short form
	@for script in benchmarks/[!_]*.py; do \
		case $$script in */harness.py) continue;; esac; \
		echo "== $$script --quick"; \
		$(BIN)/python $$script --quick || exit 1; \
	done

clean: ## remove the environment and all that tools and runs left
	rm -rf $(VENV) out build dist .coverage .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
