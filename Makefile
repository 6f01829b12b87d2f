# The course's commands. Works with GNU make 3.81 and newer, in a folder of any name.
# PYTHON=python3.12 make book   chooses the interpreter; .ci/environment says when it can't be used.

BIN := .venv/bin
PORT := 8000

# Two processes at a time; a file's tests, which may share a kernel or a built book, stay together.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help environment book serve test exercises solutions lock bench clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F '|' '{ printf "make %-12s %s\n", $$1, $$2 }'

environment: ## Make .venv, unless it is there and up to date
	@.ci/environment

book: environment ## Build the site: _build/html/index.html
	$(BIN)/jupyter-book build -W -n --keep-going .

serve: book ## Build the site and show it at http://127.0.0.1:8000 (PORT=8001 for another port)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

test: environment ## Run every test: unit, property, doctest, notebooks, the built book
	$(PYTEST) --nbval-lax exercises
	$(PYTEST) --nbval tests src solutions

exercises: environment ## Write exercises/ from solutions/
	$(BIN)/course exercises

solutions: environment ## Execute solutions/ again and store the outputs
	$(BIN)/course solutions

lock: ## Bring requirements.lock up to date with pyproject.toml (UPGRADE=1: newest versions)
	$(if $(PYTHON),$(PYTHON),python3) -m venv _build/uv
	_build/uv/bin/python -m pip install --quiet uv
	_build/uv/bin/uv pip compile --universal --python-version 3.10 --extra test --quiet \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

bench: environment ## Time the backward pass, the gradient checkers and the checks, as ratios
	$(BIN)/python benchmarks/gradients.py
	$(BIN)/python benchmarks/checks.py

clean: ## Remove what was built, and the caches; .venv stays
	rm -rf _build .pytest_cache .hypothesis
