"""The organisation one works for, and the people who work for it."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.organisations import InviteForm, OrganisationForm
from accounts.models import Invitation, Organisation
from accounts.queries.organisations import open_invitations, organisations_of
from accounts.queries.sizes import size_limits
from accounts.services import organisations as services
from accounts.views.common import asked_next, own, person, site_of, start_page


def _own(request: HttpRequest, pk: UUID) -> Organisation:
    """Return an organisation the person works for; 404 for every other."""
    return get_object_or_404(organisations_of(request.user), pk=pk)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation; whoever enters it owns it here."""
    following = asked_next(request)
    form = OrganisationForm(request.POST or None, initial={"contact_person": person(request).full_name})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_organisation(form.save(commit=False), by=person(request))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("%(name)s is entered. Now you can file an application.") % {"name": made})
            return redirect(following or start_page(person(request)))
    return render(request, "accounts/organisation_new.html", {"form": form, "limits": size_limits(), "next": following})


@own
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an organisation and its people; its owners change it."""
    return _page(request, _own(request, pk))


def _page(request: HttpRequest, found: Organisation, invite: InviteForm | None = None) -> HttpResponse:
    owner = services.is_owner(found, request.user)
    posted = request.POST if request.method == "POST" and invite is None else None
    name = found.name
    form = OrganisationForm(posted, instance=found) if owner else None
    if posted is not None:
        if form is None:
            services.require_owner(found, request.user)
        elif form.is_valid():
            services.change_organisation(form.save(commit=False), by=person(request))
            messages.success(request, _("Saved."))
            return redirect("organisation", pk=found.pk)
    context = {
        "organisation": found,
        "name": name,
        "form": form,
        "is_owner": owner,
        "limits": size_limits() if owner else [],
        "people": found.memberships.select_related("user"),
        "invitations": open_invitations(found) if owner else [],
        "invite": invite or InviteForm(prefix="invite"),
        "now": timezone.now(),
    }
    return render(request, "accounts/organisation.html", context)


@own
@require_POST
def organisation_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite a colleague by letter."""
    found = _own(request, pk)
    services.require_owner(found, request.user)
    form = InviteForm(request.POST, prefix="invite")
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            services.invite(found, email, by=person(request), site=site_of(request))
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("A letter with the invitation is on its way to %(email)s.") % {"email": email})
            return redirect("organisation", pk=found.pk)
    return _page(request, found, form)


@own
@require_POST
def invitation_withdraw(request: HttpRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    """Make an invitation good no more."""
    found = get_object_or_404(_own(request, pk).invitations, pk=invitation)
    services.withdraw_invitation(found, by=person(request))
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("organisation", pk=pk)


@own
@require_POST
def member_remove(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    """Take a person off the organisation, oneself included."""
    found = get_object_or_404(_own(request, pk).memberships.select_related("user"), pk=member)
    leaves = found.user_id == person(request).pk
    try:
        services.remove_member(found, by=person(request))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("organisation", pk=pk)
    if leaves:
        messages.success(request, _("You have left the organisation."))
        return redirect("account")
    messages.success(request, _("%(name)s works for the organisation no more.") % {"name": found.user})
    return redirect("organisation", pk=pk)


@own
@require_POST
def member_owner(request: HttpRequest, pk: UUID, member: int) -> HttpResponse:
    """Make a person an owner, or an owner a plain member."""
    found = get_object_or_404(_own(request, pk).memberships, pk=member)
    try:
        services.set_owner(found, request.POST.get("owner") == "yes", by=person(request))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Saved."))
    return redirect("organisation", pk=pk)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the invited person in; others learn neither the organisation nor the address."""
    found = get_object_or_404(Invitation.objects.select_related("organisation", "invited_by"), pk=pk)
    try:
        services.check_invitation(found, person(request))
        if request.method == "POST":
            services.accept_invitation(found, by=person(request))
            messages.success(request, _("You now work for %(name)s.") % {"name": found.organisation})
            return redirect("organisation", pk=found.organisation_id)
    except services.NotInvited:
        return render(request, "accounts/invitation_refused.html", {"reason": "person"}, status=403)
    except services.InvitationIsOver:
        if found.accepted_at and found.organisation.memberships.filter(user=person(request)).exists():
            return redirect("organisation", pk=found.organisation_id)
        return render(request, "accounts/invitation_refused.html", {"reason": "over"}, status=410)
    return render(request, "accounts/invitation.html", {"invitation": found})
