# Needs python3 (3.11 or newer) with pip, and make. Another interpreter: make PYTHON=python3.12 setup
PYTHON ?= python3
PYTEST_ARGS ?= -n auto --dist loadscope

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# pip is run from outside: Debian's python3 can make an environment, but not put pip into it
# unless python3-venv is installed.
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check
# The renderer of benchmarks/synthetic has an environment of its own; which set it renders, and further options.
SYNTHETIC := benchmarks/synthetic/.venv
SET ?= smoke
# So has the documentation as a site.
SITE := build/site-tools
# And what a release is documented and checked with; SHIPPED holds what a person who installs all extras gets.
RELEASE := build/release-tools
SHIPPED := build/shipped
RENDER_ARGS ?=
DIST ?= dist
DEMO := $(firstword $(sort $(wildcard sample_videos/*.mp4)))

NODE_READY := node_modules/.ready

# Written in Python: what else computes SHA-256 has another name on each system.
SUMS := import hashlib, pathlib; \
	print(*(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in sorted(pathlib.Path().glob("formcheck-*"))), sep="\n")

.PHONY: help setup check demo test fuzz lint format lock dist model model-heavy accuracy synthetic synthetic-lock docs docs-lock sbom audit release-lock clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY)  ## Install formcheck and its tools into .venv, from the lock, checked by hash

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"formcheck needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}: make PYTHON=python3.12 setup")'
	@$(PYTHON) -m pip --version >/dev/null || { echo "formcheck needs pip: apt install python3-pip, or $(PYTHON) -m ensurepip" >&2; exit 1; }
	@echo "formcheck: making an environment in $(VENV). It takes some minutes: 400 MB to download, 1.5 GB on disk."
	@echo "formcheck: step 1 of 2, what formcheck and its tests need ($$(grep -c == requirements.lock) packages)"
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PIP) install --require-hashes --requirement requirements.lock
	@echo "formcheck: step 2 of 2, formcheck itself"
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "formcheck: installed"

check: setup
	@echo "formcheck: trying whether this machine can analyse"
	@$(BIN)/formcheck doctor --quiet

demo: check  ## Analyse the first sample clip
	@echo "formcheck: analysing a sample clip, which takes about as long as it lasts"
	$(BIN)/formcheck analyze $(DEMO)
	@echo "The report: $(DEMO:.mp4=.formcheck)/report.html"

test: check  ## Run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fuzz: check  ## Try changed files and requests, see docs/reliability.md (FUZZ="--count N --seed N")
	cd tests && ../$(BIN)/python -m fuzz --markdown ../fuzz.md $(FUZZ)

$(NODE_READY): package-lock.json .npmrc
	@command -v npm >/dev/null || { echo "the checks of the JavaScript need Node.js (18 or newer) and npm: apt install nodejs npm" >&2; exit 1; }
	npm ci --silent
	@touch $@

lint: setup $(NODE_READY)  ## Check style, types and the walls between the rooms, JavaScript too
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent check

format: setup $(NODE_READY)  ## Let ruff and Biome put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	npm run --silent format

dist: setup  ## Build wheel and source archive into dist/, with their SHA-256 checksums
	rm -rf $(DIST)
	$(BIN)/python -m hatchling build --directory $(DIST)
	cd $(DIST) && $(abspath $(BIN))/python -c '$(SUMS)' > SHA256SUMS
	@cat $(DIST)/SHA256SUMS

accuracy: check  ## Measure against known truth, write docs/accuracy.md (LABELS="FILE ...": joints marked by hand; CACHE=DIR: keep landmarks)
	$(BIN)/python benchmarks/accuracy.py --causal --markdown docs/accuracy.md $(addprefix --cache ,$(CACHE)) \
	    --frames benchmarks/exercise_like_frames.txt $(addprefix --labels ,$(LABELS))

model: ## Rebuild the landmark model from the networks it is made of (needs Python 3.11 or 3.12)
	$(PYTHON) models/build.py full

model-heavy: ## Build the model that --quality best uses (needs npm too; 31 MB)
	$(PYTHON) models/build.py heavy

lock: setup  ## Choose the newest allowed versions anew and write the lock files
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --fork-strategy fewest \
	    --upgrade --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make lock' --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra cluster --extra research --constraint requirements.lock --universal \
	    --python-version 3.11 --fork-strategy fewest --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make lock' --quiet --output-file cluster/requirements.lock
	npm install --package-lock-only --silent
	sed -i.old '/"funding": {/,/}/d' package-lock.json && rm package-lock.json.old

synthetic: $(SYNTHETIC)/.ready  ## Render people with exact truth into build/synthetic (SET=test, validation, views, training, smoke)
	PYTHONPATH=benchmarks $(SYNTHETIC)/bin/python -m synthetic $(SET) --out build/synthetic/$(SET) $(RENDER_ARGS)

$(SYNTHETIC)/.ready: benchmarks/synthetic/requirements.lock
	$(PYTHON) -m venv --without-pip $(SYNTHETIC)
	$(PYTHON) -m pip --python $(SYNTHETIC)/bin/python --disable-pip-version-check install --quiet --require-hashes --requirement $<
	@touch $@

synthetic-lock: setup
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile benchmarks/synthetic/requirements.in --universal --python-version 3.11 --fork-strategy fewest \
	    --upgrade --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make synthetic-lock' --quiet --output-file benchmarks/synthetic/requirements.lock

docs: $(SITE)/.ready  ## Build the documentation as a site, into build/site
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict --quiet
	@echo "The site: build/site/index.html; its search works where it is served: $(PYTHON) -m http.server --bind 127.0.0.1 --directory build/site"

$(SITE)/.ready: docs/site/requirements.lock
	$(PYTHON) -m venv --without-pip $(SITE)
	$(PYTHON) -m pip --python $(SITE)/bin/python --disable-pip-version-check install --quiet --require-hashes --requirement $<
	@touch $@

docs-lock: setup
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile docs/site/requirements.in --universal --python-version 3.11 --fork-strategy fewest \
	    --upgrade --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make docs-lock' --quiet --output-file docs/site/requirements.lock

sbom: dist $(RELEASE)/.ready  ## List what a person who installs the wheel gets: CycloneDX and licences, in dist/
	rm -rf $(SHIPPED)
	$(PYTHON) -m venv --without-pip $(SHIPPED)
	sed -n 's/^\([a-z0-9._-]*==[^ ;]*.*\) \\$$/\1/p' requirements.lock > $(SHIPPED)/pins.txt
	$(PYTHON) -m pip --python $(SHIPPED)/bin/python --disable-pip-version-check install --quiet \
	    --constraint $(SHIPPED)/pins.txt "$(firstword $(wildcard $(DIST)/*.whl))[all]"
	$(RELEASE)/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --output-file $(DIST)/formcheck.cdx.json $(SHIPPED)/bin/python
	$(RELEASE)/bin/pip-licenses --python $(SHIPPED)/bin/python --format markdown --with-urls --output-file $(DIST)/LICENSES.md
	$(RELEASE)/bin/python .ci/shipped.py $(SHIPPED)/lib/python*/site-packages $(DIST)/formcheck.cdx.json $(DIST)/LICENSES.md

audit: $(RELEASE)/.ready  ## Ask a public database for known vulnerabilities of what is locked (uses the network)
	@$(RELEASE)/bin/python .ci/audit.py requirements.lock

$(RELEASE)/.ready: .ci/release.lock
	$(PYTHON) -m venv --without-pip $(RELEASE)
	$(PYTHON) -m pip --python $(RELEASE)/bin/python --disable-pip-version-check install --quiet --require-hashes --requirement $<
	@touch $@

release-lock: setup
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile .ci/release.in --universal --python-version 3.11 --fork-strategy fewest \
	    --upgrade --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command 'make release-lock' --quiet --output-file .ci/release.lock

clean:  ## Remove what was built, not what was analysed
	rm -rf $(VENV) $(SYNTHETIC) $(SITE) node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks models -name __pycache__ -type d -prune -exec rm -rf {} +
