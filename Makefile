# OXPI: what can be done here. `make` alone lists it. Longer recipes are scripts in deploy/ and tests/.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help run demo build test bench lint fmt setup assets plugins release reachable clean

# Where things are built; may lie outside the tree, but never shared by two checkouts that are worked in:
# cargo names what it makes without the checkout's path, and would link the one's crates into the other.
export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
RELEASE := $(CARGO_TARGET_DIR)/release

help: ## List what can be done here
	@echo 'OXPI: make TARGET'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
	  while IFS='|' read -r name does; do printf '  %-7s %s\n' "$$name" "$$does"; done

run: build ## Build what is not built and start OXPI on 127.0.0.1:8080 with ./data
	@exec target/release/oxpi serve

demo: build ## The same with a sample business and stand-ins for the providers (./data/demo)
	@exec deploy/demo target/release/oxpi '$(RELEASE)/oxpi-simulators'

build: setup assets release plugins reachable ## Install what is missing, build target/release/oxpi

test: ## Everything: style, lints, units, both databases, plugins, the browser
	@deploy/setup test
	@exec tests/run

bench: build ## Measure against the goals: a table, and bench.json beside what was built
	@deploy/plugins '$(RELEASE)/oxpi-pack' '$(RELEASE)/bench-plugins' tests/bench/plugin
	@cargo build --release --package oxpi-bench
	@OXPI_TEST_POSTGRES_DIR="$${OXPI_TEST_POSTGRES_DIR:-$${TMPDIR:-/tmp}}" '$(RELEASE)/oxpi-bench'
	@if [ '$(CARGO_TARGET_DIR)' != '$(CURDIR)/target' ]; then \
	  mkdir -p target && cp '$(CARGO_TARGET_DIR)/bench.json' target/; fi

lint: setup assets ## Lints, formatting, tidy rules, dependencies' licences
	@deploy/setup test
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --quiet --package oxpi-tidy
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; \
	  else echo 'cargo-deny is not installed: deny.toml was not checked'; fi

fmt: ## Format the code
	cargo fmt --all

clean: ## Remove what was built, keep ./data
	cargo clean
	rm -rf themes/node_modules tests/journey/node_modules

# ---- Steps of `build`; each is quick when there is nothing to do ----

setup:
	@deploy/setup

assets: setup
	@deploy/assets

release: setup assets
	@cargo build --release --package oxpi --package oxpi-pack --package oxpi-simulators

plugins: setup release
	@deploy/plugins '$(RELEASE)/oxpi-pack' '$(RELEASE)/plugins'

# target/release/oxpi is where service files and scripts look, wherever it was built.
reachable: release plugins
	@if [ '$(RELEASE)' != '$(CURDIR)/target/release' ]; then \
	  mkdir -p target/release; \
	  for name in oxpi plugins; do rm -rf "target/release/$$name"; \
	    ln -s '$(RELEASE)'"/$$name" "target/release/$$name"; done; fi
