"""Files without a row are removed, files with a row and young ones never."""

import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from accounts.roles import Role
from proposals.models import Paper
from proposals.services.recording import save_paper
from tests.proposals.applications import applicant, complete_draft, pdf, staff
from tests.proposals.sittings import begun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]
TWO_DAYS = 2 * 24 * 3600


def aged(name: str) -> str:
    path = default_storage.path(name)
    moment = os.stat(path).st_mtime - TWO_DAYS
    os.utime(path, (moment, moment))
    return name


def test_only_old_files_without_a_row_are_removed():
    complete_draft(applicant())
    known = [aged(str(name)) for name in Paper.objects.values_list("file", flat=True)]
    lost = aged(default_storage.save("papers/lost", ContentFile(b"x")))
    young = default_storage.save("papers/young", ContentFile(b"x"))
    call_command("remove_lost_files")
    assert known
    assert [default_storage.exists(name) for name in [*known, lost, young]] == [*[True] * len(known), False, True]


def test_the_scan_of_a_resolution_being_recorded_stays():
    secretary = staff(Role.SECRETARY)
    draft = begun(None, by=secretary)
    draft = save_paper(draft, by=secretary, version=draft.version, scan=pdf("Шешім.pdf"))
    known = aged(str(draft.scan.name))
    lost = aged(default_storage.save("documents/lost", ContentFile(b"x")))
    call_command("remove_lost_files")
    assert [default_storage.exists(name) for name in (known, lost)] == [True, False]


def test_a_dry_run_only_names_them(capsys):
    lost = aged(default_storage.save("papers/lost", ContentFile(b"x")))
    call_command("remove_lost_files", "--dry-run")
    assert lost in capsys.readouterr().out
    assert default_storage.exists(lost)


def test_files_of_the_last_hour_cannot_be_asked_for():
    with pytest.raises(CommandError):
        call_command("remove_lost_files", "--hours", "0")
