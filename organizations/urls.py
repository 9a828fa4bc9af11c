"""Addresses of this app's pages."""

from django.urls import URLPattern, path

from organizations.views import (
    account,
    documents,
    hierarchy,
    inbox,
    journal,
    members,
    register,
    runs,
)

app_name = "organizations"

urlpatterns: list[URLPattern] = [
    path("", hierarchy.organizations, name="organizations"),
    path("file/", hierarchy.download, name="organizations_file"),
    path("code/<slug:code>/", hierarchy.organization, name="organization"),
    path("code/<slug:code>/close/", hierarchy.close, name="close"),
    path("code/<slug:code>/change/", hierarchy.change, name="change"),
    path("code/<slug:code>/succeed/", hierarchy.succeed, name="succeed"),
    path("register/", register.register, name="register"),
    path("register/blank/", register.blank, name="register_blank"),
    path("register/marked/<str:key>/", register.marked, name="register_marked"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/<int:pk>/move/", members.move, name="move"),
    path("members/<int:pk>/substitute/", members.substitute, name="substitute"),
    path("members/<int:pk>/block/", members.block, name="block"),
    path("members/<int:pk>/unblock/", members.unblock, name="unblock"),
    path("invitations/<int:pk>/revoke/", members.revoke, name="revoke"),
    path("join/<str:secret>/", members.join, name="join"),
    path("account/", account.account, name="account"),
    path("account/tokens/issue/", account.issue_token, name="issue_token"),
    path("account/tokens/revoke/", account.revoke_token, name="revoke_token"),
    path("account/substitute/", account.appoint, name="appoint"),
    path("account/as-myself/", account.act_as_myself, name="act_as_myself"),
    path("substitutions/<int:pk>/act/", account.act_for, name="act_for"),
    path("substitutions/<int:pk>/end/", account.end_substitution, name="end_substitution"),
    path("documents/", documents.documents, name="documents"),
    path("documents/upload/", documents.document_upload, name="document_upload"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/accept/", documents.document_accept, name="document_accept"),
    path("documents/<int:pk>/return/", documents.document_return, name="document_return"),
    path(
        "documents/<int:pk>/versions/<int:number>/",
        documents.document_version,
        name="document_version",
    ),
    path("runs/", runs.runs, name="runs"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/cancel/", runs.run_cancel, name="run_cancel"),
    path("runs/<int:pk>/repeat/", runs.run_repeat, name="run_repeat"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="notices_read"),
    path("inbox/<int:pk>/read/", inbox.read, name="notice_read"),
    path("journal/", journal.journal, name="journal"),
    path("journal/file/", journal.journal_file, name="journal_file"),
]
