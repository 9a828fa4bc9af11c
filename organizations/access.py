"""Who may do what: roles, permissions and the one table that joins them; no queries."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the organization they act for."""

    MINISTRY = "ministry"
    OPERATOR = "operator"
    METHODOLOGIST = "methodologist"
    COORDINATOR = "coordinator"
    DEPUTY = "deputy"
    EXPERT = "expert"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


ROLE_TITLES = {
    Role.MINISTRY: "специалист министерства",
    Role.OPERATOR: "оператор центра мониторинга",
    Role.METHODOLOGIST: "методист",
    Role.COORDINATOR: "муниципальный координатор",
    Role.DEPUTY: "заместитель директора",
    Role.EXPERT: "эксперт",
    Role.OBSERVER: "общественный наблюдатель",
    Role.ADMINISTRATOR: "администратор портала",
}


class Permission(StrEnum):
    """One kind of act, or of sight, that not everyone has."""

    ORGANIZATION_MANAGE = "organization.manage"
    REGISTER_IMPORT = "register.import"
    MEMBER_MANAGE = "member.manage"
    JOURNAL_READ = "journal.read"
    RUN_READ = "run.read"
    RUN_MANAGE = "run.manage"
    ROADMAP_EDIT = "roadmap.edit"
    EXECUTION_READ = "execution.read"
    EXECUTION_REPORT = "execution.report"
    EXECUTION_ACCEPT = "execution.accept"
    PROCEDURE_EDIT = "procedure.edit"
    WORK_EDIT = "work.edit"
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_EDIT = "schedule.edit"
    HOLDING_READ = "holding.read"
    HOLDING_MANAGE = "holding.manage"
    TABLE_READ = "table.read"
    TABLE_IMPORT = "table.import"
    RESULT_READ = "result.read"
    RESULT_IMPORT = "result.import"
    RESULT_REOPEN = "result.reopen"
    INDICATOR_READ = "indicator.read"
    OBJECTIVITY_READ = "objectivity.read"
    OBJECTIVITY_COMPUTE = "objectivity.compute"
    CASE_ANSWER = "case.answer"
    CASE_MANAGE = "case.manage"
    MARKER_IMPORT = "marker.import"
    METHOD_EDIT = "method.edit"
    DOCUMENT_READ = "document.read"
    DOCUMENT_UPLOAD = "document.upload"
    DOCUMENT_ACCEPT = "document.accept"
    REPORT_READ = "report.read"
    REPORT_BUILD = "report.build"
    TOKEN_ISSUE = "token.issue"  # noqa: S105 - the name of a permission


_P = Permission

# The whole policy. Each row holds inside the holder's own territory only: the organization they
# act for and all below it. Who sees a school's signals: the school, its municipality, the centre
# and the ministry, nobody else.
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MINISTRY: frozenset(
        {
            _P.SCHEDULE_READ, _P.SCHEDULE_EDIT, _P.HOLDING_READ, _P.TABLE_READ,
            _P.ORGANIZATION_MANAGE, _P.JOURNAL_READ, _P.RUN_READ, _P.RUN_MANAGE,
            _P.ROADMAP_EDIT, _P.EXECUTION_READ, _P.EXECUTION_REPORT, _P.EXECUTION_ACCEPT,
            _P.RESULT_READ, _P.INDICATOR_READ, _P.OBJECTIVITY_READ, _P.OBJECTIVITY_COMPUTE,
            _P.CASE_MANAGE, _P.METHOD_EDIT,
            _P.DOCUMENT_READ, _P.REPORT_READ, _P.REPORT_BUILD, _P.TOKEN_ISSUE,
        }
    ),
    Role.OPERATOR: frozenset(
        {
            _P.PROCEDURE_EDIT, _P.SCHEDULE_READ, _P.SCHEDULE_EDIT,
            _P.HOLDING_READ, _P.HOLDING_MANAGE,
            _P.TABLE_READ, _P.TABLE_IMPORT, _P.RESULT_REOPEN,
            _P.REGISTER_IMPORT, _P.RUN_READ, _P.RUN_MANAGE,
            _P.ROADMAP_EDIT, _P.EXECUTION_READ, _P.EXECUTION_REPORT,
            _P.WORK_EDIT, _P.RESULT_READ, _P.RESULT_IMPORT,
            _P.INDICATOR_READ, _P.OBJECTIVITY_READ, _P.OBJECTIVITY_COMPUTE,
            _P.CASE_MANAGE, _P.MARKER_IMPORT, _P.METHOD_EDIT,
            _P.DOCUMENT_READ, _P.REPORT_READ, _P.REPORT_BUILD, _P.TOKEN_ISSUE,
        }
    ),
    Role.METHODOLOGIST: frozenset(
        {
            _P.SCHEDULE_READ, _P.TABLE_READ,
            _P.RUN_READ, _P.ROADMAP_EDIT, _P.EXECUTION_READ, _P.EXECUTION_REPORT,
            _P.INDICATOR_READ, _P.DOCUMENT_READ, _P.REPORT_READ, _P.TOKEN_ISSUE,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            _P.SCHEDULE_READ, _P.SCHEDULE_EDIT, _P.HOLDING_READ, _P.HOLDING_MANAGE,
            _P.TABLE_READ, _P.TABLE_IMPORT, _P.RESULT_REOPEN,
            _P.MEMBER_MANAGE, _P.JOURNAL_READ, _P.RUN_READ, _P.RUN_MANAGE,
            _P.ROADMAP_EDIT, _P.EXECUTION_READ, _P.EXECUTION_REPORT, _P.EXECUTION_ACCEPT,
            _P.RESULT_READ, _P.RESULT_IMPORT,
            _P.INDICATOR_READ, _P.OBJECTIVITY_READ, _P.OBJECTIVITY_COMPUTE,
            _P.DOCUMENT_READ, _P.DOCUMENT_ACCEPT, _P.REPORT_READ, _P.REPORT_BUILD, _P.TOKEN_ISSUE,
        }
    ),
    Role.DEPUTY: frozenset(
        {
            _P.SCHEDULE_READ, _P.SCHEDULE_EDIT, _P.HOLDING_READ, _P.HOLDING_MANAGE, _P.TABLE_READ,
            _P.RUN_READ, _P.ROADMAP_EDIT, _P.EXECUTION_READ, _P.EXECUTION_REPORT,
            _P.RESULT_READ, _P.RESULT_IMPORT, _P.INDICATOR_READ, _P.OBJECTIVITY_READ,
            _P.CASE_ANSWER, _P.DOCUMENT_READ, _P.DOCUMENT_UPLOAD, _P.REPORT_READ, _P.REPORT_BUILD,
            _P.TOKEN_ISSUE,
        }
    ),
    Role.EXPERT: frozenset(),
    Role.OBSERVER: frozenset(),
    Role.ADMINISTRATOR: frozenset(
        {
            _P.ORGANIZATION_MANAGE, _P.REGISTER_IMPORT, _P.MEMBER_MANAGE,
            _P.JOURNAL_READ, _P.RUN_READ, _P.RUN_MANAGE, _P.TOKEN_ISSUE,
        }
    ),
}  # fmt: skip

# Whom the holder of MEMBER_MANAGE may invite: a municipality manages its own and its schools'
# people, only the administrator of the portal invites to the regional level.
INVITES: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.COORDINATOR: frozenset({Role.COORDINATOR, Role.METHODOLOGIST, Role.DEPUTY}),
}


@dataclass(frozen=True)
class Viewer:
    """A signed-in person together with the role and the place they act for.

    `organization_id` is where they work, `territory_id` the node of the tree whose rows they see:
    the same for a municipality or a school, the region for a body beside the tree.
    """

    user_id: int
    name: str
    role: Role
    organization_id: int
    organization_name: str
    territory_id: int
    level: int

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]
