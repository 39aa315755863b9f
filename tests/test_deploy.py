"""What stands in deploy/ fits the code: variables, commands of files, pages of the proxy."""

import re
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.http import HttpResponse

from devtools.commands import COMMANDS
from tests.registry.pages import parse

ROOT = Path(settings.BASE_DIR)
READ = re.compile(r"(?:environ(?:\.get)?[(\[]|_flag\(|_list\(|_required\()\"([A-Z][A-Z0-9_]+)\"")
OF_A_DEMO = {"DEBUG", "PLAIN_HTTP", "SECOND_FACTOR"}
MAY_BE_LEFT_OUT = {"APP_DATABASE_ROLE", "CSRF_TRUSTED_ORIGINS", "LOG_FORMAT", "PROMETHEUS_MULTIPROC_DIR"}


def test_the_example_of_the_environment_names_every_variable():
    code = "".join(
        (ROOT / name).read_text(encoding="utf-8") for name in ("ppp_registry/settings.py", "gunicorn.conf.py")
    )
    example = (ROOT / "deploy/registry.env").read_text(encoding="utf-8")
    named = {line.partition("=")[0] for line in example.splitlines() if "=" in line and not line.startswith("#")}
    read = {*READ.findall(code)}
    assert {"SECRET_KEY", "METRICS_TOKEN", "TRUST_PROXY_TLS", "WEB_THREADS"} <= read
    assert read - named - OF_A_DEMO - MAY_BE_LEFT_OUT == set()
    assert not named & OF_A_DEMO


def test_the_proxy_has_its_pages_in_every_language_without_a_database(tmp_path):
    call_command("write_error_pages", str(tmp_path), stdout=StringIO())
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.html"))
    assert written == [f"{language}/{status}.html" for language in ("en", "kk", "ru") for status in (413, 429, 503)]
    page = parse(HttpResponse((tmp_path / "ru/413.html").read_bytes()))
    assert (page.one("html")["lang"], "413" in page.one("title").text) == ("ru", True)


def test_the_proxy_takes_no_more_than_it_says_and_gives_no_paper_away():
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    assert "client_max_body_size 30m;" in text
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text
    assert "media" not in re.sub(r"#.*", "", text).lower()
    for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", 'X-Forwarded-Host ""'):
        assert f"proxy_set_header {header};" in text


TEXTS = sorted(
    path
    for pattern in ("README.md", "docs/**/*.md", "deploy/**/*", "Makefile")
    for path in ROOT.glob(pattern)
    if path.is_file()
)
OURS = {name for name, app in get_commands().items() if (ROOT / str(app)).is_dir()}


def told(pattern):
    """Return what the pattern finds in README, docs, deploy and Makefile."""
    return {found for path in TEXTS for found in re.findall(pattern, path.read_text(encoding="utf-8"))}


def test_every_command_that_is_told_of_exists_and_has_its_options():
    lines = told(r"(?:manage\.py |`)([a-z_][a-z0-9_]+)((?: +[^`|&;\n]+)?)")
    named = told(r"(?:python |`)manage\.py ([a-z0-9_]+)")
    assert {"migrate", "erase_person", "verify_history"} <= {name for name, _ in lines}
    assert len(named) > 15
    assert named - set(get_commands()) == set()
    for name, words in lines:
        if name in OURS:
            known = load_command_class(str(get_commands()[name]), name).create_parser("manage.py", name)
            asked = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", words))
            assert asked - set(known._option_string_actions) == set(), name


def test_every_target_that_is_told_of_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert "demo" in targets
    assert told(r"(?:`|\n {4,})make ([a-z]+(?:-[a-z]+)*)(?![a-z-])") - targets == set()
    assert told(r"dev\.py ([a-z]+(?:-[a-z]+)*)\b(?!-)") - set(COMMANDS) == set()


def test_what_must_run_by_itself_is_switched_on_where_production_is_told():
    text = (ROOT / "docs/production.md").read_text(encoding="utf-8")
    switched_on = set(re.findall(r"ppp-registry-(?:watch|hourly|daily)@([a-z_]+)", text))
    assert switched_on - set(get_commands()) == set()
    daily = {"apply_retention", "clear_old_rates", "remove_lost_files", "send_reminders"}
    assert switched_on >= {*daily, "send_letters", "publish_resolutions", "tell_followers", "publish_open_data"}
    units = {path.name for path in (ROOT / "deploy/systemd").iterdir() if path.is_file()}
    named = set(re.findall(r"ppp-registry-[a-z]+(?:@[a-z_]*)?\.(?:service|timer|socket)", text))
    assert {re.sub(r"@[a-z_]+", "@", name) for name in named} - units == set()
    of_owner = {
        path.name: re.search(r"manage\.py ([^\n]+)", path.read_text(encoding="utf-8"))
        for path in (ROOT / "deploy/systemd").glob("*.service")
        if "owner.env" in path.read_text(encoding="utf-8")
    }
    assert {found[1].split()[0] for found in of_owner.values() if found} == {"backup", "erase_person"}
