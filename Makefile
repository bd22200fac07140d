# Set-up and the checks. A fresh machine needs Python 3.11, pip, make, Node and npm.
PYTHON ?= python3.11
VENV := .venv
READY := $(VENV)/.ready
ASSETS := bot/web/static/console.css
BROWSER := tests/bot/web/e2e
# More than five minutes hold: every command as every role, every route and field, whole processes that are killed.
SLOW := tests/stories $(addprefix tests/bot/test_,promise.py cli_roles.py cli_records.py) $(addprefix tests/bot/web/,test_looking.py test_hostile.py test_refused.py test_text_and_secrets.py sign_in/test_stuffing.py)
# Some tests wait for processes they started: one worker more than processors keeps these busy.
WORKERS := $(shell expr $$(nproc) + 1)

.PHONY: help run demo test bench mutants wheel lint lock clean chromium journeys slow
help: ## Show what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(READY)

# The console's stylesheet, compiled from npm packages by name; nothing of Node is needed to run.
$(ASSETS): bot/web/assets/package.json bot/web/assets/copy.mjs $(wildcard bot/web/assets/src/*.scss)
	cd bot/web/assets && npm install --no-package-lock --no-audit --no-fund --silent && mkdir -p ../static && npm run --silent build

run: $(READY) $(ASSETS) ## Set up, then run the whole product on loopback with sample people and a sample notice
	@$(VENV)/bin/python -m bot rehearse

demo: $(READY) ## Show the whole life of a notice, checked step by step
	@$(VENV)/bin/python -m bot demo

bench: $(READY) ## Measure six ratios side by side, in two minutes
	@$(VENV)/bin/python -m tests.bench.run

# The journeys drive the console with Debian's Chromium.
chromium:
	@command -v chromium >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null || (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null)

test: $(READY) $(ASSETS) ## Set up, then run every test and check but the slow ones and those in a browser
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest -q -n $(WORKERS) --dist worksteal --ignore=$(BROWSER) $(addprefix --ignore=,$(SLOW))

journeys: $(READY) $(ASSETS) chromium ## Drive the console in a browser, and look at every page of every role; about six minutes
	$(VENV)/bin/python -m pytest -q -n auto $(BROWSER)

slow: $(READY) $(ASSETS) ## Ask every command as every role, open every route, send hostile text into every field, kill processes; three minutes
	$(VENV)/bin/python -m pytest -q -n $(WORKERS) --dist worksteal $(SLOW)

mutants: $(READY) ## Change the policy rules in 200 small ways and see which the tests notice, in 20 minutes at most
	@$(VENV)/bin/python -m tests.mutants.run

wheel: $(READY) $(ASSETS) ## Build the wheel, and see that it holds what it must and nothing that may not leave
	@$(VENV)/bin/python -m tests.wheel.run

lint: $(READY) ## Lint and type-check only
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

lock: ## Resolve the versions again, with hashes and without addresses
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

clean: ## Remove what set-up made
	rm -rf $(VENV)
