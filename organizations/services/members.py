"""People and their places: invite, accept, move, block, stand in for somebody."""

import datetime
import hashlib
import secrets

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from organizations.access import INVITES, ROLE_TITLES, Permission, Role, Viewer
from organizations.errors import Conflict, NotAllowed
from organizations.models import (
    Invitation,
    Level,
    Membership,
    Organization,
    Substitution,
    User,
)
from organizations.placement import works_at
from organizations.services import audit, guard


@transaction.atomic
def invite(
    organization: Organization, *, role: Role, email: str, by: Viewer, position: str = ""
) -> tuple[Invitation, str]:
    """Invite one person to one place. Returns the invitation and the link's secret, shown once.

    Raises NotAllowed, or Conflict for a role that does not work at this level.
    """
    guard.require(by, Permission.MEMBER_MANAGE, organization)
    _may_give(role, by)
    _fits(role, organization)
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organization=organization,
        role=role,
        email=email,
        position=position,
        digest=_digest(secret),
        created_by_id=by.user_id,
        expires_at=timezone.now() + datetime.timedelta(days=settings.INVITATION_DAYS),
    )
    audit.record("invitation.created", invitation, by=by, role=role)
    return invitation, secret


def send_invitation(invitation: Invitation, link: str) -> None:
    """Mail the link, once the invitation is committed."""
    text = (
        f"Вас приглашают в РСОКО: {invitation.organization.short_name}, "
        f"{ROLE_TITLES[Role(invitation.role)]}.\n\n"
        f"Откройте ссылку и задайте пароль: {link}\n"
        f"Ссылка действует до {timezone.localtime(invitation.expires_at):%d.%m.%Y}."
    )
    transaction.on_commit(
        lambda: send_mail("Приглашение в РСОКО", text, None, [invitation.email], fail_silently=True)
    )


def open_invitation(secret: str) -> Invitation | None:
    """The invitation this link belongs to, while it may still be accepted."""
    return (
        Invitation.objects.open()
        .filter(digest=_digest(secret))
        .select_related("organization")
        .first()
    )


@transaction.atomic
def accept(secret: str, *, username: str, password: str, first_name: str, last_name: str) -> User:
    """Make the account of the invited person and put it in its place. Raises Conflict."""
    invitation = _taken(secret)
    if invitation is None:
        raise Conflict("Приглашение уже использовано, отозвано или истекло. Попросите новое.")
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=invitation.email
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Conflict(" ".join(error.messages)) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Conflict(f"Логин «{username}» уже занят. Выберите другой.") from error

    today = timezone.localdate()
    membership = Membership.objects.create(
        user=user,
        organization=invitation.organization,
        role=invitation.role,
        position=invitation.position,
        since=today,
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    audit.record("member.joined", membership, by=None, role=invitation.role)
    return user


@transaction.atomic
def appoint_administrator(region: Organization, *, username: str, password: str) -> Membership:
    """Make the first account of an installation, from its own console. Raises Conflict."""
    if User.objects.filter(username=username).exists():
        raise Conflict(f"Логин «{username}» уже занят.")
    user = User.objects.create_user(username, password=password)
    membership = Membership.objects.create(
        user=user,
        organization=region,
        role=Role.ADMINISTRATOR,
        position=ROLE_TITLES[Role.ADMINISTRATOR],
        since=timezone.localdate(),
    )
    audit.record("member.joined", membership, by=None, role=Role.ADMINISTRATOR)
    return membership


@transaction.atomic
def revoke(invitation: Invitation, *, by: Viewer) -> Invitation:
    """Take an invitation back. Raises NotAllowed, or Conflict when it was answered."""
    guard.require(by, Permission.MEMBER_MANAGE, invitation)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("Приглашение уже принято или отозвано.")
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation.revoked", invitation, by=by)
    return invitation


@transaction.atomic
def move(
    membership: Membership, *, organization: Organization, role: Role, position: str, by: Viewer
) -> Membership:
    """Give a person another place; the old one ends today and is kept.

    Raises NotAllowed, or Conflict when they have another place already.
    """
    membership = _managed(membership, by)
    guard.require(by, Permission.MEMBER_MANAGE, organization)
    _may_give(role, by)
    _fits(role, organization)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.until is not None:
        raise Conflict("Этого места у человека уже нет: его перевели раньше.")
    today = timezone.localdate()
    membership.until = today
    membership.save(update_fields=["until"])
    moved = Membership.objects.create(
        user=membership.user, organization=organization, role=role, position=position, since=today
    )
    audit.record("member.moved", moved, by=by, was=str(membership.organization), role=role)
    return moved


@transaction.atomic
def block(membership: Membership, *, by: Viewer) -> Membership:
    """Close an account: its sessions and tokens end at once. Raises NotAllowed or Conflict."""
    membership = _managed(membership, by)
    if membership.user_id == by.user_id:
        raise Conflict("Свою учётную запись закрыть нельзя: попросите другого администратора.")
    user = membership.user
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.auth_token_set.all().delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    audit.record("member.blocked", membership, by=by)
    return membership


@transaction.atomic
def unblock(membership: Membership, *, by: Viewer) -> Membership:
    """Open a closed account again. Raises NotAllowed."""
    membership = _managed(membership, by)
    membership.user.is_active = True
    membership.user.save(update_fields=["is_active"])
    audit.record("member.unblocked", membership, by=by)
    return membership


@transaction.atomic
def substitute(
    membership: Membership, *, by: Viewer, user: User, since: datetime.date, until: datetime.date
) -> Substitution:
    """Let somebody act in a person's place for some days.

    The person themselves or who manages their account decides. Raises NotAllowed or Conflict.
    """
    if membership.user_id != by.user_id:
        membership = _managed(membership, by)
    if until < since:
        raise Conflict("Последний день замещения раньше первого.")
    if user.pk == membership.user_id:
        raise Conflict("Человек не может замещать сам себя.")
    own = Membership.objects.current().filter(user=user).select_related("organization").first()
    if own is None or own.organization.territory_id != membership.organization.territory_id:
        raise Conflict("Замещать может только сотрудник той же территории.")
    substitution = Substitution.objects.create(
        membership=membership, substitute=user, since=since, until=until
    )
    audit.record(
        "member.substituted", membership, by=by, substitute=user.full_name,
        since=since.isoformat(), until=until.isoformat(),
    )  # fmt: skip
    return substitution


@transaction.atomic
def end_substitution(substitution: Substitution, *, by: Viewer) -> None:
    """Take a substitution back from today on; one that has not begun disappears.

    Whom it is for, or who manages their account, decides. Raises NotAllowed.
    """
    membership = substitution.membership
    if membership.user_id != by.user_id:
        membership = _managed(membership, by)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    name = substitution.substitute.full_name
    if substitution.since > yesterday:
        substitution.delete()
    else:
        substitution.until = min(substitution.until, yesterday)
        substitution.save(update_fields=["until"])
    audit.record("member.substitution_ended", membership, by=by, substitute=name)


def _taken(secret: str) -> Invitation | None:
    """The open invitation, kept from a second answer until the end of the transaction."""
    locked = Invitation.objects.select_for_update(of=("self",)).open()
    return locked.filter(digest=_digest(secret)).select_related("organization").first()


def _managed(membership: Membership, by: Viewer) -> Membership:
    guard.require(by, Permission.MEMBER_MANAGE, membership)
    _may_give(Role(membership.role), by)
    return membership


def _may_give(role: Role, by: Viewer) -> None:
    if role not in INVITES.get(by.role, frozenset()):
        raise NotAllowed(f"Роль «{ROLE_TITLES[role]}» может дать только администратор портала.")


def _fits(role: Role, organization: Organization) -> None:
    if not works_at(role, organization.level):
        level = Level(organization.level).label
        raise Conflict(f"«{organization}» — {level}; роль «{ROLE_TITLES[role]}» там не бывает.")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
