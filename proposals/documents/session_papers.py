"""Papers of a session for print: the agenda, and the list that becomes the annex to the resolution."""

from typing import Final

from django.utils.translation import override

from proposals.documents.agenda_docx import paper_docx
from proposals.documents.agenda_paper import agenda_paper
from proposals.documents.agenda_pdf import paper_pdf
from proposals.documents.agenda_words import LANGUAGES
from proposals.documents.list_annex import list_paper
from proposals.models import Session
from reference.roman import to_roman

_PAPERS: Final = {"agenda": agenda_paper, "list": list_paper}
_FORMATS: Final = {
    "pdf": (paper_pdf, "application/pdf"),
    "docx": (paper_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def session_paper(session: Session, paper: str, language: str, format: str) -> tuple[bytes, str, str]:
    """Return a paper of a session as bytes, content type and file name; the same facts give the same bytes.

    ``paper`` is "agenda" or "list", ``language`` "kk" or "ru", ``format`` "pdf" or "docx"; anything else raises
    LookupError. Who may read it is the caller's to ask.
    """
    if paper not in _PAPERS or language not in LANGUAGES or format not in _FORMATS:
        raise LookupError(paper, language, format)
    write, content_type = _FORMATS[format]
    with override(language):
        content = write(_PAPERS[paper](session, language))
    sitting = f"{to_roman(session.convocation)}-{to_roman(session.number)}"
    return content, content_type, f"{paper}-{sitting}-{language}.{format}"
