# Every target makes its own environment first; a second run finds it ready.
# Arguments: make demo ARGS='--help', make test ARGS='-k promise -x'
.DEFAULT_GOAL := help
ARGS ?=
bin := .venv/bin

.PHONY: help setup demo test lint format chaos bench check-deploy metrics contracts release-contracts lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-17s %s\n' "$$name" "$$text"; done

setup: ## make .venv from requirements.lock (the other targets do it too)
	@scripts/setup

demo: setup ## the whole line on this machine, with its own broker and database
	@$(bin)/slaclock demo $(ARGS)

test: setup ## lint, types, import contracts, then all tests with real parts
	@scripts/test $(ARGS)

lint: setup ## lint, types and import contracts only
	@scripts/test --lint

format: setup ## lay out the code and apply safe fixes
	@$(bin)/ruff check -q --fix-only .
	@$(bin)/ruff format .

chaos: setup ## long fault runs against Apache Kafka and Postgres
	@$(bin)/python -m tests.parts
	@$(bin)/python -m pytest -m chaos tests $(ARGS)

bench: setup ## throughput and latency on this machine
	@$(bin)/python -m tests.parts
	@$(bin)/python -m benchmarks $(ARGS)

check-deploy: setup ## chart with Helm 3 and 4, image, compose, rules, dashboards; tools are fetched once
	@$(bin)/python -m tests.parts
	@$(bin)/python -m tests.deploy.tools
	@$(bin)/python -m pytest -m 'not chaos' tests/deploy $(ARGS)

metrics: setup ## write docs/metrics.md, rules and dashboards anew, from the catalogue of metrics
	@$(bin)/python -m scripts.monitoring write

contracts: setup ## write docs/contracts/asyncapi.yaml anew, and say what breaks the last release
	@$(bin)/python -m scripts.contracts write
	@$(bin)/python -m scripts.contracts check

release-contracts: setup ## keep a copy of the contracts, which later ones are held against
	@$(bin)/python -m scripts.contracts write
	@$(bin)/python -m scripts.contracts release

compile := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links

lock: ## write the lock files anew: project, image, tools of check-deploy (needs uv)
	@command -v uv >/dev/null || { echo 'lock: uv is not on PATH; pip install uv.' >&2; exit 3; }
	@$(compile) --all-extras $(ARGS) pyproject.toml -o requirements.lock
	@$(compile) --extra fast --constraints requirements.lock pyproject.toml -o deploy/requirements.lock
	@$(compile) --constraints requirements.lock deploy/build.in -o deploy/build.lock
	@cd tests/deploy && $(compile) --no-deps tools.in -o tools.lock

clean: ## remove the environment and what tools left behind
	@rm -rf .venv .setup.lock .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
