# Everything a person types. `make demo` and `make test` work on a fresh clone with Python 3.11.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PORT ?= 8000
SCALE ?= small
SERVE ?= 1
CODE := rsoko organizations roadmaps procedures monitoring reports

.PHONY: demo test check bench run fmt clean-demo lock

demo: .venv/demo
	$(BIN)/python manage.py demo --scale $(SCALE) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

run: .venv/demo
	$(BIN)/python manage.py serve --port $(PORT)

test: .venv/dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	RSOKO_PRODUCTION=1 SECRET_KEY=only-for-this-check-of-the-settings-0123456789-abcdefghij \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/dev
	$(BIN)/python -m bench

fmt: .venv/dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean-demo:
	rm -rf var

# Compile the locked requirements anew after a change in pyproject.toml (needs uv).
LOCK := uv pip compile -q pyproject.toml --generate-hashes --no-header --no-emit-index-url --python-version 3.11
lock:
	$(LOCK) --extra embedded --extra dev -o requirements/dev.txt
	$(LOCK) --extra embedded -c requirements/dev.txt -o requirements/embedded.txt
	$(LOCK) -c requirements/dev.txt -o requirements/base.txt

.venv/python:
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "Нужен Python 3.11: make PYTHON=путь"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/demo: .venv/python requirements/embedded.txt
	@echo "Устанавливаю зависимости (около минуты)…"
	$(BIN)/pip install --quiet --require-hashes --only-binary :all: -r requirements/embedded.txt
	@touch $@

.venv/dev: .venv/demo requirements/dev.txt
	@echo "Устанавливаю средства проверки (около минуты)…"
	$(BIN)/pip install --quiet --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@
