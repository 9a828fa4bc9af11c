"""Who may open what: every page × every person, written by hand; a page without a line fails.

    +  the page (200)      >  led elsewhere (302)
    x  refused (403)       -  does not exist for them (404)
    c  contradicts the state of the rows (409)

The rows asked for are of Lake school in North, the plan is North's. Vera is of the ministry, Boris
of the monitoring centre, Inna of the institute; Oleg coordinates North, Svetlana South; Nina is of
Lake school, Igor of Hill school in South; Elena is an expert, Pavel an observer, Anton the
administrator; Rita is of another region's ministry, Zoya has no place.
"""

import pytest

from tests.access.addresses import address
from tests.access.routes import names
from tests.access.tables import PEOPLE, SIGNS, read
from tests.access.test_acts import ACTS

PAGES = read("""
                                 vera boris inna oleg svetlana nina igor elena pavel anton rita zoya
home                              +    +    +    +    +    +    +    +    +    +    +    x

organizations:organizations       +    +    +    +    +    +    +    +    +    +    +    x
organizations:organizations_file  +    +    +    +    +    +    +    +    +    +    +    x
organizations:organization        +    +    +    +    -    +    -    +    +    +    -    x
organizations:close               +    x    x    x    -    x    -    x    x    +    -    x
organizations:change              +    x    x    x    -    x    -    x    x    +    -    x
organizations:succeed             +    x    x    x    -    x    -    x    x    +    -    x
organizations:register            x    +    x    x    x    x    x    x    x    +    x    x
organizations:register_blank      x    +    x    x    x    x    x    x    x    +    x    x
organizations:register_marked     x    -    x    x    x    x    x    x    x    -    x    x

organizations:members             x    x    x    +    +    x    x    x    x    +    x    x
organizations:invite              x    x    x    +    +    x    x    x    x    +    x    x
organizations:move                x    x    x    +    -    x    -    x    x    +    -    x
organizations:substitute          x    x    x    +    -    x    -    x    x    +    -    x
organizations:account             +    +    +    +    +    +    +    +    +    +    +    x
organizations:inbox               +    +    +    +    +    +    +    +    +    +    +    x
organizations:journal             +    x    x    +    +    x    x    x    x    +    +    x
organizations:journal_file        +    x    x    +    +    x    x    x    x    +    +    x

organizations:documents           +    +    +    +    +    +    +    x    x    x    +    x
organizations:document            +    +    +    +    -    +    -    -    -    -    -    x
organizations:document_version    +    +    +    +    -    +    -    -    -    -    -    x
organizations:document_upload     x    x    x    x    x    +    +    x    x    x    x    x

organizations:runs                +    +    +    +    +    +    +    x    x    +    +    x
organizations:run                 +    +    +    +    -    +    -    -    -    +    -    x

roadmaps:roadmaps                 +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:roadmaps_xlsx            +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:calendar                 +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:calendar_xlsx            +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:gantt                    +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:gantt_xlsx               +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:roadmap                  +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:roadmap_xlsx             +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:item                     +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:execution                +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:board                    +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:acceptance               +    x    x    +    +    x    x    x    x    x    +    x
roadmaps:difference               +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:difference_xlsx          +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:links                    +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:matrix                   +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:matrix_xlsx              +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:cohorts                  +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:cohort                   +    +    +    +    -    -    -    x    x    x    -    x
roadmaps:cohort_new               +    +    +    +    +    x    x    x    x    x    +    x
roadmaps:deliveries               +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:deliveries_xlsx          +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:meetings                 +    +    +    +    +    +    +    +    +    +    +    x
roadmaps:plan_meetings            +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:meeting                  +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:meeting_new              +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:meeting_change           x    x    x    +    -    x    -    x    x    x    -    x
roadmaps:meeting_file             +    +    +    +    -    +    -    x    x    x    -    x
roadmaps:import                   +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:new                      +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:edit                     +    +    +    +    -    +    -    -    -    -    -    x
roadmaps:order_file               +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:versions                 +    +    +    +    -    +    -    +    +    +    -    x
roadmaps:close                    +    +    +    +    -    x    -    x    x    x    -    x
roadmaps:library                  +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:standard_new             +    +    +    +    +    +    +    x    x    x    +    x
roadmaps:standard                 -    -    -    +    -    -    -    x    x    x    -    x

procedures:works                  +    +    x    +    +    +    +    x    x    x    +    x
procedures:work                   +    +    x    +    +    +    +    x    x    x    +    x
procedures:form                   x    +    x    +    -    +    -    x    x    x    -    x
procedures:received               +    +    x    +    +    +    +    x    x    x    +    x
procedures:upload                 x    +    x    +    +    +    +    x    x    x    x    x
procedures:protocol               +    +    -    +    -    +    -    -    -    -    -    x
procedures:protocol_file          +    +    -    +    -    +    -    -    -    -    -    x
procedures:protocol_marked        +    +    -    +    -    +    -    -    -    -    -    x
procedures:difference             +    +    -    +    -    +    -    -    -    -    -    x
procedures:completeness           +    +    x    +    +    +    +    x    x    x    +    x
procedures:completeness_xlsx      +    +    x    +    +    +    +    x    x    x    +    x

procedures:schedule               +    +    +    +    -    +    -    x    x    x    -    x
procedures:schedule_control       +    +    +    +    +    +    +    x    x    x    +    x
procedures:schedule_xlsx          +    +    +    +    -    +    -    x    x    x    -    x
procedures:schedule_rules         +    +    +    +    +    +    +    x    x    x    +    x
procedures:schedule_facts         x    x    x    x    x    +    +    x    x    x    x    x
procedures:schedule_entry_new     +    +    x    +    -    +    -    -    -    -    -    x
procedures:schedule_entry         +    +    x    +    -    +    -    -    -    -    -    x
procedures:schedule_approve       +    +    x    +    -    +    -    -    -    -    -    x
procedures:schedule_difference    +    +    +    +    -    +    -    x    x    x    -    x
procedures:catalogue              +    +    +    +    +    +    +    +    +    +    +    x
procedures:procedure              +    +    +    +    +    +    +    +    +    +    +    x
procedures:procedure_new          x    +    x    x    x    x    x    x    x    x    x    x
procedures:procedure_edit         x    +    x    x    x    x    x    x    x    x    x    x
procedures:scale                  x    +    x    x    x    x    x    x    x    x    x    x
procedures:conversion             x    +    x    x    x    x    x    x    x    x    x    x
procedures:tasks                  x    +    x    x    x    x    x    x    x    x    x    x
procedures:tables                 +    +    +    +    +    +    +    x    x    x    +    x
procedures:table                  +    +    +    +    +    +    +    x    x    x    +    x
procedures:table_xlsx             +    +    +    +    +    +    +    x    x    x    +    x
procedures:table_row              +    +    +    +    -    +    -    x    x    x    -    x
procedures:table_file             +    +    +    +    -    -    -    x    x    x    -    x
procedures:table_blank            x    +    x    +    +    x    x    x    x    x    x    x
procedures:table_upload           x    +    x    +    +    x    x    x    x    x    x    x
procedures:table_marked           x    -    x    -    -    x    x    x    x    x    x    x

procedures:holdings               +    +    x    +    +    +    +    x    x    x    +    x
procedures:holding_work           +    +    x    +    +    >    >    x    x    x    +    x
procedures:holding_xlsx           +    +    x    +    +    +    +    x    x    x    +    x
procedures:holding_registration   +    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_draws          +    +    x    +    +    +    +    x    x    x    +    x
procedures:holding_draw           +    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_candidates     +    +    x    +    +    +    +    x    x    x    +    x
procedures:holding_candidate      +    +    x    +    -    +    -    x    x    x    -    x
procedures:holding_staffing       +    +    x    +    -    -    -    x    x    x    -    x
procedures:holding_replace        x    +    x    +    -    -    -    x    x    x    -    x
procedures:holding_observations   +    +    x    +    +    +    +    x    x    x    +    x
procedures:holding_observation    +    +    -    +    -    +    -    -    -    -    -    x
procedures:holding_observe        x    +    x    +    -    +    -    x    x    x    -    x

monitoring:objectivity            +    +    x    +    +    >    >    x    x    x    +    x
monitoring:objectivity_xlsx       +    +    x    +    +    +    +    x    x    x    +    x
monitoring:school                 +    +    x    +    -    +    -    x    x    x    -    x
monitoring:cases                  +    +    x    +    +    +    +    x    x    x    +    x
monitoring:cases_xlsx             +    +    x    +    +    +    +    x    x    x    +    x
monitoring:case                   +    +    -    +    -    +    -    -    -    -    -    x
monitoring:case_file              +    +    -    +    -    +    -    -    -    -    -    x
monitoring:case_open              +    +    x    x    x    x    x    x    x    x    +    x
monitoring:federal_reports        +    +    x    +    +    +    +    x    x    x    +    x
monitoring:federal_report         +    +    x    +    -    +    -    x    x    x    -    x
monitoring:federal_report_xlsx    +    +    x    +    -    +    -    x    x    x    -    x
monitoring:journal                x    x    x    x    x    +    +    x    x    x    x    x
monitoring:groups                 +    +    x    +    +    x    x    x    x    x    +    x
monitoring:group_new              +    +    x    +    +    x    x    x    x    x    +    x
monitoring:group_xlsx             +    +    x    +    -    x    x    x    x    x    -    x
monitoring:method                 +    +    x    x    x    x    x    x    x    x    +    x
monitoring:campaign               +    +    x    +    +    +    +    x    x    x    +    x
monitoring:markers                +    +    x    +    +    +    +    x    x    x    +    x
monitoring:markers_xlsx           +    +    x    +    +    +    +    x    x    x    -    x
monitoring:markers_upload         x    +    x    x    x    x    x    x    x    x    x    x
monitoring:markers_marked         x    -    x    x    x    x    x    x    x    x    x    x
monitoring:markers_list           +    +    x    -    -    -    -    x    x    x    -    x
monitoring:indicators             +    +    +    +    +    +    +    x    x    x    +    x
monitoring:indicator              +    +    +    +    +    +    +    x    x    x    +    x
monitoring:indicator_xlsx         +    +    +    +    +    +    +    x    x    x    +    x

reports:reports                   +    +    +    +    +    +    +    x    x    x    +    x
reports:report                    +    +    +    +    -    +    -    -    -    -    -    x
reports:download                  +    +    +    +    -    +    -    -    -    -    -    x
reports:execution_report          +    +    +    +    -    +    -    x    x    x    -    x
reports:execution_report_file     +    +    +    +    -    +    -    x    x    x    -    x
reports:plan_docx                 +    +    +    +    -    +    -    x    x    x    -    x
reports:difference_docx           c    c    c    c    -    c    -    x    x    x    -    x
reports:matrix_docx               +    +    +    +    -    +    -    x    x    x    -    x
reports:closing_order             +    +    +    +    -    x    -    x    x    x    -    x
reports:holding_order             c    c    x    c    -    -    -    x    x    x    -    x
reports:journal_note              +    +    x    +    -    -    -    x    x    x    -    x
reports:meeting_order             x    x    x    c    -    x    -    x    x    x    -    x
""")

# Open without signing in: the health checks, and links that are themselves the secret.
PUBLIC = {
    "healthz", "readyz", "calendar_feed", "organizations:join",
    "procedures:schedule_public",
}  # fmt: skip


def test_every_page_has_its_line():
    acts = {name.partition("@")[0] for name in ACTS}

    assert names() == set(PAGES) | acts | PUBLIC


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_seen_by_those_it_is_for(name, world, clients):
    page = address(name, world)

    answers = {person: client.get(page).status_code for person, client in clients.items()}

    seen = {person: SIGNS.get(status, str(status)) for person, status in answers.items()}

    assert seen == dict(zip(PEOPLE, PAGES[name], strict=True))


def test_no_page_opens_without_signing_in(world, client):
    answers = {name: client.get(address(name, world)) for name in PAGES}

    open_pages = [name for name, answer in answers.items() if not _asks_to_sign_in(answer)]
    assert open_pages == []


def _asks_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer.url.startswith("/account/login/")


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_page_opens_without_signing_in(name, world, client):
    assert client.get(address(name, world)).status_code != 302
