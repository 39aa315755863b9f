# Two commands to begin with: `make demo` and `make test`. The work is in dev.py, which needs Python 3.11 and nothing else.
# Variables: PORT (demo), ARGS (further words for pytest, uv or the benchmark), DATABASE_URL, CHROMIUM, PYTHON; TO, FROM, INTO, KEEP (backup, restore).
PYTHON ?= python3

.PHONY: demo test check check-translations tidy lock messages database screenshots backup restore help
.PHONY: benchmark drill-crash drill-load drill-restore drill-migration drill-guards drill-timing drill-headers drill-proxy

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

backup: ## A backup of database and files into TO (default .local/backups); KEEP=7,4,12 removes older ones
	@$(PYTHON) dev.py backup

restore: ## The backup FROM=folder into an empty database, or into a new one: INTO=name
	@$(PYTHON) dev.py restore

# The promises under attack and under failure; each ends with 1 when what it drills does not hold.
drill-crash: ## Web server and database are killed while people file: nothing acknowledged is lost (ROUNDS, SEED)
	@$(PYTHON) dev.py drill crash

drill-load: ## Readers and applicants at once on 10 000 projects: no error, p99 below 500 ms (SECONDS, RATE)
	@$(PYTHON) dev.py drill load

drill-restore: ## A backup under load, restored on another server: everything equal (DRAFTS)
	@$(PYTHON) dev.py drill restore

drill-migration: ## New migrations while the earlier code serves, killed and run again (REV=tag or commit, ARGS)
	@$(PYTHON) dev.py drill migration $(REV) $(ARGS)

drill-guards: ## Each guard is taken out of a copy, and its check must turn red (ARGS=words to choose by)
	@$(PYTHON) dev.py drill guards $(ARGS)

drill-timing: ## Does any answer take longer where there is an account? (TIMES)
	@$(PYTHON) dev.py drill timing

drill-headers: ## Points of the main pages by the rules of the HTTP Observatory
	@$(PYTHON) dev.py drill headers

drill-proxy: ## deploy/nginx.conf with a certificate of its own in front of the site, on this machine (needs nginx)
	@$(PYTHON) dev.py drill proxy

benchmark: ## Every figure of docs/performance.md, against what stands beside us (ARGS="--only P1,P9 --rounds 3")
	@$(PYTHON) dev.py benchmark

help: ## This list
	@sed -n 's/^\([a-z-]*\): ## /\1\t/p' Makefile
