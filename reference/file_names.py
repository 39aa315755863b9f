"""What a file is called when it is handed out."""

from reference.identifiers import mask_iins
from reference.validators import one_line

LONGEST_STEM = 240


def shown_name(name: str, extension: str, otherwise: str = "document") -> str:
    """Return the sender's name of a file, safe to show: one line, no path, no personal number, the true ending."""
    stem = one_line(name.replace("\x00", "").replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return f"{mask_iins(stem)[:LONGEST_STEM] or otherwise}.{extension}"
