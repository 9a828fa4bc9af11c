"""What a line of the journal says to a person: its sentence, its changes, its page."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from organizations.access import ROLE_TITLES, Role
from organizations.models import Event, State

# The act → what was done. A code that is not here is shown as it is.
WORDS = {
    "delivery.read": "С приказом ознакомились",
    "calendar.issued": "Выдан адрес личного календаря",
    "calendar.revoked": "Адрес личного календаря отозван",
    "document.version": "Загружен файл документа",
    "document.sent": "Документ сдан на приёмку",
    "document.accepted": "Документ принят",
    "document.returned": "Документ возвращён с замечанием",
    "execution.sent": "Исполнение пункта сдано на приёмку",
    "execution.accepted": "Исполнение пункта принято",
    "execution.returned": "Исполнение пункта возвращено с замечанием",
    "execution.draft": "Исполнение пункта снова открыто",
    "execution.started": "Пункт взят в работу",
    "execution.told": "Рассказано о ходе исполнения пункта",
    "execution.entrusted": "Назначено, кто исполняет пункт",
    "execution.proved": "К отчёту приложены подтверждения",
    "execution.unproved": "Подтверждение убрано из отчёта",
    "execution.postponed": "Срок исполнения пункта перенесён",
    "invitation.created": "Отправлено приглашение",
    "invitation.revoked": "Приглашение отозвано",
    "meeting.planned": "Назначено событие",
    "meeting.changed": "Событие изменено",
    "meeting.invited": "На событие приглашены организации",
    "meeting.attended": "Отмечено, кто был на событии",
    "meeting.held": "Событие проведено",
    "meeting.cancelled": "Событие отменено",
    "meeting.material": "К событию добавлен материал",
    "member.joined": "Человек занял своё место",
    "member.moved": "Человек переведён",
    "member.blocked": "Учётная запись закрыта",
    "member.unblocked": "Учётная запись снова открыта",
    "member.substituted": "Назначено замещение",
    "member.substitution_ended": "Замещение отменено",
    "objectivity.requested": "Запрошен расчёт объективности",
    "organization.opened": "Организация заведена",
    "organization.changed": "Сведения об организации изменены",
    "organization.closed": "Организация закрыта",
    "organization.succeeded": "Записано преемство организаций",
    "register.imported": "Загружен реестр организаций",
    "campaign.announced": "Объявлено сопоставление с журналом",
    "campaign.reminded": "Школам напомнили об отметках по журналу",
    "group.gathered": "Собрана группа школ по сигналам",
    "method.copied": "Заведена копия порогов методики",
    "method.changed": "Изменена копия порогов методики",
    "method.tried": "Копия порогов отправлена на проверку",
    "method.published": "Опубликованы пороги методики",
    "method.discarded": "Убрана копия порогов методики",
    "markers.imported": "Загружен федеральный список маркеров",
    "participation.registered": "Заявлены участники события",
    "procedure.added": "В каталог добавлена процедура",
    "procedure.changed": "Процедура каталога изменена",
    "protocol.accepted": "Протокол принят",
    "exemption.made": "Отмечено неучастие в работе",
    "exemption.removed": "Снята отметка о неучастии",
    "protocol.cancelled": "Проверенный файл не записан",
    "protocol.confirmed": "Запись протокола подтверждена",
    "protocol.ready": "Файл протокола проверен и ждёт записи",
    "reopening.asked": "Школа просит открыть приём",
    "reopening.granted": "Приём протоколов открыт школе",
    "reopening.refused": "Открыть приём отказано",
    "work.due": "Назначен срок сдачи работы",
    "protocol.faulty": "В протоколе найдены ошибки",
    "protocol.refused": "Файл протокола не подошёл",
    "protocol.superseded": "Протокол заменён новой версией",
    "protocol.uploaded": "Загружен протокол",
    "report.built": "Собран ежегодный отчёт",
    "roadmap.imported": "Загружена дорожная карта",
    "roadmap.created": "Начат черновик дорожной карты",
    "roadmap.edited": "Черновик дорожной карты изменён",
    "roadmap.approved": "Дорожная карта утверждена",
    "roadmap.versioned": "Начата новая версия дорожной карты",
    "roadmap.continued": "Начат план следующего года",
    "roadmap.closed": "Дорожная карта завершена",
    "library.added": "Добавлен пункт библиотеки",
    "library.changed": "Изменён пункт библиотеки",
    "library.removed": "Убран пункт библиотеки",
    "library.filled": "Библиотека наполнена типовыми пунктами",
    "roadmap.adopted": "Взят план уровня выше",
    "roadmap.matched": "План сопоставлен с планом выше",
    "roadmap.linked": "Указаны пары пунктов с планом выше",
    "roadmap.took": "Взят пункт плана выше",
    "roadmap.omitted": "Указано, почему пункта выше нет в плане",
    "cohort.created": "Собрана группа школ",
    "cohort.changed": "Группа школ изменена",
    "cohort.deleted": "Группа школ удалена",
    "roadmap.deleted": "Черновик дорожной карты удалён",
    "roadmap.passed_on": "Приказ доведён ниже",
    "roadmap.superseded": "Дорожная карта заменена",
    "run.cancelled": "Запуск отменён",
    "run.repeated": "Запуск повторён",
    "token.issued": "Выдан токен программного интерфейса",
    "token.revoked": "Токен программного интерфейса отозван",
    "schedule.started": "Начата версия графика процедур",
    "schedule.entry_added": "В график добавлена процедура",
    "schedule.entry_changed": "Изменена строка графика",
    "schedule.entry_removed": "Из графика убрана процедура",
    "schedule.discarded": "Черновик графика удалён",
    "schedule.approved": "График процедур опубликован",
    "schedule.facts": "Записаны классы и часы для графика",
    "schedule.rules": "Изменены правила графика",
    "schedule.reminded": "Школам напомнили о графике",
    "statistics.received": "Получена статистика ФИС ОКО",
    "table.imported": "Загружена база данных",
    "work.imported": "Загружена оценочная работа",
    "work.rescaled": "Записана новая шкала работы",
    "work.converted": "Записана таблица тестовых баллов",
    "work.described": "Указаны уровни и умения заданий",
    "registration.sent": "Заявлены классы на работу",
    "registration.absent": "Школа не пишет работу",
    "draw.made": "Проведена жеребьёвка школ",
    "draw.published": "Опубликован список выбранных школ",
    "case.opened": "Открыто дело по сигналу",
    "case.reopened": "Дело по сигналу открыто снова: сигнал стал сильнее снятого",
    "case.drafted": "Сохранён черновик ответа на сигнал",
    "case.proved": "К ответу на сигнал приложен файл",
    "case.unproved": "Файл убран из ответа на сигнал",
    "case.answered": "Школа ответила на сигнал",
    "case.recheck_ordered": "Назначена перепроверка работ",
    "case.rechecked": "Внесены итоги перепроверки",
    "case.decided": "Принято решение по сигналу",
    "case.appealed": "Решение по сигналу обжаловано",
    "case.expired": "Сигнал погас",
    "candidate.entered": "Внесён наблюдатель или проверяющий",
    "candidate.changed": "Исправлены сведения о наблюдателе или проверяющем",
    "staffing.proposed": "Предложено, кто куда идёт",
    "staffing.replaced": "Назначение изменено вручную",
    "staffing.approved": "Утверждено, кто куда идёт",
    "observation.sent": "Отправлен протокол наблюдения",
    "observation.read": "Протокол наблюдения прочитан",
}

FIELDS = {
    "interests": "куда не посылать",
    "above": "план выше",
    "added": "добавлено",
    "audience": "для кого",
    "basis": "основание",
    "bodies_text": "ответственные",
    "carried": "через свой план",
    "changed": "изменено",
    "circle": "круг",
    "classes": "классы",
    "closed_on": "дата закрытия",
    "created": "новых",
    "date": "дата",
    "days": "дней",
    "doubts": "сомнений",
    "dropped": "снято исполнений",
    "edited": "изменено пунктов",
    "ends_at": "окончание",
    "entry": "строка графика",
    "evidence": "чем подтвердить",
    "executions": "исполнений",
    "file": "файл",
    "fis_login": "логин ФИС ОКО",
    "functions": "функции",
    "ground": "основание",
    "holder": "исполняет",
    "inn": "ИНН",
    "is_rural": "сельская",
    "item": "пункт",
    "items": "пунктов",
    "kind": "вид",
    "left_out": "без данных",
    "link": "ссылка",
    "links": "пар пунктов",
    "moved": "перешло исполнений",
    "name": "название",
    "notices": "уведомлений",
    "number": "номер",
    "of": "запуск №",
    "oktmo": "ОКТМО",
    "on": "день",
    "opened_on": "дата открытия",
    "organization": "организация",
    "organizations": "организации",
    "parent": "вышестоящая организация",
    "people": "люди",
    "place": "место",
    "point": "контрольная точка",
    "profile": "тип школы",
    "proofs": "подтверждения",
    "reason": "причина",
    "registered": "заявлено",
    "remark": "замечание",
    "removed": "убрано",
    "repeated": "повторов",
    "result": "результат",
    "role": "роль",
    "rows": "строк",
    "run": "запуск №",
    "schools": "школ",
    "scope": "область",
    "sha256": "контрольная сумма",
    "short_name": "краткое наименование",
    "since": "с",
    "site": "сайт",
    "starts_at": "начало",
    "state": "состояние",
    "substitute": "замещает",
    "successor": "преемник",
    "source": "источник",
    "term_text": "срок",
    "title": "название",
    "told": "уведомлено",
    "unchanged": "без изменений",
    "written": "записано",
    "red_q": "доля случайных среди сигналов",
    "amber_q": "доля случайных среди сигналов и внимания",
    "family_p": "порог второго признака",
    "amber_p": "порог одного признака",
    "prior": "доля классов с вмешательством",
    "weights": "веса признаков",
    "note": "пояснение",
    "purpose": "для чего",
    "proposed": "предложено",
    "years": "годы",
    "until": "по",
    "version": "версия",
    "was": "прежнее место",
    "year": "год",
    "pupils": "учеников",
    "rooms": "аудиторий",
    "frame": "школ в списке",
    "seed": "зерно",
    "places": "мест",
    "filled": "занято мест",
    "remarks": "замечаний",
    "candidate": "кто идёт",
    "checked_by": "кто перепроверил",
    "expired": "сигналов погасло",
    "outcome": "решение",
    "proposal": "школа предлагает",
    "unchanged_works": "баллы те же",
    "work": "работа",
    "works": "работ",
}
VALUES = {
    **{state.value: str(state.label) for state in State},
    **{role.value: ROLE_TITLES[role] for role in Role},
    "municipalities": "муниципалитеты",
    "schools": "школы",
    "bodies": "органы своего уровня",
    "cohort": "группа организаций",
    "own": "своя организация",
    "planned": "назначено",
    "held": "проведено",
    "read": "чтение",
    "write": "чтение и запись",
    "True": "да",
    "False": "нет",
}
# Objects whose page goes by a code, which an event does not hold; and pages named otherwise.
BY_CODE = frozenset({"organizations.organization", "procedures.work", "procedures.procedure"})
PAGES = {
    "reports.yearlyreport": "reports:report",
    "procedures.draw": "procedures:holding_draw",
    "procedures.staffing": "procedures:holding_staffing",
    "procedures.observation": "procedures:holding_observation",
}
# Acts that another act follows: news tell only the second. A draft is nobody else's news.
FOLLOWED = ("document.version", "case.drafted", "case.proved", "case.unproved")
SHOWN_OF_CHECKSUM = 12  # signs are enough to tell two files apart by eye


@dataclass(frozen=True)
class Change:
    """One thing that an act changed; `before` is empty where only the new value is known."""

    field: str
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"{self.field}: {self.before} → {self.after}"
            if self.before
            else (f"{self.field}: {self.after}")
        )


def words(action: str) -> str:
    return WORDS.get(action, action)


def sentence(event: Event) -> str:
    """«Документ принят: Положение о ВСОКО»"""
    return (
        f"{words(event.action)}: {event.object_name}" if event.object_name else words(event.action)
    )


def who(event: Event) -> str:
    """«Vera, специалист министерства»; the portal has no role."""
    title = VALUES.get(event.role, event.role)
    return f"{event.user_name}, {title}" if title else event.user_name


def changes(event: Event) -> list[Change]:
    """What changed, empty values left out.

    Services record either a plain value, a pair of before and after, or all fields at once in
    `before` and `after`.
    """
    recorded = dict(event.changes)
    before, after = recorded.pop("before", None), recorded.pop("after", None)
    if isinstance(before, dict) and isinstance(after, dict):
        recorded |= {key: [before.get(key, ""), value] for key, value in after.items()}
    found = [_change(key, value) for key, value in recorded.items()]
    return [change for change in found if change.after != change.before]


def _change(key: str, value: Any) -> Change:
    field = FIELDS.get(key, key)
    if key == "sha256":
        return Change(field, "", f"{str(value)[:SHOWN_OF_CHECKSUM]}…")
    if isinstance(value, list) and len(value) == 2 and all(isinstance(v, str) for v in value):
        return Change(field, _shown(value[0]), _shown(value[1]))
    if isinstance(value, list):
        return Change(field, "", ", ".join(map(_shown, value)))
    return Change(field, "", _shown(value))


def _shown(value: object) -> str:
    text = "" if value is None else str(value)
    return VALUES.get(text, text)


def page_of(object_type: str, object_id: str) -> str:
    """The address of an object's page, empty without one: a page is named as its model is."""
    if object_type in BY_CODE:
        return ""
    app, _, model = object_type.partition(".")
    try:
        return reverse(PAGES.get(object_type, f"{app}:{model}"), args=[object_id])
    except NoReverseMatch:
        return ""
