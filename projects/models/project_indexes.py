"""By what the database finds rows of the register at once: words, titles, the orders of lists, similar projects."""

from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.db.models import F, Index, Q

from reference.kazakh import outlined

PROJECT_INDEXES = [
    GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="projects_project_search"),
    # By the value alone: what an import is asked is whether a title is there, never which comes next.
    HashIndex(outlined(F("title_kk")), name="projects_project_same_kk"),
    HashIndex(outlined(F("title_ru")), name="projects_project_same_ru"),
    Index(fields=["order_kk", "number"], name="projects_project_order_kk"),
    Index(fields=["order_ru", "number"], name="projects_project_order_ru"),
    Index(fields=["order_en", "number"], name="projects_project_order_en"),
    Index(F("cost").desc(nulls_last=True), F("number"), name="projects_project_by_cost"),
    Index(F("year").desc(nulls_last=True), F("number"), name="projects_project_by_year"),
    # What projects of a kind cost for one place: from the index alone, each time a proposal is looked over.
    Index(
        fields=["sector", "capacity_unit", "-number"],
        include=["cost", "capacity"],
        condition=Q(is_group=False, capacity__gt=0, cost__gt=0),
        name="projects_project_similar",
    ),
    # Thousands of rows share one of these values: read backwards, an index would give them by number backwards.
    Index(fields=["year", "number"], name="projects_project_year_up"),
    Index(fields=["term_years", "number"], name="projects_project_term_up"),
    Index(F("term_years").desc(nulls_last=True), F("number"), name="projects_project_by_term"),
    Index(fields=["jobs", "number"], name="projects_project_jobs_up"),
    Index(F("jobs").desc(nulls_last=True), F("number"), name="projects_project_by_jobs"),
    Index(fields=["status", "number"], name="projects_project_status"),
]
