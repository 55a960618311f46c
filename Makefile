# Everything a contributor runs. `make` alone lists the targets.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := .venv-bench
ROUNDS ?= 9
LATENCY ?= 0
MINUTES ?= 5
MODULES ?=
AUDIT ?=
LOCKS ?= requirements
UPGRADE ?=
EVIDENCE := examples/checkout-api.json examples/batch-worker.json examples/status-page.json
# Pinned by hash, so that it does not matter where a package is fetched from; no index is named in the lock files.
COMPILE := $(BIN)/uv pip compile --quiet --no-config --system-certs --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(UPGRADE)

# What is built is to be the same to the last byte, whoever builds it: hatchling then takes a time of its own.
unexport SOURCE_DATE_EPOCH

.PHONY: help setup demo test lint lock-check format audit lock wheel sbom golden docs pictures mutate fuzz bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | \
		while IFS='|' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

setup: $(READY) ## Make .venv with the locked tools and this package (PYTHON=python3.12 chooses another Python)

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: scan-gate needs Python 3.11 or later, and '$(PYTHON)' is not that; try: make PYTHON=python3.12" >&2; \
		exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "make: '$(PYTHON)' cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; \
		exit 1; }
	@echo "installing the locked tools into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## Judge the saved evidence in examples/ and leave JUnit, SARIF, JSON and a page to look at in demo-out/
	@mkdir -p demo-out
	@code=0; $(BIN)/gate check $(EVIDENCE) -p examples/gate.yaml \
		--captured-at 2026-11-20T12:00:00Z --now 2026-11-20T12:30:00Z \
		-o junit=demo-out/junit.xml -o sarif=demo-out/scan.sarif -o json=demo-out/verdict.json \
		-o html=demo-out/report.html || code=$$?; \
	echo; echo "gate check ended with exit code $$code (1: the policy is violated, as it should be here)"; \
	test "$$code" -eq 1
	@echo "The reports are in $(CURDIR)/demo-out:"
	@cd demo-out && ls -l junit.xml scan.sarif verdict.json report.html | awk '{printf "  %-14s %9d bytes\n", $$NF, $$5}'

test: $(READY) ## Run the tests; every branch of gate/ must be covered
	@$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term-missing:skip-covered

lint: $(READY) lock-check ## Check format, style, types, imports and lock files, known vulnerabilities too
	@$(BIN)/ruff format --check --quiet . || { echo "make: not formatted; run: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/zizmor --offline --no-progress --quiet --persona pedantic action.yml examples/github-*.yml
	@$(BIN)/python -m release.audit --seconds 60

lock-check: $(READY)
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; cp requirements/*.txt "$$fresh"; \
	$(MAKE) lock LOCKS="$$fresh" UPGRADE=; \
	for name in runtime dev build bench; do \
		diff -u "requirements/$$name.txt" "$$fresh/$$name.txt" || { \
			echo "make: requirements/$$name.txt does not fit pyproject.toml; run: make lock" >&2; exit 1; }; \
	done

format: $(READY) ## Format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(READY) ## Pin the dependencies of pyproject.toml with hashes (UPGRADE=--upgrade takes the newest)
	@$(COMPILE) pyproject.toml -o "$(LOCKS)/runtime.txt" >/dev/null
	@$(COMPILE) pyproject.toml --group dev -c requirements/runtime.txt -o "$(LOCKS)/dev.txt" >/dev/null
	@$(COMPILE) --group build -c requirements/dev.txt -o "$(LOCKS)/build.txt" >/dev/null
	@$(COMPILE) --group bench -o "$(LOCKS)/bench.txt" >/dev/null

audit: $(READY) ## Ask OSV what is known of the pins (AUDIT=--must-answer fails where it cannot be reached)
	@$(BIN)/python -m release.audit $(AUDIT)

wheel: $(READY) ## Build the wheel and the source archive into dist/, and print their sha256
	@$(BIN)/hatchling build -d dist
	@$(BIN)/python -m release.built dist

sbom: wheel ## Write what a release is made of, as CycloneDX, into dist/
	@$(BIN)/python -m release.sbom dist

golden: $(READY) ## Rewrite the reports and tables that tests compare with; read the diff before you commit it
	@UPDATE_GOLDEN=1 $(BIN)/pytest --quiet tests/reports tests/test_docs.py tests/faults/test_page.py
	@git --no-pager diff --stat -- tests/reports/golden docs

docs: $(READY) ## Build the pages of docs/ into build/docs; a link that leads nowhere is an error
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet --fresh-env --write-all -d build/doctrees docs build/docs
	@echo "The pages are in $(CURDIR)/build/docs: open index.html"

pictures: $(READY) ## Draw the pictures of docs/images anew; needs chromium, and npm ci --prefix tests/browser
	@$(BIN)/python -m tests.browser.terminal
	@$(BIN)/python -m tests.browser.pictures

bench: $(READY) $(BENCH)/.ready ## Compare a check with bare boto3 and with AWS CLI + jq, and show how it grows (ROUNDS=9 LATENCY=0)
	@$(BIN)/python -m benchmarks.against --rounds $(ROUNDS) --latency $(LATENCY) --aws $(BENCH)/bin/aws
	@echo; $(BIN)/python -m benchmarks.growth --rounds $(ROUNDS)
	@echo; $(BIN)/python -m benchmarks.policy_growth

mutate: $(READY) ## Change the deciding code in small ways and ask the tests (MODULES="gate/policy/limits.py" for some)
	@$(BIN)/python -m mutation $(MODULES)

fuzz: $(READY) ## Look for inputs that break a reader or a report, for MINUTES=5 over all; finds are in build/fuzz
	@$(BIN)/python -m fuzz --minutes $(MINUTES)

# The AWS command line pins a botocore of its own, and so has an environment of its own.
$(BENCH)/.ready: requirements/bench.txt
	@$(PYTHON) -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.txt
	@touch $@

clean: ## Remove everything that was made here
	@rm -rf $(VENV) $(BENCH) build dist demo-out out htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
