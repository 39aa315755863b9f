"""What the staff site is sent as keys and conditions may be junk: that is an answer to the sender, never a fault."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError, models
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse

NUL, UNREADABLE = "\0", "\ufffd"


def is_readable(field: models.Field, key: Any) -> bool:
    """Tell whether a row may have this key at all, so that the database can be asked for it."""
    try:
        field.clean(key, None)
    except ValidationError:
        return False
    return NUL not in str(key)


class KnownRowSelect(AutocompleteSelect):
    """A box that completes words; a key that no row can have selects nothing and is refused by the field."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list:
        """Look only for rows that there may be."""
        target = self.field.target_field
        return super().optgroups(name, [key for key in value if is_readable(target, key)], attrs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Replace NUL, at which the database fails, by a sign that stands in no key."""
        value = super().value_from_datadict(data, files, name)
        return value.replace(NUL, UNREADABLE) if isinstance(value, str) else value


class ReadableChangeList(ChangeList):
    """A list that treats what only fails when the database is asked like any other unreadable condition."""

    def get_results(self, request: HttpRequest) -> None:
        """Count and cut the list; unreadable conditions lead to the whole list."""
        try:
            super().get_results(request)
        except (ArithmeticError, LookupError, TypeError, ValueError, ValidationError, DataError) as error:
            raise IncorrectLookupParameters(error) from error


class ReadableAdmin(admin.ModelAdmin):
    """Checks keys and conditions before the database meets them."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Conditions in the address."""
        return ReadableChangeList

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        """Keys in a form."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownRowSelect(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def response_action(
        self, request: HttpRequest, queryset: models.QuerySet, *more: Any, **named: Any
    ) -> HttpResponse | None:
        """Keys of ticked rows."""
        if not all(is_readable(self.opts.pk, key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise SuspiciousOperation("A ticked row has a key that no row can have")
        return super().response_action(request, queryset, *more, **named)
