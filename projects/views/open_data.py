"""The page of the open data: what can be taken, what every field means, licence, files of each day."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.exports import daily
from projects.exports.dictionary import BLOCK_NAME, OC4IDS_EXTRA, RECORD, WORD_COLUMNS
from projects.exports.view import LICENCE

logger = logging.getLogger(__name__)


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Show forms, dictionary, licence and daily files; a disk that does not answer is said, the rest is shown."""
    unreadable, days = False, []
    try:
        days = daily.all_days()
    except OSError:
        logger.exception("The files of the days cannot be listed.")
        unreadable = True
    coded = [(entry, entry.codes()) for entry in RECORD if entry.codes]
    context = {
        "days": days,
        "unreadable": unreadable,
        "record": RECORD,
        "word_columns": WORD_COLUMNS,
        "extra": OC4IDS_EXTRA,
        "block_name": BLOCK_NAME,
        "coded": coded,
        "licence": LICENCE,
    }
    return render(request, "projects/open_data.html", context)
