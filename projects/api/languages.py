"""In which language the API speaks: as ``lang`` says, else as the program's Accept-Language, else Kazakh.

No cookie is asked: the same address and the same headers always get the same answer.
"""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from reference.languages import LANGUAGES


def asked_language(request: HttpRequest) -> str:
    """Return the language of an answer; a ``lang`` that cannot be read says nothing."""
    try:
        wanted = request.GET.get("lang")
    except SuspiciousOperation:
        # Too many parameters to read: the refusal itself must still be written in some language.
        wanted = None
    if wanted in LANGUAGES:
        return str(wanted)
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if (base := code.split("-")[0]) in LANGUAGES:
            return base
    return LANGUAGES[0]
