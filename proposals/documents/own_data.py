"""One's own data as a ZIP: data.json, the papers as they came, and a README in the reader's language."""

import json
import re
import shutil
import tempfile
import zipfile
from typing import IO, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from proposals.models import Paper
from proposals.queries.own_data import own_data, own_papers
from reference.downloads import open_as_came

_CHUNK = 1024 * 1024
_IN_MEMORY = 5 * _CHUNK
_ODD = re.compile(r"[^\w .()№«»-]+")


def _file_name(paper: Paper) -> str:
    """Return where a paper stands: its own name, and the key that keeps two of one name apart."""
    name = _ODD.sub("_", paper.original_name).strip(" .")[-100:] or "paper"
    return f"papers/{paper.pk.hex[:12]}-{name}"


def _opened(paper: Paper) -> IO[bytes] | None:
    """Return the bytes that came, or None where the page of the paper would not hand them out either."""
    if paper.is_held:
        return None
    try:
        return open_as_came(paper.file, sha256=paper.sha256, what=f"paper {paper.pk}")
    except FileNotFoundError:
        return None


def own_data_zip(user: User) -> IO[bytes]:
    """Return the ZIP as an open file that is gone when it is closed; a paper is never in memory as a whole.

    Raises OSError when there is no room for it.
    """
    made = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", read_me(user).replace("\n", "\r\n"))
            files: dict[Any, str] = {}
            for paper in own_papers(user).iterator(chunk_size=200):
                if (stream := _opened(paper)) is None:
                    continue
                files[paper.pk] = _file_name(paper)
                # Papers are packed already.
                entry = zipfile.ZipInfo(files[paper.pk], timezone.localtime(paper.uploaded_at).timetuple()[:6])
                with stream, archive.open(entry, "w") as target:
                    shutil.copyfileobj(stream, target, _CHUNK)
            archive.writestr("data.json", json.dumps(own_data(user, files), ensure_ascii=False, indent=2))
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made


def read_me(user: User) -> str:
    """Return what the file holds, key by key, in the language in force."""
    lines = [
        _("Your data in the registry of PPP projects"),
        _("Made for %(person)s on %(day)s.")
        % {"person": user, "day": date_format(timezone.localdate(), "DATE_FORMAT")},
        "",
        _(
            "You have the right to know what is kept about you "
            "(Law of the Republic of Kazakhstan “On personal data and their protection” No. 94-V)."
        ),
        "",
        _("data.json holds everything but the papers. Its parts:"),
        *(f"  {key} – {words}" for key, words in _parts().items()),
        "",
        _("The folder papers holds every version of every paper as it was uploaded; “file” in data.json names it."),
        _("A paper that the virus scanner holds is not in the folder: its “file” is empty."),
        _("Sums are whole tenge. Times carry their shift from Greenwich."),
    ]
    return "\n".join(lines) + "\n"


def _parts() -> dict[str, str]:
    return {
        "account": _("you: e-mail, name, language, dates"),
        "organisations": _("organisations you work for; contact data where you are an owner"),
        "applications": _("applications with everything typed, their papers, steps with dates, requests and answers"),
        "letters": _(
            "letters to you of the last 30 days; those about your account without their text, it opens the account"
        ),
        "readings": _("when the chamber opened your proposals, papers and contact data, and in which role"),
        "follows": _("what you follow by e-mail"),
        "invitations": _("invitations to your address"),
    }
