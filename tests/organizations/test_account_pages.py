"""One's own account: rights in words, acting for others, the ways in and their guards."""

import datetime

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.access import Permission
from organizations.http import ACTING
from organizations.models import Substitution, User
from organizations.views.account import ALLOWS
from tests.factories.organizations import MembershipFactory

PASSWORD = "lake-and-wood-42"
ACCOUNT = "organizations:account"


def sign_in(person, password: str = PASSWORD, client: Client | None = None):
    client = client or Client()
    typed = {"login": person.username, "password": password}
    return client, client.post(reverse("account_login"), typed)


@pytest.fixture
def oleg(cast):
    """Oleg with a password of his own."""
    cast.oleg.set_password(PASSWORD)
    cast.oleg.save(update_fields=["password"])
    cache.clear()
    return cast.oleg


def test_every_permission_is_told_in_words():
    assert set(ALLOWS) == set(Permission)


def test_the_page_tells_who_i_am_and_what_my_role_allows(cast, signed_in):
    page = signed_in(cast.nina).get(reverse(ACCOUNT)).content.decode()

    assert "Lake school, заместитель директора" in page
    assert "загружать документы ВСОКО" in page
    assert "читать журнал действий" not in page


def test_an_expert_is_offered_no_tokens(cast, signed_in):
    assert "Выпустить токен" not in signed_in(cast.elena).get(reverse(ACCOUNT)).content.decode()
    assert "Выпустить токен" in signed_in(cast.oleg).get(reverse(ACCOUNT)).content.decode()


# acting for another


@pytest.fixture
def substitution(cast):
    """A colleague without a right stands in for Oleg this week."""
    helper = MembershipFactory(organization=cast.north, role="observer", user__username="helper")
    today = timezone.localdate()
    return Substitution.objects.create(
        membership=cast.oleg.memberships.get(),
        substitute=helper.user,
        since=today,
        until=today + datetime.timedelta(days=7),
    )


def test_who_stands_in_acts_for_the_other_and_comes_back(cast, signed_in, substitution):
    client = signed_in(substitution.substitute)
    people = reverse("organizations:members")
    assert client.get(people).status_code == 403

    client.post(reverse("organizations:act_for", args=[substitution.pk]))
    assert client.get(people).status_code == 200

    client.post(reverse("organizations:act_as_myself"))
    assert client.get(people).status_code == 403


def test_the_acting_ends_with_the_substitution(cast, signed_in, substitution):
    client = signed_in(substitution.substitute)
    client.post(reverse("organizations:act_for", args=[substitution.pk]))

    Substitution.objects.update(
        since=timezone.localdate() - datetime.timedelta(days=9),
        until=timezone.localdate() - datetime.timedelta(days=1),
    )

    assert client.get(reverse("organizations:members")).status_code == 403


def test_nobody_takes_a_substitution_that_is_not_theirs(cast, signed_in, substitution):
    client = signed_in(cast.igor)

    answer = client.post(reverse("organizations:act_for", args=[substitution.pk]))

    assert answer.status_code == 404
    assert ACTING not in client.session


def test_a_substitute_sees_their_own_account_while_acting(cast, signed_in, substitution):
    client = signed_in(substitution.substitute)
    client.post(reverse("organizations:act_for", args=[substitution.pk]))

    page = client.get(reverse(ACCOUNT))

    assert page.context["place"].user == substitution.substitute
    assert "Вернуться к своему месту" in page.content.decode()


def test_i_appoint_a_colleague_and_take_it_back(cast, signed_in):
    helper = MembershipFactory(organization=cast.lake_school)
    client = signed_in(cast.nina)
    today = timezone.localdate()
    typed = {"substitute": helper.pk, "since": today, "until": today}

    client.post(reverse("organizations:appoint"), typed)
    substitution = Substitution.objects.get()
    assert (substitution.membership.user, substitution.substitute) == (cast.nina, helper.user)

    client.post(reverse("organizations:end_substitution", args=[substitution.pk]))
    assert not Substitution.objects.exists()


def test_only_colleagues_are_offered_as_substitutes(cast, signed_in):
    MembershipFactory(organization=cast.wood_school)
    colleague = MembershipFactory(organization=cast.lake_school)

    form = signed_in(cast.nina).get(reverse(ACCOUNT)).context["substitution_form"]

    assert list(form.fields["substitute"].queryset) == [colleague]


def test_a_wrong_order_of_days_is_told_on_the_page(cast, signed_in):
    helper = MembershipFactory(organization=cast.lake_school)
    typed = {"substitute": helper.pk, "since": "2026-06-02", "until": "2026-06-01"}

    page = signed_in(cast.nina).post(reverse("organizations:appoint"), typed).content.decode()

    assert "Последний день замещения раньше первого." in page
    assert not Substitution.objects.exists()


@pytest.mark.parametrize("name", ["act_as_myself", "appoint", "issue_token", "revoke_token"])
def test_acts_on_the_account_are_posted(cast, signed_in, name):
    assert signed_in(cast.nina).get(reverse(f"organizations:{name}")).status_code == 405


# the ways in


def test_the_right_password_opens_and_the_wrong_one_does_not(oleg):
    client, _ = sign_in(oleg, "wrong")
    assert client.get(reverse(ACCOUNT)).status_code == 302

    client, _ = sign_in(oleg)
    assert client.get(reverse(ACCOUNT)).status_code == 200


def test_after_five_wrong_passwords_even_the_right_one_waits(oleg):
    for _ in range(5):
        sign_in(oleg, "wrong")

    client, answer = sign_in(oleg)

    assert client.get(reverse(ACCOUNT)).status_code == 302
    assert "Слишком много" in answer.content.decode()


def test_wrong_passwords_of_one_person_do_not_shut_out_another(cast, oleg):
    cast.nina.set_password(PASSWORD)
    cast.nina.save(update_fields=["password"])
    for _ in range(6):
        sign_in(oleg, "wrong")

    client, _ = sign_in(cast.nina)

    assert client.get(reverse(ACCOUNT)).status_code == 200


def test_nobody_signs_up_by_themselves(db, client):
    client.post(
        reverse("account_signup"),
        {
            "username": "mole",
            "email": "m@example.org",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    assert not User.objects.filter(username="mole").exists()


def test_i_see_where_i_am_signed_in_and_end_the_other_sessions(oleg):
    here, _ = sign_in(oleg)
    there, _ = sign_in(oleg)
    page = here.get(reverse("usersessions_list"))
    assert len(page.context["sessions"]) == 2

    here.post(reverse("usersessions_list"))

    assert here.get(reverse(ACCOUNT)).status_code == 200
    assert there.get(reverse(ACCOUNT)).status_code == 302


# the second factor


@pytest.fixture
def demanded(settings):
    settings.SECOND_FACTOR_FOR_REGION = True


@pytest.mark.parametrize("name", ["vera", "boris", "inna", "elena", "anton"])
def test_people_of_the_region_come_in_only_with_a_second_factor(cast, signed_in, demanded, name):
    client = signed_in(getattr(cast, name))

    answer = client.get(reverse(ACCOUNT))

    assert answer.url == reverse("mfa_activate_totp")
    assert client.get("/api/v1/organizations/").status_code == 302


@pytest.mark.parametrize("name", ["oleg", "nina"])
def test_people_below_the_region_are_free_to_choose_it(cast, signed_in, demanded, name):
    assert signed_in(getattr(cast, name)).get(reverse(ACCOUNT)).status_code == 200


def test_with_a_second_factor_the_region_is_let_in(cast, signed_in, demanded):
    TOTP.activate(cast.vera, generate_totp_secret())

    assert signed_in(cast.vera).get(reverse(ACCOUNT)).status_code == 200


def test_the_password_alone_is_not_enough_once_there_is_a_second_factor(oleg):
    secret = generate_totp_secret()
    TOTP.activate(oleg, secret)

    client, answer = sign_in(oleg)
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse(ACCOUNT)).status_code == 302

    client.post(answer.url, {"code": _code(secret)})
    assert client.get(reverse(ACCOUNT)).status_code == 200


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))
