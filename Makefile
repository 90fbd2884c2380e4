# `make run` and `make test` are the two commands of the README; each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready

.PHONY: run test check lint format faults bench lock clean
.DEFAULT_GOAL := run

run: $(RUN_READY)
	$(BIN)/kit start --chat

# One more than the cores of a small machine: tests with real servers wait about a third of their time.
test: $(DEV_READY)
	$(BIN)/pytest -n 3 --dist loadgroup

check: lint test

lint: $(DEV_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: $(DEV_READY)
	$(BIN)/pytest -n 2 --dist loadgroup --hypothesis-profile whole -m 'long or hypothesis' tests

bench: $(DEV_READY)
	$(BIN)/python -m bench

lock: .venv/.uv
	$(BIN)/uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -q -o requirements/run.lock
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -q -o requirements/dev.lock

clean:
	rm -rf .venv node_modules build *.egg-info

# A fast installer, itself pinned by hash; pip reads the user's own registry settings to fetch it.
.venv/.uv: requirements/bootstrap.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "K.I.T. needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements/bootstrap.lock
	touch $@

# The folder itself goes on the path: the usual editable finder loses to any folder that is called kit.
# Compiled at once, so that the first start need not do it, nor every start where Python may not write.
$(RUN_READY): .venv/.uv requirements/run.lock pyproject.toml Makefile
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --no-deps -r requirements/run.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --config-settings editable_mode=compat -e .
	touch $@

$(DEV_READY): $(RUN_READY) requirements/dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --no-deps -r requirements/dev.lock
	touch $@
