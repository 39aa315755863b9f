"""Users on the staff site. Nobody gives oneself a role, and roles are the only way to rights."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from post_office.models import Attachment, Email, EmailTemplate, Log

from accounts.models import User
from accounts.roles import Role, role_label

admin.site.unregister(Group)
# Letters hold links that open accounts: nobody reads them on the staff site.
admin.site.unregister([Attachment, Email, EmailTemplate, Log])


class RolesField(forms.ModelMultipleChoiceField):
    """Roles by their names in the reader's language."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Group) -> str:
        return role_label(obj.name)


class _WithRoles(forms.ModelForm):
    groups = RolesField(
        queryset=Group.objects.filter(name__in=Role.values).order_by("name"),
        required=False,
        label=_("Roles"),
        help_text=_("What each role may do stands in docs/roles.md."),
    )


class UserForm(_WithRoles, UserChangeForm):
    """Changing a user."""


class NewUserForm(_WithRoles, AdminUserCreationForm):
    """Adding a user."""

    class Meta:
        model = User
        fields = ("email", "full_name", "language")


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody; Django writes the help once for all languages, in that of the site."""

    usable_password_help_text = lazy(format_html, SafeString)(
        '{} <ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        SetUnusablePasswordMixin.usable_password_help_text,
        _("If disabled, the current password for this user will be lost."),
    )


class RoleFilter(admin.RelatedFieldListFilter):
    """Roles by their names in the reader's language."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Return the roles to choose from."""
        return [(key, role_label(str(name))) for key, name in super().field_choices(field, request, model_admin)]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Who may log in, with which roles."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ["full_name", "email", "role_names", "is_active", "last_login"]
    list_filter = [("groups", RoleFilter), "is_active", "is_staff"]
    search_fields = ["full_name", "email"]
    ordering = ["full_name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "full_name", "language", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "full_name", "language", "usable_password", "password1", "password2"]}),
        (_("Rights"), {"fields": ["is_staff", "groups"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Call the roles by their names also for whoever only reads."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [
            (title, {**facts, "fields": ["role_names" if name == "groups" else name for name in facts["fields"]]})
            for title, facts in found
        ]

    @admin.display(description=_("Roles"))
    def role_names(self, user: User) -> str:
        """List the person's roles."""
        return ", ".join(role_label(group.name) for group in user.groups.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the roles of all listed people at once."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Keep one's own rights and anybody's dates out of reach; a superuser is touched by superusers only."""
        fixed = ["last_login", "date_joined"]
        if obj is None:
            return fixed
        if obj == request.user:
            return [*fixed, "is_active", "is_staff", "groups"]
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change a superuser: otherwise a password reset would be a promotion."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are switched off, never deleted: history keeps their names."""
        return False
