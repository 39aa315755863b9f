"""How pages print the values of the figures: the words of paper and workbook, and short sums where there is no room."""

from django import template
from django.utils.html import format_html

from proposals.dashboard.blocks import Kind, Value
from proposals.dashboard.words import in_words
from reference.templatetags.registry_formats import tenge_short

register = template.Library()


@register.filter
def figure(value: Value, kind: Kind) -> str:
    """Print the value in full; what is not known in quiet words."""
    words = in_words(value, kind)
    return format_html('<i class="unknown">{}</i>', words) if value is None and words else words


@register.filter
def short_figure(value: Value, kind: Kind) -> str:
    """Print the value as cards do: a sum short, the full one in reach."""
    return tenge_short(value) if kind == Kind.TENGE and isinstance(value, int) else figure(value, kind)
