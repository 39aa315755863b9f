"""The staff site."""

from django.contrib import admin


class RegistryAdminSite(admin.AdminSite):
    """The desk."""
