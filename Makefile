# `make` lists the targets. Environments are made when a target first needs them and again when their lock changes.
PYTHON ?= python3
WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Four environments, because their pins conflict: SAM CLI, the template linters and the emulator each pin the SDK.
# The stamp's name carries the lock's checksum, so it is missing, and the environment rebuilt, when the lock changes.
checksum = $(firstword $(shell cksum < $(1)))
DEV := .venv/.installed-$(call checksum,requirements/dev.txt)
SAM := .venv-sam/.installed-$(call checksum,requirements/sam.txt)
EMULATOR := .venv-emulator/.installed-$(call checksum,requirements/emulator.txt)
LINT := .venv-lint/.installed-$(call checksum,requirements/lint.txt)
LOCK := .venv-lock/.installed-$(call checksum,requirements/lock.txt)

BIN := .venv/bin
PY := PYTHONPATH=layers/core $(BIN)/python
STACK := $(DEV) $(SAM) $(EMULATOR)

$(DEV): requirements/dev.txt
$(SAM): requirements/sam.txt
$(EMULATOR): requirements/emulator.txt
$(LINT): requirements/lint.txt
$(LOCK): requirements/lock.txt

# The lock is complete, so nothing is resolved (--no-deps), and every byte is checked against its hash.
$(DEV) $(SAM) $(EMULATOR) $(LINT) $(LOCK):
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Safelight needs Python 3.11 or newer: make PYTHON=python3.13 ...")'
	@echo "Installing $< into $(@D) (once)"
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: -r $<
	@touch $@

##@ See it
.PHONY: demo
demo: $(STACK) ## Deploy locally, play the journey with colours, leave the console running
	@$(PY) -m local demo

.PHONY: journey
journey: $(STACK) ## The journey alone: JSON lines on stdout, exit 0 only if every expectation held
	@$(PY) -m local journey

.PHONY: up
up: $(STACK) ## Deploy locally and stay up until Ctrl-C
	@$(PY) -m local up

##@ Check it
.PHONY: test
test: $(STACK) chromium ## Every test: unit, contract, faults, properties, model, integration, browser
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS)

.PHONY: test-fast
test-fast: $(DEV) ## Tests that need no deployed stack, no browser and no long training, in a few minutes
	OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS) -m "not stack and not browser and not emulator and not slow" \
	  -p no:schemathesis --ignore=tests/integration

.PHONY: faults
faults: $(DEV) ## Trouble at every step of the alert path, in RUNS runs (1000) from SEED (1); figures as JSON on stdout
	@$(PY) -m tests.faults $(or $(RUNS),1000) $(or $(SEED),1)

.PHONY: killed-burst
killed-burst: $(STACK) ## CASES RED cases (300) on a local stack whose functions are killed; writes reports/killed_burst.json
	@$(PY) -m tests.integration.killed_burst $(or $(CASES),300) $(or $(SEED),7)

.PHONY: canary
canary: $(DEV) ## LINES log lines (100000) while personal data goes everywhere, and none of it in them
	CANARY_LINES=$(or $(LINES),100000) $(BIN)/pytest -q tests/channels/test_canary.py

.PHONY: check
check: lint types arrows lint-template openapi ## Everything CI checks without running the product

.PHONY: lint
lint: $(DEV) # ruff and bandit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive layers functions models local

.PHONY: types
types: $(DEV) # mypy: the packages together, then each function alone, for every one of them is a module named app
	$(BIN)/mypy
	for function in functions/*/app.py; do $(BIN)/mypy "$$function"; done

.PHONY: arrows
arrows: $(DEV) # imports run downward only
	PYTHONPATH=layers/core $(BIN)/lint-imports

.PHONY: lint-template
lint-template: $(LINT) # cfn-lint on the template as written and as transformed, checkov on the transformed
	.venv-lint/bin/python -m local.lint_template template.yaml

.PHONY: openapi
openapi: $(DEV) # the committed OpenAPI document is what the code generates
	$(PY) -m safelight.channels.http.openapi --check docs/openapi.json

.PHONY: format
format: $(DEV) ## Format the code and fix what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

##@ Build it
.PHONY: train
train: $(DEV) ## Rebuild the model in models/registry/current
	$(PY) -m models train

# Where models go: STORE=s3://bucket (or MODEL_STORE), with MODEL_KEY and AWS credentials; a folder otherwise.
RETRAIN = $(if $(STORE),--store "$(STORE)")
.PHONY: retrain
retrain: $(DEV) ## Train a challenger, judge it against the champion, put it on trial if it passes (BOOK=file.npz STORE=place)
	OMP_NUM_THREADS=1 $(PY) -m models retrain $(if $(BOOK),--book "$(BOOK)") $(RETRAIN)

.PHONY: promote
promote: $(DEV) ## The model on trial decides about everybody (STORE=place)
	$(PY) -m models promote $(RETRAIN)

.PHONY: rollback
rollback: $(DEV) ## The champion before this one decides again (STORE=place)
	$(PY) -m models rollback $(RETRAIN)

.PHONY: kill-switch
kill-switch: $(DEV) ## TO=on: no model decides, only rules and questions; TO=off (STORE=place)
	$(PY) -m models kill-switch $(TO) $(RETRAIN)

.PHONY: evaluate
evaluate: $(DEV) ## Judge the model beside baselines, on its own book and on BOOKS - 1 new ones (2 in all by default)
	OMP_NUM_THREADS=1 $(PY) -m models evaluate $(if $(BOOKS),--books $(BOOKS))

.PHONY: conversations
conversations: $(DEV) ## Play caring questions with invented people; figures as JSON on stdout
	@$(PY) -m models.conversations

.PHONY: bench
bench: $(STACK) ## Measure cold start, latency, throughput and size as ratios; writes benchmarks/latest.json
	$(PY) -m benchmarks

DATA ?= ../shared/data
.PHONY: benchmark-public
benchmark-public: $(DEV) ## Measure the learners on public tables and texts (DATA=folder); writes reports/public_*.json
	OMP_NUM_THREADS=1 $(PY) -m models.public_benchmark --data "$(DATA)" $(if $(ONLY),--only $(ONLY))
	$(if $(ONLY),,OMP_NUM_THREADS=1 $(PY) -m models.conversation --data "$(DATA)")

.PHONY: build
build: $(SAM) ## Build for AWS: SAFELIGHT_RUNTIME=python3.13 SAFELIGHT_ARCHITECTURE=x86_64 (or arm64)
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0 __SAM_CLI_APP_DIR=.local/sam-cli sam build --parameter-overrides \
	  "Runtime=$${SAFELIGHT_RUNTIME:-python3.13} Architecture=$${SAFELIGHT_ARCHITECTURE:-x86_64}"

##@ Keep it
.PHONY: setup
setup: $(STACK) $(LINT) ## Make every environment now instead of when first needed

.PHONY: chromium
chromium: $(DEV) # find Chromium for the browser tests, or install it
	@$(BIN)/python -m local.chromium --install

# uv reads no pip configuration, and the options keep every index address out of the locks.
COMPILE = .venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links $(UPGRADE)
.PHONY: lock
lock: $(LOCK) ## Lock requirements/*.in and the runtime layer again (UPGRADE=--upgrade for newer releases)
	$(COMPILE) layers/runtime/requirements.in -o layers/runtime/requirements.txt
	for name in dev sam emulator lint lock; do $(COMPILE) requirements/$$name.in -o requirements/$$name.txt; done

.PHONY: clean
clean: ## Remove everything make made
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +
	rm -rf .venv .venv-* .local .aws-sam .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## This text
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
