# Kindlight. `make help` lists the targets.
SHELL := bash
PYTHON := .venv/bin/python
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export RASA_TELEMETRY_ENABLED := false

.DEFAULT_GOAL := help
CHECKS := check-figures check-lint check-types check-data check-pages check-doctor
.PHONY: help install train run run-production test check $(CHECKS) evaluate bench doctor lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Make .venv with the locked packages (skipped when it is current)
	@deploy/setup.sh

train: install ## Train the model when it is older than its data
	@$(PYTHON) -m bot train

run: install ## Start everything on this machine and print the addresses
	@$(PYTHON) -m bot run

run-production: install ## Start the production layout here: nginx, several servers, PostgreSQL, Redis, RabbitMQ
	@$(PYTHON) -m bot run-production

test: train ## Run every test
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Two at a time: together they take as long as the figures alone.
check: train ## Safety figures against their gates, lint, types, content, Rasa's data validation, doctor
	@$(MAKE) --no-print-directory --jobs 2 $(CHECKS)

check-figures:
	@$(PYTHON) -m bot scorecard --check

check-lint:
	@$(PYTHON) -m ruff check .

check-types:
	@$(PYTHON) -m mypy

check-data:
	@$(PYTHON) -m bot rasa data validate --data data/nlu data/responses data/rules data/stories --max-history 5

check-pages:
	@$(PYTHON) -m bot content-pages --check

check-doctor:
	@$(PYTHON) -m bot doctor

evaluate: train ## Measure understanding and safety; writes docs/scorecard.md
	@$(PYTHON) -m bot scorecard

bench: train ## Measure speed beside Rasa's default pipeline (hours); writes docs/performance.md
	@$(PYTHON) -m bot bench

doctor: install ## Say what is missing, due or misconfigured
	@$(PYTHON) -m bot doctor

lock: install ## Resolve every dependency again in one pass (needs uv)
	@uv pip compile pyproject.toml --python $(PYTHON) --extra dev --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean: ## Remove what was built (not var/, which holds conversations and keys)
	@rm -rf .venv .venv-tools models .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
