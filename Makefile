# The five commands: setup, run, test, lint, load; lock, for whoever changes a dependency (UPGRADE=--upgrade); report.
# Everything lives in .venv. Python 3.11 or newer and git are all that must be there first.
PYTHON ?= python3
PIP = .venv/bin/python -m pip --quiet --disable-pip-version-check
LOCK = .venv/bin/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 pyproject.toml

.PHONY: setup run test lint load load-long lock client report

setup: .venv/dev client

run: .venv/run client
	BINOME_DATA="$${BINOME_DATA:-.binome}" .venv/bin/binome demo

test: setup lint
	.venv/bin/python client_web/build.py --test
	.venv/bin/pytest --durations 10 tests/browser/calls tests/browser/media
	.venv/bin/pytest --durations 10 --numprocesses 3 --dist worksteal --ignore tests/browser/calls --ignore tests/browser/media

lint: .venv/dev
	.venv/bin/ruff check . && .venv/bin/ruff format --check --quiet . && .venv/bin/lint-imports --no-cache
	.venv/bin/mypy
	.venv/bin/python client_web/build.py --check

load: setup .venv/load
	.venv/bin/python -m load_tests

# Calls on bad lines for 10 minutes each, and two hours of 20 rooms: about 4 hours.
load-long: setup .venv/load
	.venv/bin/python -m load_tests netlab soak --long

lock: .venv/dev
	$(LOCK) --group dev -o requirements/dev.txt
	$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt
	$(LOCK) --group load -c requirements/dev.txt -o requirements/load.txt
	$(LOCK) --group pesq-build -c requirements/load.txt -o requirements/pesq-build.txt
	$(LOCK) -c requirements/dev.txt -o requirements/run.txt
	for group in moderation-peers moderation-training; do .venv/bin/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11 --group pyproject.toml:$$group -o requirements/$$group.txt || exit 1; done

# What Binôme is made of (CycloneDX), under which licences, what is known to be wrong with it; into report/.
report: .venv/dev
	.venv/bin/python requirements/report.py

client: .venv/run
	.venv/bin/python client_web/build.py

# What the server and the build of its client need; without the tools of developers, so that `make run` is quick.
.venv/run: requirements/build.txt pyproject.toml | .venv/bin/python
	test -e .venv/dev || $(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --no-deps --no-build-isolation --editable . && touch $@

.venv/dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable . && touch $@ .venv/run

# What only the measurements need. Without a C compiler there is no PESQ; the measurements say so and go on.
.venv/load: requirements/load.txt requirements/pesq-build.txt .venv/dev
	$(PIP) install --require-hashes -r requirements/pesq-build.txt
	$(PIP) install --require-hashes --no-build-isolation -r requirements/load.txt && touch $@ || echo "PESQ needs a C compiler: apt-get install gcc" >&2

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Binôme needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "cannot make .venv (on Debian: apt install python3-venv)" >&2; exit 1; }
