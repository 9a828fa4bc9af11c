"""API tokens: issued for a person, shown once, revoked at will."""

import datetime

from django.db import transaction

from organizations.access import Permission, Viewer
from organizations.errors import NotAllowed
from organizations.models import ApiToken, User
from organizations.services import audit

MOST_DAYS = 366


@transaction.atomic
def issue(
    *, name: str, by: Viewer, days: int = MOST_DAYS, scope: ApiToken.Scope = ApiToken.Scope.READ
) -> tuple[ApiToken, str]:
    """A new token of the viewer's own. Returns the row and the token, which is not kept.

    Raises NotAllowed for a role without API access.
    """
    if not by.may(Permission.TOKEN_ISSUE):
        raise NotAllowed("Ваша роль не даёт права на токены программного интерфейса.")
    token, secret = ApiToken.objects.create(
        user=User.objects.get(pk=by.user_id),
        expiry=datetime.timedelta(days=min(days, MOST_DAYS)),
        name=name,
        scope=scope,
    )
    audit.record(
        "token.issued", token.user, by=by, organization=by.organization_id,
        name=name, scope=scope, days=days,
    )  # fmt: skip
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: Viewer) -> None:
    """End a token of the viewer's own. Raises NotAllowed."""
    if token.user_id != by.user_id:
        raise NotAllowed("Отозвать можно только свой токен.")
    audit.record(
        "token.revoked", token.user, by=by, organization=by.organization_id, name=token.name
    )
    token.delete()
