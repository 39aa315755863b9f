"""People: who may log in, in which language, and with which role."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Our user model and, later, membership in organisations."""

    name = "accounts"
    verbose_name = _("People")
