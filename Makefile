# `make serve` and `make test` do everything on a fresh clone. `make help` lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PORT ?= 8000
ROUNDS ?= 5
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPARED := $(VENV)/.compare
SPARK := $(VENV)/.spark
SERVERS := .venv-servers
MODEL := models/current
PYTHON312 ?= python3.12

# One extra alone: `compare` and `spark` come on top of requirements.txt, `servers` has an environment of its own.
define EXTRA
import sys
import tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"][sys.argv[1]], sep="\n")
endef
export EXTRA

# What reads the pickles of the other environment.
PICKLES := joblib|numpy|orjson|scikit-learn|scipy

.PHONY: help
help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 10

.PHONY: serve
serve: $(MODEL) ## train if there is no model, then serve on 127.0.0.1:$(PORT)
	$(BIN)/barchasb serve --port $(PORT)

.PHONY: test
test: $(MODEL) ## run the tests
	$(BIN)/pytest

.PHONY: train
train: $(INSTALLED) ## train a model and put it in use
	$(BIN)/barchasb train

.PHONY: check
check: $(INSTALLED) ## validate the labelled sentences and count them
	$(BIN)/barchasb check

.PHONY: seeds
seeds: $(INSTALLED) ## copy the source documents: make seeds FROM=DIR
	@test -n "$(FROM)" || { echo "make seeds: say where the documents are: make seeds FROM=DIR" >&2; exit 1; }
	$(BIN)/barchasb seeds "$(FROM)"

.PHONY: compare
compare: $(COMPARED) ## train other methods too and score all: make compare ON=FILE
	@test -n "$(ON)" || { echo "make compare: say which labelled file to score on: make compare ON=FILE" >&2; exit 1; }
	$(BIN)/python -m training.compare "$(ON)"

.PHONY: spark
spark: $(SPARK) $(MODEL) ## run the Spark recipe on the labelled sentences (needs Java 17 or newer)
	@command -v java >/dev/null || { echo "make spark: Spark needs Java: install default-jre-headless or its like" >&2; exit 1; }
	$(BIN)/pytest tests/test_spark.py

.PHONY: kill
kill: $(MODEL) ## kill a run at 20 random moments, resume it each time, compare the outputs
	KILLS=20 $(BIN)/pytest tests/test_parts.py -k killed

.PHONY: archive
archive: $(MODEL) ## tag 5 million sentences, print rate and memory: make archive N=5000000
	$(BIN)/python -m tests.archive $(N)

.PHONY: bench
bench: $(COMPARED) ## measure speed beside others: make bench ON=FILE [ROUNDS=5]
	@test -n "$(ON)" || { echo "make bench: say which labelled file to score on: make bench ON=FILE" >&2; exit 1; }
	OMP_NUM_THREADS=1 $(BIN)/python -m training.bench "$(ON)" --rounds "$(ROUNDS)"

.PHONY: screenshots
screenshots: $(MODEL) ## take the pictures of the page in docs/ anew (needs Chromium)
	$(BIN)/python -m tests.screenshots docs

.PHONY: learn
learn: $(MODEL) ## show what corrections would teach: make learn ON=FILE (LABELS=)
	@test -n "$(ON)" || { echo "make learn: say which labelled file to take corrections from: make learn ON=FILE" >&2; exit 1; }
	$(BIN)/python -m training.learn "$(ON)" $(LABELS)

.PHONY: bench-service
bench-service: $(SERVERS)/.installed $(MODEL) ## measure the service beside other servers: make bench-service ROUNDS=5 SECONDS=10
	@$(BIN)/python -m service.bench $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: load
load: $(INSTALLED) ## load the service while models switch and workers die: make load SECONDS=300 SWITCHES=10 KILL_EVERY=20
	@$(BIN)/python -m tests.load $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SWITCHES),--switches $(SWITCHES)) \
		$(if $(KILL_EVERY),--kill-every $(KILL_EVERY))

.PHONY: soak
soak: $(INSTALLED) ## ask the service ever new words and weigh it: make soak LAPS=20 REQUESTS=60
	@$(BIN)/python -m tests.soak $(if $(LAPS),--laps $(LAPS)) $(if $(REQUESTS),--requests $(REQUESTS))

.PHONY: fuzz
fuzz: CASES ?= 5000
fuzz: $(MODEL) ## send the service 5,000 requests made from its OpenAPI document (CASES=)
	CASES=$(CASES) $(BIN)/pytest -s tests/test_schemathesis.py

.PHONY: lint
lint: $(INSTALLED) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: lock
lock: ## lock the dependencies anew (needs uv)
	uv pip compile --quiet --universal --extra dev --generate-hashes --no-annotate --no-header \
		--no-emit-index-url pyproject.toml -o requirements.txt
	for extra in compare spark; do \
		uv run --quiet --no-project python -c "$$EXTRA" $$extra | \
		uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--python-version 3.12 --constraint requirements.txt - -o requirements-$$extra.txt || exit; \
	done
	uv run --quiet --no-project python -c "$$EXTRA" servers | \
		uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--python-version 3.12 --constraint <(grep -oE '^($(PICKLES))==[^ ]+' requirements.txt) - \
		-o requirements-servers.txt

.PHONY: clean
clean: ## remove what was made: environment, models, caches
	rm -rf $(VENV) $(SERVERS) models dist artefacts .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MODEL): | $(INSTALLED)
	$(BIN)/barchasb train

$(INSTALLED): requirements.txt pyproject.toml .python-version
	@bash .ci/setup $(VENV)
	@touch $@

# MLServer runs on no later Python than 3.12, which pyenv hides behind .python-version; wrk is asked for now, not when
# everything is installed.
$(SERVERS)/.installed: export PYENV_VERSION = 3.12
$(SERVERS)/.installed: requirements-servers.txt
	@command -v wrk >/dev/null || { echo "make bench-service: install wrk (for example with: apt-get install wrk)" >&2; exit 1; }
	@$(PYTHON312) -c "" 2>/dev/null || { echo "make bench-service: install Python 3.12 or name it: make bench-service PYTHON312=FILE" >&2; exit 1; }
	@PYTHON=$(PYTHON312) bash .ci/setup $(SERVERS) requirements-servers.txt
	@touch $@

# On top of the rest: what only `make compare` and `make bench`, or `make spark`, need.
$(COMPARED) $(SPARK): $(VENV)/.%: requirements-%.txt $(INSTALLED)
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r $<; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	fi
	@touch $@
