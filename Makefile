# make demo, make test, make lint, make docs, make bench: each makes the .venv that it needs, and makes it once.
# Needs Python 3.11 or newer (the pinned versions do), and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PINNED := -c constraints.txt

# Nothing that is run here may report usage to anyone.
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export NO_MKDOCS_2_WARNING := 1

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast lint docs bench panel test-panel pictures clean

help:
	@echo "make demo       check the example notebooks, and write demo-report.html"
	@echo "make test       run all tests (make test-fast leaves out the slow ones)"
	@echo "make lint       ruff, mypy, the order of the layers, the changelog"
	@echo "make docs       build the documentation into site/"
	@echo "make panel      build the JupyterLab panel and run its unit tests"
	@echo "make test-panel test the panel and the report in a browser (needs Chromium)"
	@echo "make bench      run the benchmarks"
	@echo "make clean      remove what these made, except $(VENV)"

demo: $(STAMPS)/examples
	$(BIN)/python example_notebooks/demo.py demo-report.html

# A worker a core; a file's tests stay together, since they share their kernels. In a browser any worker takes any test.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile
BROWSE := $(BIN)/python -m pytest -n auto --dist worksteal -m browser tests/panel tests/report

# The browser's tests come after the others, since they measure times; both run whatever the first finds. Where there
# is no Chromium they are skipped.
test: $(STAMPS)/panel
	@status=0; \
	echo '$(PYTEST) -m "not browser"'; $(PYTEST) -m "not browser" || status=$$?; \
	echo '$(BROWSE)'; $(BROWSE) || status=$$?; \
	exit $$status

test-fast: $(STAMPS)/test
	$(PYTEST) -m "not slow and not browser"

lint: $(STAMPS)/lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layers.py
	$(BIN)/pre-commit validate-config
	@$(BIN)/towncrier build --draft --version next >/dev/null 2>&1 || { echo "A fragment in changes/ is at fault: towncrier build --draft"; exit 1; }

docs: $(STAMPS)/docs
	$(BIN)/mkdocs build --strict

# The JupyterLab panel: its packages, its messages' types, its unit tests, its bundle; with the Node of the environment.
panel test-panel pictures labextension/node_modules/.package-lock.json: export PATH := $(abspath $(BIN)):$(PATH)
panel: $(STAMPS)/panel labextension/node_modules/.package-lock.json
	cd labextension && npm run --silent generate && npm test --silent && npm run --silent bundle

test-panel: panel
	NBREPRO_BROWSER=require $(BROWSE)

pictures: panel
	NBREPRO_PICTURES=1 $(BIN)/python -m pytest -q -m browser tests/panel/test_states.py tests/panel/test_differences.py

labextension/node_modules/.package-lock.json: $(STAMPS)/panel labextension/package-lock.json
	cd labextension && npm ci --silent
	@touch $@

bench: $(STAMPS)/test
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script; done

clean:
	rm -rf site dist build demo-report.html .pytest_cache .mypy_cache .ruff_cache .hypothesis benchmarks/results
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# One environment, filled as far as the target asks. A stamp is younger than what it was installed from.
$(STAMPS)/examples $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/docs $(STAMPS)/panel: $(STAMPS)/torch pyproject.toml constraints.txt
	@echo "Installing what \`make $(MAKECMDGOALS)\` needs (extra: $(@F)) ..."
	$(PIP) install -qq $(PINNED) -e ".[$(@F)]"
	@$(BIN)/python -m compileall -q nbrepro  # an editable install is not compiled, and every load in a kernel would pay
	@touch $@

# torch goes first, alone: pip then takes the build that this machine is configured for, and the rest leaves it alone.
$(STAMPS)/torch: $(STAMPS)/pip constraints.txt
	@echo "Installing torch, the largest download ..."
	$(PIP) install -qq $(PINNED) torch==2.13.0
	@touch $@

$(STAMPS)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The pinned versions need Python 3.11 or newer; name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -qq pip==26.3
	@mkdir -p $(STAMPS) && touch $@
