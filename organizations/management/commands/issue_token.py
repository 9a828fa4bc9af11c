"""`issue_token USER --name NAME`: a new API token, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.errors import PortalError
from organizations.models import ApiToken, User
from organizations.queries import viewer_of
from organizations.services import tokens


class Command(BaseCommand):
    help = "Выпустить токен программного интерфейса и напечатать его один раз."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "user", metavar="USER", help="логин человека, от чьего имени он действует"
        )
        parser.add_argument("--name", required=True, help="какая программа будет с ним работать")
        parser.add_argument("--days", type=int, default=90, help="срок в днях, не больше 366")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default="read")

    def handle(self, *args: Any, user: str, name: str, days: int, scope: str, **kw: Any) -> None:
        person = User.objects.filter(username=user).first()
        viewer = viewer_of(person) if person else None
        if viewer is None:
            raise CommandError(f"Нет человека с логином «{user}» и местом в организации.")
        if not 1 <= days <= tokens.MOST_DAYS:
            raise CommandError(f"Срок: нужно от 1 до {tokens.MOST_DAYS} дней, а здесь {days}.")
        try:
            _, secret = tokens.issue(name=name, by=viewer, days=days, scope=ApiToken.Scope(scope))
        except PortalError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
