"""Acts on one project of the list, each a page with one form and one service behind it: status and contract."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from projects.admin.forms import ContractChangeForm, ContractForm, StatusForm, TreasuryForm
from projects.admin.record import RecordAdmin
from projects.models import Contract, Project
from projects.services import contracts, register
from reference.refusals import put_refusal


class ActsAdmin(RecordAdmin):
    """Adds the pages of the acts to the pages of a project."""

    def get_urls(self) -> list:
        """Put the acts before the page that takes every address."""
        pages = {
            "status": self.status_view,
            "contract": self.contract_view,
            "contract/change": self.contract_change_view,
            "contract/treasury": self.treasury_view,
        }
        own = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"projects_project_{name.replace('/', '_')}",
            )
            for name, view in reversed(pages.items())
        ]
        return [*own, *super().get_urls()]

    def status_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record what became of an approved project."""
        project = self._changeable(request, object_id)
        form = StatusForm(_posted(request), request.FILES or None, project=project, initial={"status": project.status})
        return self._act(
            request,
            _("Record a status: %s") % project,
            project,
            form,
            lambda: register.record_status(project, **form.facts(), by=request.user),
            _("The status is recorded."),
        )

    def contract_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record the contract of an approved project."""
        project = self._changeable(request, object_id, "projects.add_contract")
        if request.method != "POST" and _contract_of(project):
            return HttpResponseRedirect(reverse("admin:projects_project_contract_change", args=[project.pk]))
        form = ContractForm(_posted(request))
        return self._act(
            request,
            _("Record the contract: %s") % project,
            project,
            form,
            lambda: contracts.sign(project, **form.cleaned_data, by=request.user),
            _("The contract is recorded."),
        )

    def contract_change_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record an additional agreement."""
        project, contract = self._with_contract(request, object_id)
        form = ContractChangeForm(_posted(request))
        return self._act(
            request,
            _("Record a change of the contract: %s") % project,
            project,
            form,
            lambda: contracts.change_contract(contract, **form.cleaned_data, by=request.user),
            _("The change of the contract is recorded."),
        )

    def treasury_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record the registration with the treasury."""
        project, contract = self._with_contract(request, object_id)
        form = TreasuryForm(_posted(request), instance=_contract_of(project))
        return self._act(
            request,
            _("Record the registration with the treasury: %s") % project,
            project,
            form,
            lambda: contracts.register_treasury(contract, **form.facts()),
            _("The registration with the treasury is recorded."),
        )

    def _changeable(self, request: HttpRequest, object_id: str, *also: str) -> Project:
        project = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, project) or not request.user.has_perms(also):
            raise PermissionDenied
        if project is None:
            raise Http404
        return project

    def _with_contract(self, request: HttpRequest, object_id: str) -> tuple[Project, Contract]:
        project = self._changeable(request, object_id, "projects.change_contract")
        contract = _contract_of(project)
        if contract is None:
            raise Http404
        return project, contract

    def _act(
        self, request: HttpRequest, title: str, project: Project, form: forms.BaseForm, act: Callable, done: str
    ) -> HttpResponse:
        """Show the form, or carry the act out; what is refused is told at its box and nothing typed is lost."""
        if request.method == "POST" and form.is_valid():
            try:
                act()
            except ValidationError as refusal:
                put_refusal(form, refusal)
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:projects_project_change", args=[project.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "project": project,
            "contract": _contract_of(project),
            "media": self.media + form.media,
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/projects/project/act.html", context, status=status)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _contract_of(project: Project) -> Contract | None:
    return Contract.objects.filter(project=project).first()
