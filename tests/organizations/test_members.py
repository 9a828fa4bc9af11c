"""People and their places."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.access import Role
from organizations.errors import Conflict, NotAllowed
from organizations.models import Event, Invitation, Membership, Substitution, User
from organizations.queries import viewer_of
from organizations.services import members, tokens
from tests.factories.organizations import MembershipFactory

PASSWORD = "lake-and-wood-42"


def invite(cast, *, role=Role.DEPUTY, organization=None, by=None):
    return members.invite(
        organization or cast.lake_school,
        role=role,
        email="d@example.org",
        by=viewer_of(by or cast.oleg),
    )


def accept(secret: str, username: str = "dasha", password: str = PASSWORD) -> User:
    return members.accept(
        secret, username=username, password=password, first_name="Д", last_name="С"
    )


def place_of(person: User) -> Membership:
    return Membership.objects.current().get(user=person)


def days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


# invitations


def test_a_coordinator_invites_a_deputy_of_their_own_school(cast):
    invitation, secret = invite(cast)

    person = accept(secret)

    assert viewer_of(person).organization_id == cast.lake_school.pk
    assert invitation.digest != secret
    assert Event.objects.filter(action="member.joined").exists()


def test_a_coordinator_invites_nobody_to_another_municipality(cast):
    with pytest.raises(NotAllowed, match="«Hill school» не относится"):
        invite(cast, organization=cast.hill_school)


def test_only_the_administrator_invites_to_the_region(cast):
    with pytest.raises(NotAllowed, match="только администратор"):
        invite(cast, role=Role.MINISTRY)
    with pytest.raises(NotAllowed, match="роль не даёт права"):
        invite(cast, role=Role.OPERATOR, organization=cast.centre, by=cast.vera)

    invite(cast, role=Role.OPERATOR, organization=cast.centre, by=cast.anton)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.COORDINATOR, "lake_school"),
        (Role.METHODOLOGIST, "lake_school"),
        (Role.DEPUTY, "north"),
    ],
)
def test_a_role_has_its_place_at_its_own_level_only(cast, role, place):
    with pytest.raises(Conflict, match="там не бывает"):
        invite(cast, role=role, organization=getattr(cast, place))


def test_an_invitation_is_accepted_once(cast):
    _, secret = invite(cast)
    accept(secret)

    with pytest.raises(Conflict, match="уже использовано"):
        accept(secret, username="second")

    assert not User.objects.filter(username="second").exists()


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_an_expired_or_revoked_invitation_opens_nothing(cast, state):
    invitation, secret = invite(cast)
    if state == "revoked":
        members.revoke(invitation, by=viewer_of(cast.oleg))
    else:
        Invitation.objects.update(expires_at=timezone.now())

    assert members.open_invitation(secret) is None
    with pytest.raises(Conflict, match="истекло"):
        accept(secret)


def test_an_answered_invitation_is_not_revoked(cast):
    invitation, secret = invite(cast)
    accept(secret)

    with pytest.raises(Conflict, match="уже принято"):
        members.revoke(invitation, by=viewer_of(cast.oleg))


def test_a_neighbour_revokes_nothing(cast):
    invitation, _ = invite(cast)

    with pytest.raises(NotAllowed, match="не относится"):
        members.revoke(invitation, by=viewer_of(cast.svetlana))


@pytest.mark.parametrize("password", ["short", "1234567890123", "dashadasha1", "password123"])
def test_a_weak_password_leaves_the_invitation_open(cast, password):
    _, secret = invite(cast)

    with pytest.raises(Conflict, match=r"[Пп]ароль"):
        accept(secret, username="dashadasha", password=password)

    assert members.open_invitation(secret) is not None


def test_a_taken_login_leaves_the_invitation_open(cast):
    _, secret = invite(cast)

    with pytest.raises(Conflict, match="Логин «nina» уже занят"):
        accept(secret, username="nina")

    assert members.open_invitation(secret) is not None


# moving


def test_who_moves_keeps_the_old_place_in_the_history(cast):
    members.move(
        place_of(cast.nina),
        organization=cast.wood_school,
        role=Role.DEPUTY,
        position="завуч",
        by=viewer_of(cast.oleg),
    )

    places = list(Membership.objects.filter(user=cast.nina).order_by("pk"))
    assert [place.organization for place in places] == [cast.lake_school, cast.wood_school]
    assert [place.until for place in places] == [timezone.localdate(), None]
    assert viewer_of(cast.nina).organization_id == cast.wood_school.pk


def test_a_person_is_moved_from_a_place_once(cast):
    before = place_of(cast.nina)
    act = {"organization": cast.wood_school, "role": Role.DEPUTY, "position": ""}
    members.move(before, **act, by=viewer_of(cast.oleg))

    with pytest.raises(Conflict, match="перевели раньше"):
        members.move(before, **act, by=viewer_of(cast.oleg))


def test_nobody_is_moved_to_another_municipality_by_a_coordinator(cast):
    with pytest.raises(NotAllowed, match="«Hill school» не относится"):
        members.move(
            place_of(cast.nina),
            organization=cast.hill_school,
            role=Role.DEPUTY,
            position="",
            by=viewer_of(cast.oleg),
        )


# blocking


def test_a_closed_account_loses_its_sessions_and_tokens_at_once(cast, signed_in, client):
    _, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.nina))
    page = reverse("organizations:account")
    assert signed_in(cast.nina).get(page).status_code == 200

    members.block(place_of(cast.nina), by=viewer_of(cast.oleg))

    assert client.get(page).status_code == 302
    asked = client.get("/api/v1/organizations/", headers={"Authorization": f"Bearer {secret}"})
    assert asked.status_code == 401
    assert not cast.nina.usersession_set.exists()


def test_nobody_closes_their_own_account(cast):
    with pytest.raises(Conflict, match="Свою учётную запись"):
        members.block(place_of(cast.oleg), by=viewer_of(cast.oleg))


def test_an_opened_account_works_again(cast):
    members.block(place_of(cast.nina), by=viewer_of(cast.oleg))
    members.unblock(place_of(cast.nina), by=viewer_of(cast.oleg))

    cast.nina.refresh_from_db()
    assert viewer_of(cast.nina) is not None


# standing in


def substitute(cast, since: int = 0, until: int = 7) -> Substitution:
    helper = MembershipFactory(organization=cast.lake_school, user__username="helper").user
    return members.substitute(
        place_of(cast.nina),
        by=viewer_of(cast.nina),
        user=helper,
        since=days(since),
        until=days(until),
    )


def test_a_substitute_acts_in_the_place_as_long_as_it_lasts(cast):
    substitution = substitute(cast)
    place_of(substitution.substitute).delete()

    assert viewer_of(substitution.substitute) is None
    acting = viewer_of(substitution.substitute, acting=substitution.pk)
    assert (acting.role, acting.organization_id) == (Role.DEPUTY, cast.lake_school.pk)
    assert acting.user_id == substitution.substitute.pk


@pytest.mark.parametrize(("since", "until"), [(1, 7), (-7, -1)])
def test_a_substitution_counts_on_its_own_days_only(cast, since, until):
    substitution = substitute(cast, since, until)
    place_of(substitution.substitute).delete()

    assert viewer_of(substitution.substitute, acting=substitution.pk) is None


def test_nobody_acts_under_anothers_substitution(cast):
    substitution = substitute(cast)

    assert viewer_of(cast.igor, acting=substitution.pk) == viewer_of(cast.igor)


def test_a_stranger_does_not_stand_in(cast):
    with pytest.raises(Conflict, match="той же территории"):
        members.substitute(
            place_of(cast.nina),
            by=viewer_of(cast.nina),
            user=cast.igor,
            since=days(0),
            until=days(1),
        )


def test_a_deputy_appoints_nobody_for_a_colleague(cast):
    colleague = MembershipFactory(organization=cast.lake_school)

    with pytest.raises(NotAllowed):
        members.substitute(
            colleague, by=viewer_of(cast.nina), user=cast.nina, since=days(0), until=days(1)
        )


def test_an_ended_substitution_gives_nothing_from_today(cast):
    substitution = substitute(cast, -3, 3)

    members.end_substitution(substitution, by=viewer_of(cast.oleg))

    assert substitution.until == days(-1)
    assert not Substitution.objects.on(days(0)).exists()


def test_a_substitution_that_has_not_begun_disappears(cast):
    members.end_substitution(substitute(cast, 2, 3), by=viewer_of(cast.nina))

    assert not Substitution.objects.exists()


def test_the_substitute_does_not_end_what_was_laid_on_them(cast):
    substitution = substitute(cast)

    with pytest.raises(NotAllowed):
        members.end_substitution(substitution, by=viewer_of(substitution.substitute))


# pages


def test_the_page_of_people_is_closed_to_those_who_manage_none(cast, signed_in):
    assert signed_in(cast.vera).get(reverse("organizations:members")).status_code == 403
    assert signed_in(cast.nina).get(reverse("organizations:members")).status_code == 403


def test_a_coordinator_sees_the_people_of_their_own_municipality(cast, signed_in):
    page = signed_in(cast.oleg).get(reverse("organizations:members"))

    assert {row.user.username for row, _ in page.context["people"]} == {"oleg", "nina"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "nin"}, {"nina"}),
        ({"q": "lake nin"}, {"nina"}),
        ({"role": "coordinator"}, {"oleg"}),
        ({"state": "blocked"}, set()),
        ({"q": "igor"}, set()),
    ],
)
def test_people_are_found_by_words_role_and_state(cast, signed_in, asked, found):
    page = signed_in(cast.oleg).get(reverse("organizations:members"), asked)

    assert {row.user.username for row, _ in page.context["people"]} == found


def test_twice_the_people_ask_the_database_as_often(cast, signed_in, django_assert_max_num_queries):
    client = signed_in(cast.anton)
    client.get(reverse("organizations:members"))
    MembershipFactory.create_batch(10, organization=cast.lake_school)
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("organizations:members"))
    MembershipFactory.create_batch(20, organization=cast.lake_school)

    with django_assert_max_num_queries(20) as many:
        client.get(reverse("organizations:members"))

    assert len(many) == len(few)


def test_the_link_of_an_invitation_leads_in(
    cast, signed_in, client, mailoutbox, django_capture_on_commit_callbacks
):
    typed = {"email": "d@example.org", "organization": cast.lake_school.pk, "role": "deputy"}
    with django_capture_on_commit_callbacks(execute=True):
        page = signed_in(cast.oleg).post(reverse("organizations:invite"), typed)
    link = page.context["link"]
    assert link in page.content.decode()
    assert link in mailoutbox[0].body
    client.logout()

    shown = client.get(link).content.decode()
    answer = client.post(
        link,
        {
            "first_name": "Дарья",
            "last_name": "С",
            "username": "dasha",
            "password": PASSWORD,
            "again": PASSWORD,
        },
    )

    assert "Lake school" in shown
    assert "заместитель директора" in shown
    assert answer.url == reverse("home")
    account = client.get(reverse("organizations:account")).content.decode()
    assert "Дарья С" in account


def test_a_wrong_link_invites_nobody(db, client):
    answer = client.get(reverse("organizations:join", args=["wrong"]))

    assert answer.status_code == 404
    assert "Приглашение не действует" in answer.content.decode()


def test_two_unlike_passwords_make_no_account(cast, client):
    _, secret = invite(cast)
    typed = {"first_name": "Д", "last_name": "С", "username": "dasha", "password": PASSWORD}

    answer = client.post(
        reverse("organizations:join", args=[secret]), typed | {"again": "other-42-words"}
    )

    assert "Пароли не совпадают" in answer.content.decode()
    assert not User.objects.filter(username="dasha").exists()


def test_who_is_signed_in_does_not_take_anothers_invitation(cast, signed_in):
    _, secret = invite(cast)
    address = reverse("organizations:join", args=[secret])
    typed = {"first_name": "Д", "last_name": "С", "username": "dasha", "password": PASSWORD}

    page = signed_in(cast.igor).post(address, typed | {"again": PASSWORD})

    assert "уже вошёл" in page.content.decode()
    assert members.open_invitation(secret) is not None


def test_a_coordinator_is_offered_only_their_own_places_and_roles(cast, signed_in):
    form = signed_in(cast.oleg).get(reverse("organizations:invite")).context["form"]

    places = {row.code for row in form.fields["organization"].queryset}
    assert places == {"reg42_m001", "edu420001", "edu420002"}
    roles = [value for value, _ in form.fields["role"].choices]
    assert sorted(roles) == ["coordinator", "deputy", "methodologist"]


@pytest.mark.parametrize("act", ["block", "unblock"])
def test_acts_on_people_are_posted_and_keep_to_the_territory(cast, signed_in, act):
    address = reverse(f"organizations:{act}", args=[place_of(cast.nina).pk])

    assert signed_in(cast.oleg).get(address).status_code == 405
    assert signed_in(cast.svetlana).post(address).status_code == 404
    assert signed_in(cast.vera).post(address).status_code == 403
    assert signed_in(cast.oleg).post(address).status_code == 302


def test_the_page_moves_a_person(cast, signed_in):
    address = reverse("organizations:move", args=[place_of(cast.nina).pk])
    typed = {"organization": cast.wood_school.pk, "role": "deputy", "position": "завуч"}

    assert signed_in(cast.svetlana).post(address, typed).status_code == 404
    assert signed_in(cast.oleg).post(address, typed).status_code == 302
    assert place_of(cast.nina).organization == cast.wood_school


def test_the_page_tells_why_a_role_does_not_fit(cast, signed_in):
    address = reverse("organizations:move", args=[place_of(cast.nina).pk])
    typed = {"organization": cast.north.pk, "role": "deputy", "position": ""}

    page = signed_in(cast.oleg).post(address, typed).content.decode()

    assert "там не бывает" in page


def test_the_page_appoints_a_substitute(cast, signed_in):
    helper = MembershipFactory(organization=cast.lake_school)
    address = reverse("organizations:substitute", args=[place_of(cast.nina).pk])
    typed = {"substitute": helper.pk, "since": days(0), "until": days(3)}

    assert signed_in(cast.oleg).post(address, typed).status_code == 302
    assert Substitution.objects.get().substitute == helper.user


def test_the_page_takes_an_invitation_back(cast, signed_in):
    invitation, secret = invite(cast)
    address = reverse("organizations:revoke", args=[invitation.pk])

    assert signed_in(cast.svetlana).post(address).status_code == 404
    assert signed_in(cast.oleg).post(address).status_code == 302
    assert members.open_invitation(secret) is None
