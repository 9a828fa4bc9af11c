"""The catalogue of procedures: what the Положение lists, its versions, its pages, its API."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from organizations.errors import Conflict, NotAllowed
from organizations.models import Event
from organizations.queries import viewer_of
from procedures import catalogue, editions
from procedures.models import Direction, Placement, Procedure, ProcedureVersion, Work
from procedures.services import catalogue as service
from procedures.services.works import import_works
from tests.factories.procedures import ProtocolFactory, ScaleFactory, WorkFactory
from tests.procedures.test_services import SPEC

# Положение о РСОКО, п. 4.2: how many rows each direction has, counted on paper.
ROWS = {"pupils": 8, "teachers": 8, "organizations": 8, "systems": 5, "mechanisms": 9}


@pytest.fixture
def loaded(db):
    service.load()


def values_of(procedure, **changes):
    return {name: getattr(procedure, name) for name in service.PLAIN} | changes


def change(procedure, by, *, read=1, directions=None, basis="Приказ № 2", **changes):
    held = procedure.directions.all() if directions is None else directions
    return service.change(
        procedure,
        values_of(procedure, **changes),
        directions=held,
        basis=basis,
        read=read,
        by=viewer_of(by),
    )


def empty():
    Procedure.objects.update(part_of=None, replaced_by=None)
    Procedure.objects.all().delete()


def named(code):
    return Procedure.objects.get(code=code)


# what the Положение lists


def test_each_direction_holds_as_many_rows_as_the_table_of_the_provision(loaded):
    held = {row.code: row.placements.count() for row in Direction.objects.all()}

    assert held == ROWS
    assert Placement.objects.count() == 38


def test_the_monitoring_of_the_system_serves_four_directions(loaded):
    places = named("mon-system").placements.order_by("direction__number")

    assert [place.direction.code for place in places] == [
        "pupils", "teachers", "organizations", "systems",
    ]  # fmt: skip
    assert "Воспитательно-образовательный процесс" in places[0].title


def test_nine_monitorings_are_those_of_mechanisms(loaded):
    kind = Procedure.Kind.MECHANISM

    assert (
        Procedure.objects.filter(kind=kind, placements__direction__code="mechanisms").count() == 9
    )
    assert Procedure.objects.filter(kind=kind).count() == 9


def test_every_procedure_of_the_file_fits_its_fields(loaded):
    for row in Procedure.objects.filter(code__in=catalogue.codes()):
        row.full_clean()


def test_loading_again_adds_nothing_and_spoils_no_edit(loaded, cast):
    change(named("vpr"), cast.boris, short_title="Проверочные")

    call_command("load_catalogue")

    assert service.load() == 0
    assert named("vpr").short_title == "Проверочные"
    assert Placement.objects.count() == 38


def test_a_procedure_known_before_the_catalogue_keeps_its_works(db):
    empty()
    work = WorkFactory()

    service.load()

    work.refresh_from_db()
    assert work.procedure == named("vpr")
    assert work.procedure.versions.count() == 1


def test_works_come_in_even_before_the_catalogue_was_loaded(db):
    empty()

    import_works([SPEC], by=None, procedure="diagnostics")

    assert Work.objects.get().procedure.part_of.code == "rmud"


# versions


def test_a_change_is_a_new_version_and_the_old_one_stays_as_it_was(loaded, cast):
    vpr = named("vpr")
    before = vpr.versions.get().content

    version = change(vpr, cast.boris, ground="Новое постановление")

    assert (version.number, version.changed_by) == (2, cast.boris)
    assert vpr.versions.get(number=1).content == before
    told = editions.editions(vpr.versions.all())
    assert [one.field for one in told[0].differences] == ["правовое основание"]
    assert told[0].differences[0].after == "Новое постановление"
    assert told[1].differences == []
    assert Event.objects.filter(action="procedure.changed", user_id=cast.boris.pk).count() == 1


def test_the_first_version_says_what_the_rows_say(loaded):
    for row in Procedure.objects.all():
        assert row.versions.get().content == service.content_of(row)


def test_saving_the_same_makes_no_version(loaded, cast):
    assert change(named("vpr"), cast.boris) is None
    assert named("vpr").versions.count() == 1


def test_directions_are_part_of_a_version(loaded, cast):
    vpr = named("vpr")
    both = Direction.objects.filter(code__in=["pupils", "systems"])

    change(vpr, cast.boris, directions=both)

    difference = editions.editions(vpr.versions.all())[0].differences[0]
    assert difference.before == "Достижения обучающихся"
    assert difference.after == "Достижения обучающихся, Региональная и муниципальные системы"


def test_who_edits_an_old_version_is_told_so(loaded, cast):
    change(named("vpr"), cast.boris, ground="Первая правка")

    with pytest.raises(Conflict, match="теперь у неё версия 2"):
        change(named("vpr"), cast.boris, read=1, ground="Вторая правка")

    assert named("vpr").ground == "Первая правка"


@pytest.mark.parametrize("name", ["part_of", "replaced_by"])
def test_procedures_do_not_go_in_a_circle(name, loaded, cast):
    change(named("ege"), cast.boris, **{name: named("oge")})

    with pytest.raises(Conflict, match="сама"):
        change(named("oge"), cast.boris, **{name: named("ege")})


def test_the_database_refuses_a_procedure_that_replaces_itself(loaded):
    vpr = named("vpr")
    vpr.replaced_by = vpr
    with pytest.raises(IntegrityError), transaction.atomic():
        vpr.save()


def test_only_the_centre_changes_the_catalogue(loaded, cast):
    for person in (cast.vera, cast.oleg, cast.nina, cast.anton):
        with pytest.raises(NotAllowed):
            change(named("vpr"), person, ground="Чужая правка")


def test_a_code_in_use_is_not_given_again(loaded, cast):
    with pytest.raises(Conflict, match="уже есть"):
        service.create(
            "vpr", values_of(named("vpr")), directions=[], basis="№ 1", by=viewer_of(cast.boris)
        )


# pages


def page(client, name, *args, **query):
    return client.get(reverse(f"procedures:{name}", args=args), query)


def text(response):
    return response.content.decode().replace("\u00a0", " ")


def test_the_catalogue_shows_every_direction_and_narrows_to_a_level(loaded, cast, client):
    client.force_login(cast.nina)

    everything = text(page(client, "catalogue"))
    of_schools = text(page(client, "catalogue", level="school"))

    assert everything.count("<section") == 6
    assert "действовала до 31 августа 2024" in everything
    assert "Анализ и интерпретация информации" in everything
    assert "Анализ и интерпретация информации" not in of_schools


def test_a_procedure_that_was_there_before_the_catalogue_has_its_page(cast, client):
    WorkFactory(procedure__code="old-tests", procedure__title="Прежние работы")
    client.force_login(cast.nina)

    assert "завели раньше каталога" in text(page(client, "procedure", "old-tests"))


def test_a_reader_is_offered_no_editing(loaded, cast, client):
    client.force_login(cast.vera)

    assert "Изменить" not in text(page(client, "procedure", "vpr"))
    assert "Добавить процедуру" not in text(page(client, "catalogue"))


def test_works_of_a_procedure_are_shown_to_those_who_see_works(loaded, cast, client):
    WorkFactory()
    seen = {}
    for person in (cast.boris, cast.pavel):
        client.force_login(person)
        seen[person.username] = "Русский язык" in text(page(client, "procedure", "vpr"))

    assert seen == {"boris": True, "pavel": False}


def test_the_centre_edits_a_procedure_and_reads_what_changed(loaded, cast, client):
    client.force_login(cast.boris)
    address = reverse("procedures:procedure_edit", args=["niko"])
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    typed |= {"valid_to": "2024-09-01", "basis": "Постановление № 556", "also_at": ["school"]}

    answer = client.post(address, typed, follow=True)

    told = text(answer)
    assert "Записана версия 2" in told
    assert "<del>31 августа 2024 г.</del> <ins>1 сентября 2024 г.</ins>" in told
    assert "<ins>уровень организации</ins>" in told
    assert ProcedureVersion.objects.filter(procedure__code="niko").count() == 2


def test_an_edit_without_a_ground_is_asked_for_one(loaded, cast, client):
    client.force_login(cast.boris)

    answer = client.post(reverse("procedures:procedure_edit", args=["vpr"]), {"title": "ВПР"})

    assert "Назовите приказ или причину" in text(answer)
    assert named("vpr").versions.count() == 1


# API


def listed(client, basename, **query):
    answer = client.get(reverse(f"api:{basename}-list"), {"page_size": 1000, **query})
    assert answer.status_code == 200, answer.content.decode()
    return {row["code"] for row in answer.json()["results"]}


@pytest.mark.parametrize(
    ("query", "niko", "nsi"),
    [
        ({"year": 2023}, True, False),
        ({"year": 2024}, True, True),
        ({"year": 2025}, False, True),
        ({"from": "2024-08-31"}, True, True),
        ({"from": "2024-09-01"}, False, True),
        ({"to": "2024-08-31"}, True, False),
        ({"from": "2020-01-01", "to": "2021-01-01"}, True, False),
    ],
)
def test_procedures_are_narrowed_by_when_they_were_in_force(query, niko, nsi, loaded, cast, client):
    client.force_login(cast.inna)

    found = listed(client, "procedure", **query)

    assert ("niko" in found, "nsi" in found) == (niko, nsi)


def test_procedures_are_narrowed_by_level_subject_and_grade(loaded, cast, client):
    WorkFactory()
    client.force_login(cast.nina)

    assert "expertise-analysis" not in listed(client, "procedure", level="school")
    assert "vpr" in listed(client, "procedure", level="municipal")
    assert listed(client, "procedure", subject="Русский язык") == {"vpr"}
    assert listed(client, "procedure", grade=4) == {"vpr"}
    assert listed(client, "procedure", grade=5) == set()


def test_works_are_narrowed_by_everything_the_interface_names(loaded, cast, client):
    WorkFactory(held_on="2026-04-20")
    WorkFactory(code="ma5-2025", subject="Математика", grade=5, year=2025, held_on="2025-04-20")
    WorkFactory(code="di5-2025", procedure=named("diagnostics"), subject="История", grade=5)
    client.force_login(cast.nina)

    assert listed(client, "work", year=2025) == {"ma5-2025"}
    assert listed(client, "work", subject="История") == {"di5-2025"}
    assert listed(client, "work", grade=4) == {"ru4-2026"}
    assert listed(client, "work", level="federal") == {"ru4-2026", "ma5-2025"}
    assert listed(client, "work", **{"from": "2026-01-01"}) == {"ru4-2026"}
    assert listed(client, "work", to="2025-12-31") == {"ma5-2025"}
    assert listed(client, "work", procedure="diagnostics") == {"di5-2025"}


def test_works_of_an_organization_are_those_with_results_the_caller_sees(loaded, cast, client):
    work = WorkFactory()
    WorkFactory(code="ma5-2026", subject="Математика", grade=5)
    protocol = ProtocolFactory(organization=cast.hill_school, work=work)
    protocol.results.create(
        organization=cast.hill_school, work=work, class_number=1, participant=1, points=[1] * 4,
        score=4,
    )  # fmt: skip
    found = {}
    for person in (cast.igor, cast.svetlana, cast.oleg):
        client.force_login(person)
        found[person.username] = [
            listed(client, basename, organization=code)
            for basename in ("work", "procedure")
            for code in ("edu420101", "reg42_m002")
        ]

    seen = [{"ru4-2026"}, {"ru4-2026"}, {"vpr"}, {"vpr"}]
    assert found == {"igor": seen, "svetlana": seen, "oleg": [set()] * 4}


def test_a_work_without_a_scale_says_so_by_empty_borders(loaded, cast, client):
    work = WorkFactory(levels=["Б", "Б", "П", "В"])
    client.force_login(cast.boris)
    address = reverse("api:work-detail", args=[work.pk])

    before = client.get(address).json()
    ScaleFactory(work=work)
    ScaleFactory(work=work, version=2, five=8)
    after = client.get(address).json()

    assert [before[name] for name in ("three", "scale_version", "scale_source")] == [None] * 3
    assert (after["five"], after["scale_version"]) == (8, 2)
    assert after["levels"] == "Б,Б,П,В"
