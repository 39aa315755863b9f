"""What a service refused, told at the boxes in which it was typed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError


def put_refusal(form: Any, refusal: ValidationError, box_of: Callable[[str], str] = str) -> None:
    """Put what a service refused beside its boxes; what has no box here stands above them.

    ``box_of`` returns the box in which a column is filled, where the two have different names.
    """
    named = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
    for name, errors in named.items():
        place = box_of(name)
        form.add_error(place if place in form.fields else None, errors)
