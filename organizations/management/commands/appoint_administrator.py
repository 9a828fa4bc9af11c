"""The first administrator of a new installation; everyone else comes by invitation."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.errors import PortalError
from organizations.models import Kind, Organization
from organizations.services import members


class Command(BaseCommand):
    help = "Заводит администратора портала в регионе реестра; пароль спрашивает или читает с ввода."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--region", required=True, help="код региона, например reg42")

    def handle(self, *args: Any, **options: Any) -> None:
        region = Organization.objects.filter(kind=Kind.REGION, code=options["region"]).first()
        if region is None:
            raise CommandError(
                f"Региона с кодом «{options['region']}» нет. Сначала import_organizations."
            )
        password = getpass.getpass("Пароль: ")
        try:
            validate_password(password)
            members.appoint_administrator(region, username=options["username"], password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except PortalError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Администратор «{options['username']}» может войти.")
