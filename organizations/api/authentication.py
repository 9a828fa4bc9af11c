"""Who calls the API: a token's or a session's person, with a place."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from organizations.access import Permission
from organizations.models import ApiToken, User
from organizations.queries import viewer_of

if TYPE_CHECKING:  # REST framework loads this module while it loads its views
    from rest_framework.views import APIView


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer TOKEN`; the day of the last use is noted."""

    def validate_user(self, auth_token: ApiToken) -> tuple[User, ApiToken]:
        person: tuple[User, ApiToken] = super().validate_user(auth_token)
        today = timezone.localdate()
        if auth_token.last_used_on != today:
            ApiToken.objects.filter(pk=auth_token.pk).update(last_used_on=today)
        return person


class IsMember(BasePermission):
    """Signed in, with a place; a reading token only reads."""

    message = "У вашей учётной записи нет места в организации."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, User):
            return False
        if isinstance(request.auth, ApiToken) and not _covers(request.auth, request):
            self.message = "Этот токен даёт право только читать."
            return False
        viewer: Any = viewer_of(request.user)
        request.viewer = viewer  # type: ignore[attr-defined]  # read by ScopedViewSet
        if viewer is not None and request.auth and not viewer.may(Permission.TOKEN_ISSUE):
            self.message = "Ваша нынешняя роль не даёт права на токены программного интерфейса."
            return False
        return viewer is not None


def _covers(token: ApiToken, request: Request) -> bool:
    return token.scope == ApiToken.Scope.WRITE or request.method in SAFE_METHODS
