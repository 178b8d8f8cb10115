# placet. `make` lists the commands. Each does its own set-up; nothing but a Rust toolchain, Node.js 20, npm, make and git is
# expected on the machine. Tools are kept in .tools/, made once.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test contract dist serve test coverage size bench faults fuzz clean

ENV := . .tools/env &&

help: ## List the commands
	@echo 'make …'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' '{ printf "  %-8s %s\n", $$1, $$2 }'

setup: ## Install what building needs (first time 4 to 8 min)
	@.ci/setup rust node tools

setup-test: setup
	@.ci/setup testers

contract: setup ## Make the service's contract of its code: openapi.json, which is committed
	@$(ENV) PLACET_WRITE_CONTRACT=1 cargo test --locked --quiet --features contract --test contract

dist: setup ## Build the package into pkg/ (first time 4 min, then what changed)
	@$(ENV) node www/tools/dist.mjs

serve: dist ## Worker on http://127.0.0.1:8787, demo shop on http://127.0.0.1:8788
	@$(ENV) exec node www/tools/serve.mjs

test: setup-test ## Everything: lints, laws, API on both backends, browsers (first time 20 min, then 4)
	@$(ENV) .ci/test

coverage: setup-test dist ## Which lines of the storefront its tests run in Chromium; 85 % of the Rust at least (5 min)
	@.ci/coverage

size: dist ## Bytes of each artifact, against their budgets
	@$(ENV) node www/tools/size.mjs

bench: dist ## Speeds, as ratios to a floor measured in the same run (16 min)
	@$(ENV) node tests/bench/main.mjs

faults: dist ## Kill workerd ten times under load and count what is kept (10 min)
	@$(ENV) node tests/faults.mjs

fuzz: dist ## Requests made up from the contract: is each answered as it says? (10 min; needs python3)
	@$(ENV) node tests/fuzz.mjs

clean: ## Remove what was built; tools and the demo's data stay
	@rm -rf target build pkg
