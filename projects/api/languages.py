"""In which language the API speaks: as ``lang`` says, else as the program's Accept-Language, else Kazakh.

No cookie is asked: the same address and the same headers always get the same answer.
"""

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from reference.languages import LANGUAGES


def asked_language(request: HttpRequest) -> str:
    """Return the language of an answer; a ``lang`` that cannot be read says nothing."""
    if (wanted := request.GET.get("lang")) in LANGUAGES:
        return str(wanted)
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if (base := code.split("-")[0]) in LANGUAGES:
            return base
    return LANGUAGES[0]
