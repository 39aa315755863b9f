# Two commands to begin with: `make demo` and `make test`. The work is in dev.py, which needs Python 3.11 and nothing else.
# Variables: PORT (demo), ARGS (further words for pytest or uv), DATABASE_URL, CHROMIUM, PYTHON.
PYTHON ?= python3

.PHONY: demo test check check-translations tidy lock messages database screenshots help

demo: ## Everything from a fresh checkout to a running site; Ctrl-C stops it
	@$(PYTHON) dev.py demo

test: ## The tests, on a database of their own
	@$(PYTHON) dev.py test

check: ## Style, types, import rules, templates
	@$(PYTHON) dev.py check

tidy: ## Put code and templates into the form that `make check` asks for
	@$(PYTHON) dev.py tidy

lock: ## Write requirements*.txt anew from requirements*.in (needs uv)
	@$(PYTHON) dev.py lock $(ARGS)

check-translations: ## Every word of ours and of the libraries has its Kazakh and Russian
	@$(PYTHON) dev.py check-translations

messages: ## Gather the words to translate (needs gettext)
	@$(PYTHON) dev.py messages

database: ## Only the private database, until Ctrl-C
	@$(PYTHON) dev.py database

screenshots: ## Pictures of README and tours, from a demo that runs on PORT (default 8000); after `make test`
	@.venv/bin/python -m devtools.screenshots http://localhost:$(or $(PORT),8000)

help: ## This list
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile
