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
MODEL := models/current

# One extra alone, so that its lock holds next to nothing that requirements.txt holds already.
define EXTRA
import sys
import tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"][sys.argv[1]], sep="\n")
endef
export EXTRA

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
learn: $(MODEL) ## show what corrections would teach: make learn ON=FILE
	@test -n "$(ON)" || { echo "make learn: say which labelled file to take corrections from: make learn ON=FILE" >&2; exit 1; }
	$(BIN)/python -m training.learn "$(ON)"

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

.PHONY: clean
clean: ## remove what was made: environment, models, caches
	rm -rf $(VENV) models dist artefacts .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MODEL): | $(INSTALLED)
	$(BIN)/barchasb train

$(INSTALLED): requirements.txt pyproject.toml .python-version
	@bash .ci/setup $(VENV)
	@touch $@

# On top of the rest: what only `make compare` or `make spark` needs.
$(COMPARED) $(SPARK): $(VENV)/.%: requirements-%.txt $(INSTALLED)

# On top of the rest: what only `make compare` and `make bench` need.
$(COMPARED): requirements-compare.txt $(INSTALLED)
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r $<; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	fi
	@touch $@
