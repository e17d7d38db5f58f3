# What a newcomer needs: `make demo` and `make test`. Every target does its own set-up first.
#
#   PYTHON=python3.12         which Python makes .venv (default: the first of 3.11, 3.12, 3.13 that works)
#   TORCH_INDEX=URL           where pip takes torch from, such as PyTorch's own index of CPU builds
#   SEED=n                    another form in the demo
#   TESTS="tests/agent -x"    what `make test` gives to pytest (default: everything)
#   SGLANG_ENVIRONMENT=FOLDER where `make test-sglang` has its 3 GB (default: in the user's cache, for all clones)
#   OSWORLD_ENVIRONMENT=FOLDER the same for `make test-osworld` and its 0.9 GB

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?=
TORCH_INDEX ?=
SEED ?= 0
TESTS ?=
SGLANG_ENVIRONMENT ?=
OSWORLD_ENVIRONMENT ?=
BIN := .venv/bin
FAST := not slow and not sglang and not osworld and not gpu and not desktop and not android
SLOW := (slow or desktop or android) and not sglang and not osworld and not gpu

export PYTHON TORCH_INDEX

.PHONY: help setup setup-desktop demo test test-slow test-sglang test-osworld check format bench train card pictures pins wheel clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## .venv with pinned packages, Chromium and fonts; nothing when all is there
	@.ci/setup

setup-desktop: ## the same, and the programs that desktops and phones are tested with (0.7 GB)
	@.ci/setup desktop

demo: setup ## the bundled model completes a form in real Chromium, from pixels (SEED=n)
	@$(BIN)/handeye demo --seed $(SEED)

test: setup ## the fast lane, under 10 minutes
	$(BIN)/python -m pytest -m "$(FAST)" $(TESTS)

test-slow: setup-desktop ## what takes minutes, desktops and phones
	$(BIN)/python -m pytest -m "$(SLOW)" $(TESTS)

test-sglang: setup ## against the real SGLang server, on a CPU; makes its environment once (3 GB)
	folder=$$(tests/sglang/make_environment.sh $(BIN)/python "$(SGLANG_ENVIRONMENT)") && \
	SGLANG_ENVIRONMENT="$$folder" $(BIN)/python -m pytest -m sglang $(or $(TESTS),tests/sglang)

test-osworld: setup-desktop ## OSWorld's own desktop_env on our guest; makes its environment once (0.9 GB)
	folder=$$(tests/osworld/make_environment.sh $(BIN)/python "$(OSWORLD_ENVIRONMENT)") && \
	OSWORLD_ENVIRONMENT="$$folder" $(BIN)/python -m pytest -m osworld $(or $(TESTS),tests/osworld)

check: setup ## ruff, pyright, and the floors of the house (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: setup ## put the code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## a step beside transformers and SGLang, one table; writes build/bench.json
	@mkdir -p build
	@$(BIN)/handeye bench

train: setup ## train handeye-nano from random weights, as docs/training.md tells
	$(BIN)/handeye train pretrain

card: setup ## measure the bundled model anew and write its card
	@$(BIN)/python -m agent.evaluation.card

pictures: setup ## take the pictures of the console in docs/pictures anew
	@$(BIN)/python -m tests.ui.console.gallery

pins: setup ## write constraints.txt anew from .venv
	@.ci/pins

wheel: setup ## build/wheels/handeye-*.whl
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheels .

clean: ## remove .venv, builds and caches; runs stay
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
