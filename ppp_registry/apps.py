"""The top of the house: settings, addresses, the staff site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Sees every other app; no other app sees it."""

    default = True
    name = "ppp_registry"
    verbose_name = _("Registry")


class RegistryAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our staff site."""

    default = False
    default_site = "ppp_registry.admin_site.RegistryAdminSite"
