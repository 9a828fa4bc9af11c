"""API tokens: issued once, kept as a digest, limited in scope and time."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from organizations.errors import NotAllowed
from organizations.models import ApiToken, Event
from organizations.queries import viewer_of
from organizations.services import tokens


def ask(client, secret: str, method: str = "get"):
    return getattr(client, method)(
        "/api/v1/organizations/", headers={"Authorization": f"Bearer {secret}"}
    )


def test_a_token_opens_the_rows_of_its_owner(cast, client):
    _, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))

    answer = ask(client, secret).json()

    codes = {row["code"] for row in answer["results"]}
    assert codes == {"reg42_m001", "edu420001", "edu420002"}


def test_the_database_does_not_hold_the_token(cast):
    token, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))

    kept = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in map(str, kept.values())


def test_a_revoked_token_opens_nothing(cast, client):
    token, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))

    tokens.revoke(token, by=viewer_of(cast.oleg))

    assert ask(client, secret).status_code == 401
    actions = set(Event.objects.values_list("action", flat=True))
    assert actions == {"token.issued", "token.revoked"}


def test_an_expired_token_opens_nothing(cast, client):
    token, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg), days=1)
    ApiToken.objects.filter(pk=token.pk).update(
        expiry=timezone.now() - datetime.timedelta(seconds=1)
    )

    assert ask(client, secret).status_code == 401


def test_a_reading_token_does_not_write(cast, client):
    _, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))

    assert ask(client, secret, "post").status_code == 403


def test_a_token_lives_a_year_at_most(cast):
    token, _ = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg), days=5000)

    assert token.expiry <= timezone.now() + datetime.timedelta(days=tokens.MOST_DAYS)


def test_nobody_revokes_anothers_token(cast):
    token, _ = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))

    with pytest.raises(NotAllowed, match="только свой"):
        tokens.revoke(token, by=viewer_of(cast.anton))


def test_an_expert_has_no_token(cast):
    with pytest.raises(NotAllowed, match="не даёт права на токены"):
        tokens.issue(name="Выгрузка", by=viewer_of(cast.elena))


def test_the_token_of_a_closed_account_opens_nothing(cast, client):
    _, secret = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))
    cast.oleg.is_active = False
    cast.oleg.save(update_fields=["is_active"])

    assert ask(client, secret).status_code == 401


def test_the_command_prints_a_token_that_opens(cast, client, capsys):
    call_command("issue_token", "oleg", "--name", "Ночная выгрузка")

    secret = capsys.readouterr().out.strip()
    assert ask(client, secret).status_code == 200
    assert ApiToken.objects.get().name == "Ночная выгрузка"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nobody", "--name", "x"], "Нет человека с логином «nobody»"),
        (["zoya", "--name", "x"], "и местом в организации"),
        (["elena", "--name", "x"], "не даёт права на токены"),
        (["oleg", "--name", "x", "--days", "400"], "нужно от 1 до 366"),
    ],
)
def test_the_command_says_why_it_gives_no_token(cast, arguments, told):
    with pytest.raises(CommandError, match=told):
        call_command("issue_token", *arguments)

    assert not ApiToken.objects.exists()


def test_the_page_shows_a_new_token_once_and_no_cache_keeps_it(cast, signed_in):
    client = signed_in(cast.oleg)
    typed = {"name": "Таблица", "days": 30, "scope": "read"}

    response = client.post(reverse("organizations:issue_token"), typed)

    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert secret not in client.get(reverse("organizations:account")).content.decode()


def test_the_page_revokes_ones_own_token_only(cast, signed_in):
    token, _ = tokens.issue(name="Выгрузка", by=viewer_of(cast.oleg))
    address, typed = reverse("organizations:revoke_token"), {"token": token.digest}

    assert signed_in(cast.nina).post(address, typed).status_code == 404
    assert signed_in(cast.oleg).post(address, typed).status_code == 302
    assert not ApiToken.objects.exists()
