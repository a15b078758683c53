# Sangam. `make help` lists what there is to do. Needs Python 3.11 and make, nothing else.
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
DIST := app/static/dist/manifest.json
ASSETS := $(wildcard app/assets/*.json app/assets/*.scss app/assets/*.mjs app/assets/*.svg app/assets/js/*)
HINDI := app/translations/hi/LC_MESSAGES/messages
export FLASK_APP := wsgi
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup run test check check-types check-style check-imports check-templates check-migrations format texts bench bench-web mail-check clean lock
help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.done: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/test.done: tests/requirements.txt $(VENV)/run.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	touch $@

$(DIST): $(ASSETS) | $(VENV)/run.done
	BIN=$(CURDIR)/$(BIN) sh app/assets/build.sh

$(HINDI).mo: $(HINDI).po | $(VENV)/run.done
	pybabel -q compile -i $< -o $@

setup: $(VENV)/run.done $(DIST) $(HINDI).mo ## virtual environment, requirements, front-end assets, catalogs

run: setup ## migrate, load the demo world once, serve on http://127.0.0.1:$(PORT) with a worker
	@PORT=$(PORT) sh docs/deploy/run.sh

check: $(VENV)/test.done ## format, lint, types, import contracts, templates, migrations equal models
	@$(MAKE) --no-print-directory -j 2 -O check-types check-style check-imports check-templates check-migrations

check-types:
	mypy

check-style:
	ruff format --check -q .
	ruff check -q .

check-imports:
	lint-imports --no-logo | tail -n 4

check-templates:
	djlint --quiet --lint app

check-migrations:
	@mkdir -p var && rm -f var/check.sqlite
	DATABASE_URL=sqlite:///$(CURDIR)/var/check.sqlite flask db upgrade
	DATABASE_URL=sqlite:///$(CURDIR)/var/check.sqlite flask db check

format: $(VENV)/test.done ## put the code into shape
	ruff format -q .
	ruff check -q --fix .

test: setup $(VENV)/test.done check ## everything: both databases, real SMTP, real Redis, real browser
	CHROMIUM=$$(sh tests/chromium.sh) && export CHROMIUM OPENBLAS_NUM_THREADS=1 && pytest -n 2 --dist loadgroup

texts: $(VENV)/run.done ## collect the texts people see and bring the Hindi catalog up to date
	@mkdir -p var
	cd app && pybabel -q extract -F translations/babel.cfg -k lazy_gettext -k lazy_ngettext:1,2 --add-location=file -w 120 -o ../var/messages.pot .
	pybabel -q update -N -w 120 --ignore-pot-creation-date --ignore-obsolete -i var/messages.pot -o $(HINDI).po -l hi
	pybabel -q compile -i $(HINDI).po -o $(HINDI).mo

bench: setup $(VENV)/test.done ## speed of the recommender beside others (a million: python -m ml.bench --organizations 1000000)
	python -m ml.bench --organizations 10000 100000

bench-web: setup $(VENV)/test.done ## 300 people on both databases at full size (fills them first; try --tenth with python -m tests.load.web)
	python -m tests.load.web

mail-check: setup $(VENV)/test.done ## what SpamAssassin and a second DKIM verifier think of every kind of mail
	python -m tests.outbox.check

lock: $(VENV)/test.done ## write both pinned requirement lists anew from pyproject.toml
	uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o requirements.txt
	uv pip compile -q pyproject.toml --extra test --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o tests/requirements.txt

clean: ## remove what the other commands made (the database too)
	rm -rf $(VENV) app/static/dist app/assets/node_modules var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
