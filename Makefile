# nat64.jool: every task of the checkout. The work itself is in tests/tooling/.
#
# Variables:
#   PYTHON=/path/to/python3.13   interpreter of the virtual environments (3.12 to 3.14)
#   INVENTORY=hosts.yml          fleet to audit instead of the lab
#   ARGS="--limit site1"         further arguments of ansible-playbook (audit) or pytest (unit, integration)
#   QUICK=1                      short benchmark
#   LAB_EVERY_RELEASE=1          integration: tests that take minutes run on every guest, and not on one

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

INVENTORY ?=
ARGS ?=
QUICK ?=
export PYTHON INVENTORY ARGS

TOOLING := tests/tooling

# A virtual environment does not survive a move: its stamp holds the place it was made for.
ifneq ($(strip $(file < .venv/.ready)),$(CURDIR))
.venv/.ready: FORCE
endif
ifneq ($(strip $(file < .venv-2.19/.ready)),$(CURDIR))
.venv-2.19/.ready: FORCE
endif
ifneq ($(strip $(file < .venv-bench/.ready)),$(CURDIR))
.venv-bench/.ready: FORCE
endif
ifneq ($(strip $(file < .collections/.ready)),$(CURDIR))
.collections/.ready: FORCE
endif

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@sed -n '/^# Variables:/,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: setup
setup: .venv/.ready .venv-2.19/.ready .collections/.ready ## Build the virtual environments (ansible-core 2.21 and 2.19)
	@echo "ready: .venv (ansible-core 2.21), .venv-2.19 (ansible-core 2.19)"

.PHONY: audit
audit: .venv/.ready .collections/.ready $(if $(INVENTORY),,lab) ## Report the sessions of a fleet: the lab, or INVENTORY=hosts.yml
	@$(TOOLING)/audit.sh

.PHONY: test
test: setup ## Run lint, unit, sanity and integration; ends with one line of truth
	@.venv/bin/python $(TOOLING)/run_all.py

.PHONY: unit
unit: .venv/.ready .collections/.ready ## Run the unit tests, and the engine's on Python 3.9 where there is one
	@$(TOOLING)/unit.sh

.PHONY: integration
integration: setup lab ## Run the integration tests against the lab
	@$(TOOLING)/integration.sh

.PHONY: bare
bare: .venv/.ready .collections/.ready ## Prove the playbook deploy on a guest that has no Jool (20 minutes)
	@.venv/bin/python tests/lab up bare
	@.venv/bin/python -m pytest tests/integration/test_bare_guest.py $(ARGS)
	@.venv/bin/python tests/lab down bare

.PHONY: lint
lint: .venv/.ready .collections/.ready ## Run ruff, mypy, ansible-lint, antsibull, shellcheck and the Galaxy build
	@$(TOOLING)/lint.sh

.PHONY: sanity
sanity: .venv/.ready ## Run every test of ansible-test sanity, without an ignore file
	@$(TOOLING)/sanity.sh

.PHONY: lab
lab: .venv/.ready ## Start the lab: translators with real kernels
	@.venv/bin/python tests/lab up

.PHONY: lab-down
lab-down: ## Stop the lab
	@if [ -x .venv/bin/python ]; then .venv/bin/python tests/lab down; else python3 tests/lab down; fi

.PHONY: bench
bench: .venv-bench/.ready .collections/.ready ## Measure beside peers and write docs/performance.md (QUICK=1: a short run)
	@$(TOOLING)/bench.sh $(if $(filter-out 0,$(QUICK)),--quick)

.PHONY: bench-store
bench-store: .venv/.ready .collections/.ready ## Fill a store with 20 million sessions and look into it (minutes, 2 GB)
	@PYTHONPATH=tests:.collections .venv/bin/python -m benchmark.store $(ARGS)

.PHONY: docs
docs: .venv/.ready .collections/.ready ## Build the documentation of the plugins as HTML
	@$(TOOLING)/docs.sh

.PHONY: clean
clean: ## Remove the virtual environments and whatever was built (not the lab's images)
	rm -rf .venv .venv-2.19 .venv-3.9 .venv-bench .build .collections .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -not -path './.lab/*' -prune -exec rm -rf {} +

.PHONY: FORCE
FORCE:

.venv/.ready: tests/requirements/dev.txt
	@$(TOOLING)/venv.sh .venv tests/requirements/dev.txt "ansible-core 2.21"

.venv-2.19/.ready: tests/requirements/ansible-2.19.txt | .venv/.ready
	@$(TOOLING)/venv.sh .venv-2.19 tests/requirements/ansible-2.19.txt "ansible-core 2.19"

.venv-bench/.ready: tests/requirements/bench.txt tests/requirements/dev.txt
	@$(TOOLING)/venv.sh .venv-bench tests/requirements/bench.txt "the benchmark and its peers"

.collections/.ready:
	@$(TOOLING)/link_collection.sh
