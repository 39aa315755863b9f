"""Addresses of intake, below /<language>/. Private pages carry random keys, never the number of arrival."""

from django.urls import path

from proposals.views import (
    applications,
    documents,
    filing,
    how_to_apply,
    own_data,
    papers,
    queue,
    road,
    steps,
    suitability,
)
from proposals.views.statistics import page, rows

_ONE = "applications/<uuid:pk>/"
_PROPOSAL = f"{_ONE}proposals/<uuid:proposal>/"

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("how-to-apply/", how_to_apply.how_to_apply, name="how_to_apply"),
    path("how-to-apply/documents/<uuid:pk>/", how_to_apply.blank_document, name="guide_document"),
    path("statistics/", page.statistics, name="statistics"),
    path("statistics/projects/", rows.statistics_projects, name="statistics_projects"),
    path("applications/", applications.mine, name="applications"),
    path("applications/check/", suitability.check, name="suitability"),
    path("applications/new/", applications.new, name="application_new"),
    path(_ONE, applications.application, name="application"),
    path(f"{_ONE}delete/", applications.delete, name="application_delete"),
    path(f"{_ONE}copy/", applications.copy, name="application_copy"),
    path(f"{_ONE}file/", filing.file, name="application_file"),
    path(f"{_ONE}receipt/", filing.receipt, name="receipt"),
    path(f"{_ONE}receipt.pdf", filing.receipt_pdf, name="receipt_pdf"),
    path(f"{_ONE}proposals/add/", applications.add_proposal, name="proposal_add"),
    path(_PROPOSAL, road.proposal, name="proposal"),
    path(f"{_PROPOSAL}remove/", applications.remove_proposal, name="proposal_remove"),
    path(f"{_PROPOSAL}withdraw/", road.withdraw, name="proposal_withdraw"),
    path(f"{_PROPOSAL}answer/<int:number>/", road.answer, name="proposal_answer"),
    path(f"{_PROPOSAL}documents/", documents.library, name="proposal_documents"),
    path(f"{_PROPOSAL}documents/<uuid:document>/", documents.filled, name="proposal_document"),
    path(f"{_PROPOSAL}papers/upload/", papers.upload, name="paper_upload"),
    path(f"{_PROPOSAL}papers/<uuid:paper>/replace/", papers.replace, name="paper_replace"),
    path(f"{_PROPOSAL}papers/<uuid:paper>/mark/", papers.mark, name="paper_mark"),
    path(f"{_PROPOSAL}papers/<uuid:paper>/remove/", papers.remove, name="paper_remove"),
    path(f"{_PROPOSAL}<slug:step>/", steps.step, name="proposal_step"),
    path("papers/<uuid:pk>/", papers.download, name="paper"),
    path("account/data/", own_data.own_data, name="own_data"),
    path("account/erase/", own_data.erase, name="erase_account"),
]
