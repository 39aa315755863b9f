"""Users on the staff site. Nobody gives oneself a role, and roles are the only way to rights."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice
from post_office.models import Attachment, Email, EmailTemplate, Log

from accounts.models import User
from accounts.queries.second_factor import second_factor_of
from accounts.roles import Role, role_label
from accounts.services import second_factor
from accounts.views.common import person, site_of

admin.site.unregister(Group)
# Letters hold links that open accounts: nobody reads them on the staff site.
admin.site.unregister([Attachment, Email, EmailTemplate, Log])
# The library's page shows the secrets of everybody.
admin.site.unregister(TOTPDevice)


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


_READ = {"groups": "role_names"}
"""What stands in place of a field on a page that nobody may change."""


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
    list_filter = [
        ("groups", RoleFilter),
        "is_active",
        "is_staff",
        ("erasure_asked_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["full_name", "email"]
    ordering = ["full_name"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "full_name", "language", "password", "second_factor"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "groups"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined", "erasure_asked_at", "erased_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "full_name", "language", "usable_password", "password1", "password2"]}),
        (_("Rights"), {"fields": ["is_staff", "groups"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """For whoever only reads: the roles by their names, and no button of a password that leads nowhere."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [
            (title, {**facts, "fields": [_READ.get(str(name), name) for name in facts["fields"] if name != "password"]})
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
        fixed = ["last_login", "date_joined", "second_factor", "erasure_asked_at", "erased_at"]
        if obj is None:
            return fixed
        if obj == request.user:
            return [*fixed, "is_active", "is_staff", "groups"]
        return fixed

    @admin.display(description=_("Second factor"))
    def second_factor(self, user: User) -> str:
        """Tell since when the person has one."""
        app = second_factor_of(user)
        return date_format(timezone.localtime(app.created_at), "DATE_FORMAT") if app else gettext("not set up")

    def get_urls(self) -> list[Any]:
        """Add the page that resets a lost second factor."""
        reset = self.admin_site.admin_view(self.second_factor_view)
        return [path("<int:key>/second-factor/", reset, name="accounts_user_second_factor"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer the reset to whoever may do it."""
        user = self.get_object(request, object_id)
        may = user is not None and self._may_reset(request, user) and second_factor_of(user) is not None
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "may_reset_second_factor": may}
        )

    def _may_reset(self, request: HttpRequest, user: User) -> bool:
        return user != request.user and self.has_change_permission(request, user)

    def second_factor_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask once more, then reset the second factor of somebody else."""
        user = User.objects.filter(pk=key).first()
        if user is None or not self.has_view_or_change_permission(request):
            raise Http404
        if not self._may_reset(request, user):
            raise PermissionDenied
        if request.method == "POST":
            with transaction.atomic():
                done = second_factor.reset(user, by=person(request), site=site_of(request))
                if done:
                    self.log_change(request, user, [{"deleted": {"name": "Second factor", "object": str(user)}}])
            if done:
                messages.success(request, gettext("The second factor of %(name)s is reset.") % {"name": user})
            return redirect("admin:accounts_user_change", user.pk)
        facts = {"opts": self.opts, "title": gettext("Reset the second factor"), "original": user}
        context = {**self.admin_site.each_context(request), **facts}
        return TemplateResponse(request, "admin/accounts/user/second_factor.html", context)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Let only superusers change a superuser, else a password reset would be a promotion; nobody the erased."""
        if obj is not None and (obj.erased_at or (obj.is_superuser and not request.user.is_superuser)):
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Switched on again, a person is not erased any more."""
        if obj.is_active:
            obj.erasure_asked_at = None
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are switched off, never deleted: history keeps their names."""
        return False
