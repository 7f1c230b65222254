# The verbs. `make help` lists them; each sets up what it needs, and does so once.

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
# Further arguments for pytest: make test TEST_ARGUMENTS=tests/unit
TEST_ARGUMENTS ?=
# Processes among which the tests are shared out; 0 runs them one after another in one.
WORKERS ?= auto
# Which environment of samconfig.toml: make deploy ENV=staging. Shells have an ENV of their own.
ENV := default
# Further arguments of sam build: make build BUILD_ARGUMENTS="--parameter-overrides Architecture=x86_64"
BUILD_ARGUMENTS ?=
# Further arguments of clipsaver deploy: make deploy DEPLOY_ARGUMENTS="-p 'SyncSchedule=rate(5 minutes)'"
DEPLOY_ARGUMENTS ?=

BIN   := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
READY := $(VENV)/.ready-$(VERSION)

# SAM runs on Lambda's Python, apart from everything else, and tells nobody that it does.
LAMBDA_VERSION := 3.13
SAM_VENV  := .venv-sam
SAM_READY := $(SAM_VENV)/.ready
SAM       := $(SAM_VENV)/bin/sam
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test build deploy bench check format lock clean

help:  ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## create the virtual environment with the locked packages

# uv comes first, from pip with its hash, because it installs the rest in a second where pip takes twenty.
$(READY): requirements/uv.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Clip Saver needs Python 3.11 or newer; choose one with: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
	@echo "Setting up $(VENV) with Python $(VERSION) ..."
	@test -x $(BIN)/python$(VERSION) || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.ready-* && touch $@

demo: $(READY)  ## the whole main job on this machine, each outcome checked
	@$(BIN)/clipsaver demo

dev: $(READY)  ## serve the API on PORT (8000) with the local stack behind it; on a copy of a backup with DUMP=file
	@$(BIN)/clipsaver dev --port $(PORT) $(if $(DUMP),--dump "$(DUMP)")

test: $(READY)  ## every test, against a real PostgreSQL of its own
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(TEST_ARGUMENTS)

# At level 0, the make that SAM starts says nothing of its folders.
build: $(SAM_READY)  ## build what each function ships to AWS, into .aws-sam/
	@MAKELEVEL=0 $(SAM) build --config-env $(ENV) $(BUILD_ARGUMENTS)

# Never what an older checkout, another environment or nobody has built.
deploy: build  ## build and deploy to AWS, the purge scheduled as settings.default.yml says
	@$(BIN)/clipsaver deploy --sam $(SAM) --config-env $(ENV) $(DEPLOY_ARGUMENTS)

$(SAM_READY): requirements/infra.txt | $(READY)
	@python=$$($(BIN)/python infra/python_versions.py $(LAMBDA_VERSION)) || \
	  { echo "Lambda runs Python $(LAMBDA_VERSION), so the build needs it, beside any other: please install it"; exit 1; } && \
	  echo "Setting up $(SAM_VENV) with SAM ..." && \
	  $(BIN)/uv venv --quiet --clear --python "$$python" $(SAM_VENV) && \
	  VIRTUAL_ENV=$(SAM_VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/infra.txt
	@touch $@

bench: $(READY)  ## measure what docs/performance.md promises; one of them with BENCH=sync-1000
	@$(BIN)/python -m benchmarks $(BENCH)

check: $(READY)  ## everything but the tests: format, lint, types, import contracts, no token in the tree
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@git ls-files -z | xargs -0 $(BIN)/python -m tests.secrets_check

format: $(READY)  ## format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(READY)  ## resolve the dependencies anew, with hashes, into requirements/
	@requirements/lock.sh $(abspath $(BIN)/uv)

clean:  ## remove what the other verbs made in this folder
	rm -rf .venv* .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .aws-sam build *.egg-info
