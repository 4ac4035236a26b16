# Everything a person does here is a target; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# A caller's PYTHONPATH would decide what the checks import.
unexport PYTHONPATH PYTHONHOME

# Chooses the interpreter of a new .venv: make clean install PYTHON=/path/to/python3.12
PYTHON ?=
PY := .venv/bin/python
STAMP := .venv/.installed
# OpenMP threads that spin while they wait starve the other processes of a small machine.
export OMP_WAIT_POLICY := passive
# uv resolves for other Pythons without having them.
export UV_PYTHON_DOWNLOADS := never

# A file stays on one worker, each of which has an Airflow and an embedded AWS of its own.
PARALLEL := --numprocesses=logical --maxprocesses=4 --dist=loadfile

.PHONY: help install demo bace up drop test whole lint format bench backfills chaos services mwaa-bundle compose-env compose-check lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: $(STAMP) ## make .venv from requirements.lock (Python 3.11 or 3.12)
	@:

$(STAMP): requirements.lock scripts/find_python.sh scripts/install.sh
	@sh scripts/install.sh "$(PYTHON)"

demo: install ## search once, retrain for three cutoffs, print the table (no AWS account, no Docker)
	@$(PY) -m scripts.demo

bace: install ## the same for all twelve cutoffs of BACE, then a rollback, a scoring and its lineage; one JSON line at the end
	@$(PY) -m scripts.demo --all

up: install ## Airflow and the embedded AWS on loopback, until Ctrl-C
	@exec $(PY) -m scripts.up

drop: install ## deliver a new drop to a running make up: make drop FILE=new.csv DATE=2025-01-01 MODEL=bace
	@test -n "$(FILE)" || { echo "Say which file: make drop FILE=new.csv, and if not today's: DATE=YYYY-MM-DD"; exit 2; }
	@$(PY) -m scripts.drop "$(FILE)" $(if $(DATE),--date "$(DATE)") --model "$(or $(MODEL),bace)"

test: install ## the test suite with branch coverage; make whole runs the rest
	@$(PY) -m pytest -m "not whole" $(PARALLEL) --cov --cov-report=term

whole: install ## the tests that take longest: whole runs of every problem type, the gate, scoring, budgets, endpoints
	@$(PY) -m pytest -m whole

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

services: install ## tests that need a server: POSTGRES_URL, by default PostgreSQL on loopback
	@POSTGRES_URL="$(or $(POSTGRES_URL),postgresql://postgres@127.0.0.1:5432)" $(PY) -m pytest -rs -m services

mwaa-bundle: install ## dist/mwaa/: what goes to an Amazon MWAA bucket
	@$(PY) -m scripts.mwaa_bundle dist/mwaa

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
