"""Collection forms handed out: pre-filled with the pupils the school is known to have."""

from collections.abc import Sequence

from organizations.models import Organization
from procedures.exchange import form
from procedures.exchange.importer import spec_of
from procedures.models import Work
from procedures.queries import Roster, newest_scale, roster

USUAL_PUPILS = 30  # rows a class gets when nothing is known of it; more may be added by hand


def blank_form(
    work: Work,
    school: Organization,
    *,
    classes: Sequence[int] = (),
    pupils: int = USUAL_PUPILS,
) -> bytes:
    """The form of one school, ready to be filled in and read back.

    Its codes are those the school already used this year in the grade; where it used none, each
    of the classes (class 1 when none is named) gets rows for so many pupils.
    """
    known = roster(school, work)
    chosen = known.of_classes(classes) if classes else known
    if not len(chosen):
        wanted = list(classes) or [1]
        sizes = [pupils] * max(wanted)
        chosen = Roster.counted(work.grade, sizes).of_classes(wanted)
    spec = spec_of(work, newest_scale(work.pk))
    return form.write_form(spec, school.code, chosen.class_numbers, chosen.participants)
