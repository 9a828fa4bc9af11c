"""How the federal collection form is laid out: its sheets, headings and lists."""

PROTOCOL = "Протокол"
SERVICE = "Служебный"
CLASSES = "Порядковый номер класса"
LAST_ROW = 1499  # the federal form has room to this row

CODE = "Код участника"
VARIANT = "Вариант"
CLASS = "Порядковый номер класса"
JOURNAL = "Отметка за предыдущий триместр/ четверть/полугодие"
TOTAL = "Итого баллов"

# Our own forms say on the service sheet whose they are; the value stands right of the label.
WORK_LABEL = "Код работы"
ORGANIZATION_LABEL = "Код организации"


def task_heading(label: str, most: int) -> str:
    return f"{label} ({most}б)"
