# Everything a person does here is a target; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# A caller's PYTHONPATH would decide what the checks import.
unexport PYTHONPATH PYTHONHOME
# What is compiled once is kept: the tests start hundreds of processes that import the same modules.
unexport PYTHONDONTWRITEBYTECODE

# Chooses the interpreter of a new .venv: make clean install PYTHON=/path/to/python3.12
PYTHON ?=
PY := .venv/bin/python
STAMP := .venv/.installed
# OpenMP threads that spin while they wait starve the other processes of a small machine.
export OMP_WAIT_POLICY := passive
# uv resolves for other Pythons without having them.
export UV_PYTHON_DOWNLOADS := never

# A file stays on one worker, each of which has an Airflow and an embedded AWS of its own. The files come in the order of
# tests/conftest.py: pytest-xdist by itself leaves those with few tests, the whole runs, to the end.
PARALLEL := --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.PHONY: help install demo bace try new-model up drop test coverage whole browser strangers screenshots lint format bench backfills chaos services test-mwaa test-matrix mwaa-bundle wheel compose-env compose-check lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## make .venv from requirements.lock (Python 3.11, 3.12 or 3.13)
	@:

$(STAMP): requirements.lock scripts/find_python.sh scripts/install.sh
	@sh scripts/install.sh "$(PYTHON)"

demo: install ## search once, retrain for three cutoffs, print the table (no AWS account, no Docker); or BACE by scaffold: MODEL=bace_scaffold, or your own: MODEL=churn
	@$(PY) -m scripts.demo $(if $(MODEL),--model "$(MODEL)")

bace: install ## all twelve cutoffs of BACE, then whether retraining paid, a rollback, a scoring and its lineage; one JSON line at the end
	@$(PY) -m scripts.demo --all $(if $(MODEL),--model "$(MODEL)")

try: install ## run a real Autopilot job's refit retraining here: make try AUTOPILOT=folder (docs/try.md), perhaps KEY=id DATE_COLUMN=day SHARE=0.5 HOLDOUT=0.2
	@test -n "$(AUTOPILOT)" || { echo "Say what you exported: make try AUTOPILOT=folder [CSV=table.csv] [JOB=name] [KEY=customer_id]" \
	  "[LABELS=no,yes] [DATE_COLUMN=day] [SHARE=0.5] [HOLDOUT=0.2]; docs/try.md says what the folder needs"; exit 2; }
	@$(PY) -m scripts.try_autopilot "$(AUTOPILOT)" $(if $(CSV),--csv "$(CSV)") $(if $(JOB),--job "$(JOB)") $(if $(KEY),--key "$(KEY)") \
	  $(if $(LABELS),--labels "$(LABELS)") $(if $(DATE_COLUMN),--date-column "$(DATE_COLUMN)") \
	  $(if $(SHARE),--share "$(SHARE)") $(if $(HOLDOUT),--holdout "$(HOLDOUT)")

new-model: install ## write include/models/NAME.yaml: make new-model NAME=churn CSV=table.csv TARGET=churned HOLDOUT=0.2
	@test -n "$(NAME)" || { echo "Say make new-model NAME=churn CSV=table.csv TARGET=churned [KEY=customer_id]" \
	  "[HOLDOUT=0.2 | HOLDOUT_FROM=2024-06-01 DATE_COLUMN=day], or NAME=churn AUTOML_JOB=name"; exit 2; }
	@$(PY) -m include.autopilot.newmodel "$(NAME)" $(if $(CSV),--csv "$(CSV)") $(if $(TARGET),--target "$(TARGET)") \
	  $(if $(KEY),--key "$(KEY)") $(if $(PROBLEM_TYPE),--problem-type "$(PROBLEM_TYPE)") --date "$(or $(DATE),$(shell date -u +%Y-%m-%d))" \
	  $(if $(HOLDOUT),--holdout "$(HOLDOUT)") $(if $(HOLDOUT_FROM),--holdout-from "$(HOLDOUT_FROM)") \
	  $(if $(DATE_COLUMN),--date-column "$(DATE_COLUMN)") $(if $(AUTOML_JOB),--automl-job "$(AUTOML_JOB)") \
	  $(if $(ROOT),--root "$(ROOT)")

up: install ## Airflow and the embedded AWS on loopback, until Ctrl-C; SCHEDULES=1 lets times and drops start runs too
	@exec $(PY) -m scripts.up $(if $(filter-out 0,$(SCHEDULES)),--schedules)

drop: install ## deliver a file: make drop FILE=new.csv MODEL=churn DATE=2025-01-01, or HOLDOUT=sealed for a holdout
	@test -n "$(FILE)" || { echo "Say which file: make drop FILE=new.csv MODEL=name (DATE=YYYY-MM-DD, or HOLDOUT=name)"; exit 2; }
	@$(PY) -m scripts.drop "$(FILE)" $(if $(MODEL),--model "$(MODEL)") $(if $(DATE),--date "$(DATE)") \
	  $(if $(HOLDOUT),--holdout "$(HOLDOUT)") $(if $(filter-out 0,$(AWS)),--aws) $(if $(filter-out 0,$(ALLOW_FUTURE)),--future) $(if $(filter-out 0,$(REPLACE)),--replace)

test: install ## the test suite; make whole and make browser run the rest
	@$(PY) -m pytest -m "not whole and not browser and not strangers" $(PARALLEL) --durations=15

# Apart from make test, because it doubles what the domain's tests take.
coverage: install ## branch coverage of include/autopilot by its own tests; fails below the floor in pyproject.toml
	@$(PY) -m pytest -m "not whole and not browser and not strangers" $(PARALLEL) --cov --cov-report=term tests/include/autopilot

whole: install ## the tests that take longest: whole runs of every problem type, the gate, scoring, budgets, endpoints
	@$(PY) -m pytest -m whole $(PARALLEL) --timeout=900 --durations=15

browser: install ## tests in Chromium: pages that try to drive the embedded AWS, the dashboard, and the way of docs/first-model.md through the UI
	@$(PY) -m pytest -rs -m browser

strangers: install ## programs of other people against the embedded AWS: the AWS CLI, SageMaker's SDKs, and STRANGERS=folder
	@STRANGERS="$(STRANGERS)" $(PY) -m pytest -q -rs -s -m strangers tests/strangers

screenshots: install ## take the pictures in docs/pictures/ anew, from the running product and the last make bace (Chromium)
	@$(PY) -m tests.screenshots.run

lint: install ## ruff, formatting, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: install ## let ruff rewrite the files
	@$(PY) -m ruff check --fix-only .
	@$(PY) -m ruff format .

bench: install ## run benchmarks/NAME.py: make bench NAME=...
	@test -n "$(NAME)" && test -f "benchmarks/$(NAME).py" || { \
	  echo "Say which benchmark: make bench NAME=..., one of:" $$(cd benchmarks && ls *.py 2>/dev/null | sed 's/\.py$$//'); exit 2; }
	@$(PY) "benchmarks/$(NAME).py"

backfills: install ## twenty backfills in a row on the Airflow of make up, counted: make backfills COUNT=20
	@$(PY) -m tests.backfills.run --count $(or $(COUNT),20)

chaos: install ## kill everything while runs retrain, count the jobs: make chaos SCENARIOS=200 SEED=1
	@$(PY) -m tests.chaos.run --scenarios $(or $(SCENARIOS),20) --seed $(or $(SEED),1)

services: install ## tests that need servers: POSTGRES_URL, by default PostgreSQL on loopback, and redis-server
	@POSTGRES_URL="$(or $(POSTGRES_URL),postgresql://postgres@127.0.0.1:5432)" $(PY) -m pytest -rs -m services

test-mwaa: install ## the bundle in an Airflow installed as MWAA does: make test-mwaa VERSION=3.2.1 (PostgreSQL and redis-server on loopback)
	@POSTGRES_URL="$(or $(POSTGRES_URL),postgresql://postgres@127.0.0.1:5432)" $(PY) -m tests.mwaa.run $(or $(VERSION),3.3.1)

test-matrix: install ## DAGs, plugins, dashboard and operators on every Airflow and Python, as a table: make test-matrix AIRFLOW="3.2.1" PYTHONS="3.12"
	@$(PY) -m tests.matrix.run $(if $(AIRFLOW),--airflow $(AIRFLOW)) $(if $(PYTHONS),--python $(PYTHONS))

mwaa-bundle: install ## dist/mwaa/: what goes to an Amazon MWAA bucket, WITHOUT="bace bace_scaffold" or other models
	@$(PY) -m scripts.mwaa_bundle dist/mwaa $(if $(WITHOUT),--without $(WITHOUT))

wheel: install ## dist/: the operators alone, for any Airflow
	@$(PY) -m scripts.wheel

compose-env: ## write .env with fresh secrets for docker compose
	@"$$(sh scripts/find_python.sh "$(PYTHON)")" scripts/compose_env.py

compose-check: install ## check docker-compose.yaml, with docker compose itself where it is installed
	@$(PY) -m pytest -rs tests/test_compose.py

# As of one moment, so that a later upload cannot change what is installed. The two providers are the ones
# released after Airflow 3.3.2 that this repository is developed with.
lock: install ## resolve requirements.in into requirements.lock
	@$(PY) -m uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header \
	  --exclude-newer 2026-09-17T09:00:00Z \
	  --exclude-newer-package apache-airflow-providers-amazon=2026-11-01T00:00:00Z \
	  --exclude-newer-package apache-airflow-providers-common-compat=2026-11-01T00:00:00Z \
	  requirements.in -o requirements.lock

clean: ## remove what the targets above made, .venv included
	@rm -rf .venv dist .local .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +
