# NetSentinel. `make run` starts the demo, `make test` runs the tests; both set up what they need.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
UI := dashboard-ui
CLIENT := clients/typescript

.PHONY: help
help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: ## everything into .venv, and the dashboard where Node >= 20 is present
	@tools/setup.sh all

.PHONY: run
run: ## start the demo: a server, an attack story, and a link
	@tools/setup.sh runtime
	@exec .venv/bin/netsentinel demo

.PHONY: test
test: ## the tests of Python, the dashboard and the TypeScript client, with coverage gates
	@tools/setup.sh all
	tools/test.sh

.PHONY: test-long
test-long: ## the long counts (500 kills, thousands of power losses) and the real honeypots of the guides
	@tools/setup.sh all
	@for one in opencanary==0.9.10 cowrie==3.1.4; do folder=.honeypots/$${one%%==*}; \
	[ -x $$folder/bin/twistd ] || { $(PY) -m venv $$folder && $$folder/bin/pip install --quiet $$one; } || exit 1; done
	NETSENTINEL_CRASH_ROUNDS=$${NETSENTINEL_CRASH_ROUNDS:-500} $(PY) -m pytest -m long tests --timeout=7200 -s

.PHONY: test-anomalib
test-anomalib: ## the tests of models with the extra anomalib, which the first run downloads into .anomalib: several GB
	@tools/setup.sh anomalib
	.anomalib/bin/python -m pytest -W default --timeout=1200 tests/anomalib tests/contracts/test_models.py \
	tests/unit/detection/models/test_feature_maps.py tests/unit/detection/models/test_inferencer.py

.PHONY: lint
lint: ## ruff, pyright, import contracts, shell syntax, and the linters of the dashboard and the client
	@tools/setup.sh all
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	sh -n tools/setup.sh tools/test.sh tools/lock.sh .ci/run
	@if [ -d $(UI)/node_modules ] && [ -d $(CLIENT)/node_modules ]; then for folder in $(UI) $(CLIENT); do \
	(cd $$folder && npm run --silent check && npm run --silent lint && npm run --silent format) || exit 1; done; \
	else echo "The linters of the dashboard and the client did not run: Node 20 or newer is missing."; fi

.PHONY: docs
docs: ## the documentation site into site/, offline, with strict links
	@tools/setup.sh all
	$(PY) tools/generate_docs.py
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

.PHONY: wheel
wheel: ## a wheel with the built dashboard inside, into dist/
	@tools/setup.sh all
	@test -f src/netsentinel/dashboard/index.html || \
		{ echo "The wheel would have no dashboard: it is built with Node 20 or newer, which is missing." >&2; exit 1; }
	$(PY) -m hatchling build -t wheel

.PHONY: clean
clean: ## remove what setup, tests and builds made
	rm -rf .venv .anomalib .honeypots $(UI)/node_modules $(UI)/coverage $(CLIENT)/node_modules $(CLIENT)/dist $(CLIENT)/build src/netsentinel/dashboard dist site htmlcov .coverage*
