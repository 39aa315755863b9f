"""The top of the house: settings, addresses, the staff site."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _


class RegistryConfig(AppConfig):
    """Sees every other app; no other app sees it."""

    default = True
    name = "ppp_registry"
    verbose_name = _("Registry")


class RegistryAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our staff site."""

    default = False
    default_site = "ppp_registry.admin_site.RegistryAdminSite"

    def ready(self) -> None:
        """Give the staff site the words that Django leaves in English, whatever the language."""
        super().ready()
        from django.contrib.admin import widgets
        from django.contrib.admin.templatetags import admin_list

        # The searchable choices know Kazakh by static/admin/js/vendor/select2/i18n/kk.js.
        widgets.SELECT2_TRANSLATIONS["kk"] = "kk"
        # Django reads “True” aloud in every language.
        admin_list._boolean_icon = _yes_or_no  # type: ignore[attr-defined]


def _yes_or_no(value: Any) -> SafeString:
    """Return the sign of a yes or a no, with the word for whoever cannot see it."""
    from django.templatetags.static import static

    kind, word = {True: ("yes", gettext("Yes")), False: ("no", gettext("No"))}.get(
        value, ("unknown", gettext("Unknown"))
    )
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{kind}.svg"), word)
