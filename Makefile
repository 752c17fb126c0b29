# Shortcuts for developers. Nothing here is needed to run or to test the service: see README.md.
.PHONY: demo test check bench lock environment screenshots

BIN := .venv/bin
PYTHON_PATHS := config tracker peerreview tests bench manage.py
LOCK := uv pip compile pyproject.toml --generate-hashes --no-header --no-emit-index-url --no-annotate -p 3.11

demo:
	python3 manage.py demo

test:
	python3 manage.py test

# The readers of settings (mypy's Django plugin) insist on addresses and open no connection.
check: export DATABASE_URL ?= postgresql://turnaround_app@%2Fnonexistent/turnaround
check: export REDIS_URL ?= unix:///nonexistent

environment:
	python3 -m config.bootstrap.environment

check: environment
	$(BIN)/ruff check $(PYTHON_PATHS)
	$(BIN)/ruff format --check $(PYTHON_PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --profile=jinja -e jinja templates
	$(BIN)/bandit -q -ll -r config tracker peerreview manage.py -c pyproject.toml
	python3 manage.py test -q tests/house

bench:
	python3 -m config.bootstrap.environment requirements-bench.txt
	$(BIN)/python -m config.bootstrap.servers run -- $(BIN)/python -m bench $(ARGS)

lock:
	$(LOCK) -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --extra bench -c requirements.txt -o requirements-bench.txt

screenshots:
	python3 manage.py test tests/journeys/take_screenshots.py
