"""The id of the running transaction, by which triggers tell rows that were written together."""

from django.db import models
from django.db.models import Func


class CurrentTransaction(Func):
    """PostgreSQL's ``txid_current()``; a column's default in the database."""

    function = "txid_current"
    output_field = models.BigIntegerField()
