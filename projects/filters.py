"""The one filter of the register: page, admin links, API and downloads read the same parameter names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models import ListChange, Project, Resolution
from projects.queries import as_of, register
from projects.queries.cells import KNOWN_GROUPINGS, PARTS, Choice, choice_of, dimensions_of, totals_of, totals_of_by
from projects.queries.facets import FACETS, UNKNOWN_YEAR, Counts, counts_of, counts_of_rows
from projects.queries.ordering import ORDERINGS, Term, order_terms, sorted_by
from projects.queries.records import Record, records, records_on, table, table_on
from projects.queries.search import Instead, forgiving
from projects.queries.sought import first_in_order, holds_any
from projects.queries.totals import Figures, Group, Totals, totals, totals_at_most, totals_by
from projects.queries.turning import with_keys
from reference import query_strings
from reference.codelists import InitiatorType, ProjectStatus
from reference.fields import TengeFormField
from reference.languages import reader_language
from reference.models import Sector, Territory
from reference.partial_dates import EARLIEST_YEAR, LATEST_YEAR, PartialDateError, parse_partial_date
from reference.queries import within
from reference.validators import validate_visible_text

NOT_ON_FILE = "none"
"""Value of ``resolution`` that asks for the rows known from public sources only."""


_OF_ROWS, _OF_LINES = ("search_text", ""), ("words", "project__")
"""Column that a search reads, and the path from there to the project."""


class TengeFilter(django_filters.Filter):
    """A bound of the cost: ``1 000 000`` and ``1,1 bn`` both do."""

    field_class = TengeFormField


class ResolutionField(forms.CharField):
    """The id of a resolution, or ``none``."""

    def clean(self, value: Any) -> str | int | None:
        text = super().clean(value)
        if not text or text == NOT_ON_FILE:
            return text or None
        if text.isascii() and text.isdecimal() and len(text) < 10 and Resolution.objects.filter(pk=int(text)).exists():
            return int(text)
        raise ValidationError(
            _("There is no such resolution. Choose one from the list of resolutions."), code="invalid"
        )


class ResolutionFilter(django_filters.Filter):
    """Rows that entered by one resolution, or rest on none."""

    field_class = ResolutionField


class DayField(forms.CharField):
    """A past day or today, as ``2024-03-01`` or ``01.03.2024``; cleans to a date or None."""

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            parsed = parse_partial_date(text)
        except PartialDateError as error:
            raise ValidationError(error.args[0], code="invalid") from error
        if len(parsed) != len("2024-03-01"):
            raise ValidationError(_("Write a whole date such as 01.03.2024."), code="invalid")
        day = date.fromisoformat(parsed)
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come. Choose today or an earlier day."), code="future")
        return day


class DayFilter(django_filters.Filter):
    """The day on which the list is looked at."""

    field_class = DayField


class _Form(forms.Form):
    """Refuses what a query string can say twice or the wrong way round."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in SINGLE:
            if hasattr(self.data, "getlist") and len(self.data.getlist(name)) > 1:
                self.add_error(name, ValidationError(query_strings.GIVEN_TWICE, code="repeated"))
        least, greatest = cleaned.get("cost_min"), cleaned.get("cost_max")
        if least is not None and greatest is not None and least > greatest:
            message = _("The least cost is greater than the greatest. Exchange them.")
            self.add_error("cost_min", message)
            self.add_error("cost_max", message)
        return cleaned


class ProjectFilter(django_filters.FilterSet):
    """Filters of the register by their public names; an empty one is none."""

    # No filter joins what could double a row; DISTINCT would read and sort all of them for nothing.
    sector = django_filters.ModelMultipleChoiceFilter(queryset=Sector.objects.all(), label=_("Sector"), distinct=False)
    territory = django_filters.ModelMultipleChoiceFilter(
        queryset=Territory.objects.all(), label=_("Territory"), method="in_territory"
    )
    initiator_type = django_filters.MultipleChoiceFilter(
        choices=InitiatorType.choices, label=_("Initiator"), distinct=False
    )
    status = django_filters.MultipleChoiceFilter(choices=ProjectStatus.choices, label=_("Status"), distinct=False)
    year = django_filters.MultipleChoiceFilter(
        choices=[(str(year), str(year)) for year in range(EARLIEST_YEAR, LATEST_YEAR + 1)],
        null_value=UNKNOWN_YEAR,
        null_label=pgettext_lazy("year", "unknown"),
        label=_("Year"),
        distinct=False,
    )
    cost_min = TengeFilter(field_name="cost", lookup_expr="gte", label=_("Cost from, tenge"))
    cost_max = TengeFilter(field_name="cost", lookup_expr="lte", label=_("Cost to, tenge"))
    resolution = ResolutionFilter(method="by_resolution", label=_("Resolution"))
    as_of = DayFilter(method="as_it_stands", label=_("The list on the day"), max_length=40)
    search = django_filters.CharFilter(
        method="with_words", label=pgettext_lazy("field", "Search"), max_length=200, validators=[validate_visible_text]
    )
    ordering = django_filters.ChoiceFilter(
        method="in_order",
        label=_("Order"),
        choices=[(sign + name, sign + name) for name in ORDERINGS for sign in ("", "-")],
    )

    class Meta:
        model = Project
        fields: list[str] = []
        form = _Form

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(query_strings.without_blanks(data), **kwargs)
        self._searched: dict[str, Q] = {}
        self._forgiven: dict[str, Q] = {}
        self._terms: list[Term] | None = None

    @property
    def day(self) -> date | None:
        """The past day that was asked for; None for the register as it stands. The form must be valid."""
        return self.form.cleaned_data["as_of"]

    @classmethod
    def unknown_parameters(cls, given: Collection[str], also_known: Collection[str] = ("page",)) -> list[str]:
        """Return the parameters that are no filter of ours, in alphabetical order."""
        return sorted(set(given) - set(cls.base_filters) - set(also_known))

    def problems(self, given: Mapping[str, Any], also_known: Collection[str] = ()) -> dict[str, list[str]]:
        """Return what cannot be read, parameter by parameter, in sentences; empty when the view can be shown.

        ``also_known`` are parameters of the address that somebody else reads.
        """
        found = {str(name): [str(message) for message in messages] for name, messages in self.form.errors.items()}
        return found | query_strings.unknown(given, {*self.base_filters, *also_known})

    @cached_property
    def choice(self) -> Choice | None:
        """The view as a choice of what is added up beforehand; None where only rows know it. The form must be valid."""
        return choice_of(self.form.cleaned_data)

    def figures(self) -> Figures:
        """Return number, known costs and sum of the view, on the chosen day or today. One query."""
        return self.totals() if self.day is None else as_of.totals_on(self.lines())

    def totals(self) -> Totals:
        """Return the totals of the view today. One query, of the sums made beforehand where these know the view."""
        return totals(self.rows()) if self.choice is None else totals_of(self.choice)

    def totals_by(self, grouping: str, *, without: Collection[str] = ()) -> list[Group]:
        """Return the totals of today by a grouping, as if the filters named in ``without`` were not set.

        One query, of the sums made beforehand where these know view and grouping; raises KeyError for a grouping that
        ``projects/queries/totals.py`` does not know.
        """
        if self.choice is None or grouping not in KNOWN_GROUPINGS:
            return totals_by(grouping, self.rows(without=[*without, "ordering"]))
        return totals_of_by(grouping, self.choice.without(*(PARTS[name] for name in without)))

    def facets(self) -> Counts:
        """Return how many rows each choice of each facet would show, on the chosen day or today.

        One query of the sums made beforehand where these know the view, else of the rows that the other filters leave.
        """
        if self.choice is not None:
            return counts_of(self.choice)
        choice, others = dimensions_of(self.form.cleaned_data), [*FACETS, "ordering"]
        if self.day is None:
            return counts_of_rows(self.rows(without=others), choice)
        lines = self.lines(without=others).order_by().values("project")
        return counts_of_rows(self.queryset.filter(pk__in=lines), choice.without("statuses"))

    @property
    def is_sought(self) -> bool:
        """Whether the rows of today are narrowed by what no sum made beforehand knows. The form must be valid."""
        return self.day is None and any(self.form.cleaned_data[name] not in (None, "") for name in SOUGHT)

    @cached_property
    def shown(self) -> Any:
        """What a page says of the view: Totals, or MoreThan where it has more rows than are counted for a page.

        Figures on a chosen day, as :meth:`figures` gives them.
        """
        return totals_at_most(self.rows()) if self.is_sought else self.figures()

    def page(self, first: int, size: int) -> QuerySet[Project]:
        """Return so many rows of today in the order of the view, behind the ``first`` ones."""
        found = self.shown
        if not self.is_sought:
            return self.rows()[first : first + size]
        terms = self.order_terms()
        keys = first_in_order(with_keys(self.rows(), terms), terms, found, first + size)[first:]
        return register.register().filter(pk__in=keys).order_by(*sorted_by(terms))

    def records(self, among: Collection[int] | None = None) -> Iterator[Record]:
        """Yield the rows of the view in its order, on the chosen day or today. One query.

        ``among``: only the rows with these numbers.
        """
        if self.day is None:
            return records(self.rows() if among is None else self.rows().filter(number__in=among))
        return records_on(self.lines() if among is None else self.lines().filter(project__number__in=among))

    def table(self, more: Iterable[str] = ()) -> QuerySet[Any]:
        """Return the query of the records' columns in the order of the view, on the chosen day or today.

        ``more`` are paths from the project, of columns behind these.
        """
        return table(self.rows(), more) if self.day is None else table_on(self.lines(), more)

    def rows(self, *, without: Collection[str] = ()) -> QuerySet[Project]:
        """Return the filtered rows, as if the filters named in ``without`` were not set. The form must be valid."""
        chosen = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name not in without:
                chosen = self.filters[name].filter(chosen, value)
        return chosen

    def lines(self, *, without: Collection[str] = ()) -> QuerySet[ListChange]:
        """Return the filtered lines of the list on the chosen day; status is of today and does not filter them."""
        if self.day is None:
            raise ValueError("no day is chosen")
        chosen = as_of.list_on(self.day).order_by("project__number")
        for name, value in self.form.cleaned_data.items():
            if name not in without and value not in (None, "", []):
                chosen = self._of_lines(chosen, name, value)
        return chosen

    def _of_lines(self, chosen: QuerySet[ListChange], name: str, value: Any) -> QuerySet[ListChange]:
        if name == "search":
            return as_of.with_words(chosen).filter(self._sought(value, *_OF_LINES))
        if name == "ordering":
            return chosen.order_by(*sorted_by(self.order_terms()))
        if name in ("cost_min", "cost_max"):
            return chosen.filter(Q((f"cost__{'gte' if name == 'cost_min' else 'lte'}", value)))
        if name == "resolution":
            return chosen.filter(project__resolution=None if value == NOT_ON_FILE else int(value))
        if name == "year":
            unknown = Q(project__year__isnull=True) if UNKNOWN_YEAR in value else Q()
            return chosen.filter(unknown | Q(project__year__in=[year for year in value if year != UNKNOWN_YEAR]))
        if name == "initiator_type":
            return chosen.filter(project__initiator_type__in=value)
        if name == "sector" and value:
            return chosen.filter(project__sector__in=[sector.pk for sector in value])
        if name == "territory" and value:
            return chosen.filter(within((territory.pk for territory in value), "project__"))
        return chosen

    def as_it_stands(self, chosen: QuerySet[Project], name: str, value: date) -> QuerySet[Project]:
        """Leave the rows of today alone: a past day has lines of its own."""
        return chosen

    def in_territory(self, chosen: QuerySet[Project], name: str, territories: Any) -> QuerySet[Project]:
        """A city or region includes its districts."""
        return chosen.filter(within(territory.pk for territory in territories)) if territories else chosen

    def by_resolution(self, chosen: QuerySet[Project], name: str, value: str | int) -> QuerySet[Project]:
        """Keep the rows of one resolution, or those without any."""
        return chosen.filter(resolution__isnull=True) if value == NOT_ON_FILE else chosen.filter(resolution=int(value))

    def with_words(self, chosen: QuerySet[Project], name: str, text: str) -> QuerySet[Project]:
        """Keep the rows that hold every word, or words like those that nothing holds; see :attr:`instead`."""
        return chosen.filter(self._sought(text, *_OF_ROWS))

    @cached_property
    def instead(self) -> Instead:
        """What is searched in place of mistyped words; false unless the text as it stands finds nothing anywhere.

        Whether it does is asked of the whole register, or of the whole list on the chosen day, so that the other
        filters never change what the words mean. The form must be valid.
        """
        text = self.form.cleaned_data["search"]
        if not text:
            return Instead()
        if self.day is None:
            is_found = holds_any(self.queryset.filter(self._as_typed(text, *_OF_ROWS)))
        else:
            lines = as_of.with_words(as_of.list_on(self.day))
            is_found = lines.filter(self._as_typed(text, *_OF_LINES)).exists()
        return Instead() if is_found else forgiving(text, self._names)

    @cached_property
    def _names(self) -> register.Names:
        return register.names()

    def _as_typed(self, text: str, column: str, project: str) -> Q:
        # Asked once for the list, its totals and each facet.
        if column not in self._searched:
            self._searched[column] = register.search_condition(text, self._names, column=column, project=project)
        return self._searched[column]

    def _sought(self, text: str, column: str, project: str) -> Q:
        if not self.instead:
            return self._as_typed(text, column, project)
        if column not in self._forgiven:
            self._forgiven[column] = register.search_condition(
                text, self._names, column=column, project=project, instead=self.instead.words
            )
        return self._forgiven[column]

    def order_terms(self) -> list[Term]:
        """Return by what the view is sorted: expressions over its rows and whether the greatest stands first.

        On a chosen day they are expressions over its lines. Every expression may be NULL, and NULL stands last in both
        directions; only the last one, the number, never is, and no two rows share it. The form must be valid.
        """
        chosen = self.form.cleaned_data["ordering"] or "number"
        if self._terms is None:
            self._terms = order_terms(chosen, reader_language(), of_lines=self.day is not None)
        return self._terms

    def in_order(self, chosen: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """Order the rows by :meth:`order_terms`; on a chosen day nobody reads the rows in order."""
        return chosen.order_by(*sorted_by(self.order_terms())) if self.day is None else chosen


SOUGHT = ("search", "cost_min", "cost_max", "resolution")
"""Filters that are no choice among few values: figures of such a view are read from its rows."""
SINGLE = ("as_of", "cost_min", "cost_max", "resolution", "search", "ordering")
"""Parameters that may stand in an address once only."""
