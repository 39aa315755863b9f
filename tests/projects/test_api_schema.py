"""The description is honest: what it promises is what programs get, whoever asks; and people can read it."""

import json
import re
from collections import Counter
from itertools import cycle

import jsonschema
import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from accounts.roles import Role
from projects.api import shapes
from projects.api.paging import GREATEST_PAGE
from projects.api.schema import FILES, description
from projects.filters import ProjectFilter
from projects.models import Resolution
from projects.queries.records import FIELDS
from reference.languages import LANGUAGES
from tests.registry.pages import parse
from tests.registry.people import logged_in
from tests.registry.registers import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NEED_THE_REGISTER = {"sector", "territory", "resolution", "cursor", "as_of", "search", "cost_min", "cost_max"}
"""Parameters of which no schema can say whether a value is there: everything else it must say itself."""
EXAMPLES = 8


@pytest.fixture
def application():
    """The site as a web server calls it, on the connection of the test."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def described(application):
    Register(3, rows=10)
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


def in_yaml(text):
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def validated(case, answer):
    """Hold the answer against the description; a refusal of lawful values must be one only the register could know."""
    case.validate_response(answer, excluded_checks=[positive_data_acceptance])
    if answer.status_code == 400 and case.meta.generation.mode is GenerationMode.POSITIVE:
        assert set(json.loads(answer.content)["errors"]) <= NEED_THE_REGISTER, answer.content


def test_programs_get_what_the_description_promises_whoever_asks(described):
    cookies = cycle([f"sessionid={logged_in(role).cookies['sessionid'].value}" for role in Role])
    met = Counter()
    for found in described.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @seed(20)
            @settings(
                max_examples=EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def asked(case):
                answer = case.call()
                validated(case, answer)
                known = case.call(headers={"Cookie": next(cookies)})
                assert (known.status_code, known.content) == (answer.status_code, answer.content)
                # Each answer has a number of its own.
                assert {**known.headers, "x-request-id": []} == {**answer.headers, "x-request-id": []}
                met[answer.status_code] += 1

            asked()
    assert met[200] > 20
    assert met[400] > 40
    assert met[404] > 5


def test_what_is_there_is_as_described(described):
    parts = {
        "/api/v1/projects/{number}/": [{"number": number} for number in range(1, 11)],
        "/api/v1/resolutions/{id}/": [{"id": pk} for pk in Resolution.objects.values_list("pk", flat=True)],
    }
    for path, found in parts.items():
        for part in found:
            answer = described[path]["GET"].Case(path_parameters=part).call_and_validate()
            assert answer.status_code == 200


def test_the_description_names_every_parameter_field_and_problem():
    made = description("en")
    validate_schema(made)
    operations = {path: methods["get"] for path, methods in made["paths"].items()}
    assert all(set(methods) == {"get"} for methods in made["paths"].values())
    taken = {path: {given["name"] for given in operation["parameters"]} for path, operation in operations.items()}
    filters = set(ProjectFilter.base_filters)
    assert taken["/api/v1/projects/"] == filters | {"cursor", "page_size", "lang"}
    assert taken["/api/v1/totals/"] == filters | {"by", "lang"}
    record = made["components"]["schemas"]["Record"]
    assert tuple(record["properties"]) == FIELDS == tuple(shapes.RECORD)
    assert set(record["required"]) == set(FIELDS)
    for path, operation in operations.items():
        problems = {"400", "405", "406", "500", "503"} | ({"404"} if "{" in path else set())
        assert set(operation["responses"]) == {"200", "304"} | problems
        assert all(given["description"] for given in operation["parameters"]), path
        for status in problems - {"406"}:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
    for name, shape in made["components"]["schemas"].items():
        for field, told in shape["properties"].items():
            assert told.get("description"), (name, field)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_every_example_is_an_answer_that_the_description_allows():
    made = json.loads(json.dumps(description("en")).replace('"nullable": true', '"x": 1'))
    held = 0
    for methods in made["paths"].values():
        for answer in methods["get"]["responses"].values():
            for content in answer.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    schema = {**content["schema"], "components": made["components"]}
                    wrong = jsonschema.Draft7Validator(schema).iter_errors(example["value"])
                    assert [fault for fault in wrong if fault.instance is not None] == []
                    held += 1
    assert held > 40


def test_the_description_is_json_or_yaml_in_three_languages(client):
    for accept, kind in {
        "application/json": "json", "application/vnd.oai.openapi+json": "json", "*/*": "json",
        "application/yaml": "yaml", "application/vnd.oai.openapi": "yaml",
    }.items():  # fmt: skip
        answer = client.get("/api/v1/schema/?lang=en", headers={"accept": accept})
        assert answer["Content-Type"] == (accept if accept != "*/*" else "application/json")
        read = json.loads if kind == "json" else in_yaml
        assert read(answer.content) == description("en")
    assert in_yaml(client.get("/api/v1/schema/?format=yaml&lang=ru").content) == description("ru")
    titles = {description(language)["info"]["title"] for language in LANGUAGES}
    assert len(titles) == 3


def test_the_documentation_shows_what_the_description_says(client):
    for address, language in {"/api/v1/docs/": "kk", "/api/v1/docs/?lang=ru": "ru", "/en/api/": "en"}.items():
        answer = client.get(address)
        page = parse(answer)
        assert (answer.status_code, answer["Content-Language"]) == (200, language)
        words = page.one("main").text
        made = description(language)
        for path, methods in made["paths"].items():
            assert path in words
            assert methods["get"]["summary"] in words
            assert all(given["name"] in words for given in methods["get"]["parameters"])
        for shape in made["components"]["schemas"].values():
            assert all(field in words for field in shape["properties"])
        assert str(GREATEST_PAGE) in words
        assert all(name in words for name in FILES)
        links = {link["href"] for link in page.all("a")}
        assert {f"/{code}/api/" for code in LANGUAGES} <= links
        anchors = {link[1:] for link in links if link.startswith("#")}
        assert anchors <= {element.get("id") for element in page}
        assert {f"problem-{status}" for status in (400, 404, 405, 406, 500, 503)} <= {
            element.get("id") for element in page
        }
        assert page.all("script") == []
        assert re.findall(r"""(?:src|<link[^>]*href)="(?:https?:)?//(?!testserver)""", answer.content.decode()) == []
    assert "Cookie" not in Client().get("/api/v1/docs/")["Vary"]
    assert client.get("/api/v1/docs/?lang=de")["Content-Language"] == "kk"
