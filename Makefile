# Everything a fresh machine needs is Python 3.11 or newer and make.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
# Python writes its version into the path of an installed package; the stamp is renewed when what is installed changes.
STAMP := $(VENV)/.installed

# Where this is set, each of the many processes of the tests compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format torture bench lock clean

help:  ## Show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt Makefile
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on the PATH; try: make PYTHON=python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,ann,chroma,code,haystack,lancedb,langchain,ltr,pgvector,qdrant,ragas,readers,serve,tables]'
	-@$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps bfcl-eval \
	  llama-index-retrievers-bm25 llama-index-vector-stores-chroma  # for a benchmark each, which is skipped without them
	@touch $(STAMP)

install: $(STAMP)  ## Make the environment in .venv and install from the lock

demo: install  ## Run the quickstart sweep on the embedded corpus
	$(BIN)/ragtune sweep configs/quickstart.yaml

test: install  ## Run the tests (offline, under two minutes)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: install  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install  ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

torture: install  ## Kill, truncate, flip bits and fill disks, at length
	$(BIN)/python -m pytest -m torture -s

bench: install  ## Run every benchmark (needs RAGTUNE_DATA)
	@for name in $$(ls benchmarks/[a-z]*.py | xargs -n1 basename | sed 's/\.py//'); do \
	  echo "== $$name"; $(BIN)/python -m benchmarks.$$name || exit 1; done

lock: install  ## Write constraints.txt anew from what is installed
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '^ragtune' | sed -E 's/^torch==([0-9.]+).*/torch==\1/' > constraints.txt

clean:  ## Remove the environment, the workspace and caches
	rm -rf $(VENV) .ragtune .mypy_cache .ruff_cache .pytest_cache .hypothesis
