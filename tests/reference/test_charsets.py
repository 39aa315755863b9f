"""Forms and addresses are read as UTF-8, whatever their sender says."""

import pytest

from reference.charsets import only_utf8


def sent(method, content_type):
    """Return the status and the type that reaches the site, None where nothing does."""
    seen = []

    def site(environ, start_response):
        seen.append(environ["CONTENT_TYPE"])
        start_response("200 OK", [])
        return [b""]

    statuses = []
    environ = {"REQUEST_METHOD": method, "CONTENT_TYPE": content_type}
    only_utf8(site)(environ, lambda status, headers: statuses.append(status[:3]))
    return statuses[0], seen[0] if seen else None


@pytest.mark.parametrize("charset", ["hex", "idna", "undefined", "unicode_escape", '"utf-16"', "nonsense", "", "x\0y"])
def test_another_charset_never_reaches_the_site(charset):
    assert sent("POST", f"multipart/form-data; CharSet ={charset}; boundary=x") == ("400", None)
    assert sent("GET", f"text/plain;charset={charset}") == ("200", "text/plain")


@pytest.mark.parametrize("charset", ["; charset=utf-8", ';charset="UTF-8"', "; charset=utf8", ""])
def test_forms_in_utf8_are_taken(charset):
    assert sent("POST", f"multipart/form-data{charset}; boundary=x") == ("200", "multipart/form-data; boundary=x")
