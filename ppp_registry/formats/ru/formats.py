"""Russian formats where we differ from Django: a month alone stands in the nominative."""

YEAR_MONTH_FORMAT = r"F Y \г."
MONTH_DAY_FORMAT = "j E"
