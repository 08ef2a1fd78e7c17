# Every target sets up what it needs by itself. PYTHON names the interpreter to build the environment from.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo judge test check docs fix clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[anthropic,deepspeed,google,mcp,parquet,ray,serve,train,zstd,docs,dev]'
	$(BIN)/python -m codefavor sandbox check --engine wasm >/dev/null
	touch $@

demo: setup
	bash runs/demo.sh

judge: setup
	bash runs/judge.sh

test: setup
	$(BIN)/python -m pytest -n auto

check: setup
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "the documentation is at site/index.html"

fix: setup
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

clean:
	rm -rf $(VENV) demo judge dist build site .mypy_cache .ruff_cache .pytest_cache .hypothesis
