# placet. `make` lists the commands. Each command does its own setup. The machine needs a Rust toolchain, Node.js 20,
# npm, make and git. Other tools are installed once into .tools/.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-first setup-test contract dist serve test coverage size bench faults hostile fuzz clean

ENV := . .tools/env &&

help: ## List the commands
	@echo 'make …'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "  %-8s %s\n", $$1, $$2 }'

setup: ## Install the build tools (first time 4 to 8 min)
	@.ci/setup rust node tools

setup-test: setup
	@.ci/setup testers browsers

setup-first:
	@.ci/setup rust node browsers

contract: setup ## Generate the service's contract from the code: openapi.json, which is committed
	@$(ENV) PLACET_WRITE_CONTRACT=1 cargo test --locked --quiet --features contract --test contract

dist: setup ## Build the package into pkg/ (first time 4 min, then only what changed)
	@$(ENV) node www/tools/dist.mjs

serve: dist ## Run the worker on http://127.0.0.1:8787 and the demo shop on http://127.0.0.1:8788
	@$(ENV) exec node www/tools/serve.mjs

test: setup-first ## Run all checks: lints, laws, API on both backends, browsers (first time 30 min, then 7)
	@$(ENV) .ci/test

coverage: setup-test dist ## Measure which storefront lines the tests run in Chromium; fails below 85 % of the Rust (5 min)
	@.ci/coverage

size: dist ## Compare the size of each artifact with its budget
	@$(ENV) node www/tools/size.mjs

bench: dist ## Measure speeds, as ratios to a baseline from the same run (16 min)
	@$(ENV) node tests/bench/main.mjs

faults: dist ## Kill workerd ten times under load and check that no acknowledged data is lost (10 min)
	@$(ENV) node tests/faults.mjs

hostile: dist ## Let a botnet loose on a shop, check what it could cause, then replace the master key (5 min)
	@$(ENV) node tests/hostile.mjs
	@$(ENV) node tests/oracle-times.mjs

fuzz: dist ## Send random requests from the contract and check each answer against it (10 min; needs python3)
	@$(ENV) node tests/fuzz.mjs

clean: ## Remove the build results; tools and the demo's data stay
	@rm -rf target build pkg
