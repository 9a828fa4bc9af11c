"""Reads the hand-written access tables."""

PEOPLE = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel", "anton",
          "rita", "zoya"]  # fmt: skip
SIGNS = {200: "+", 302: ">", 403: "x", 404: "-", 405: "p", 409: "c"}


def read(text: str) -> dict[str, str]:
    """Name of a page → one sign a person, in the order of PEOPLE, which is the table's first line.

    Empty lines only part the table.
    """
    head, *lines = [line.split() for line in text.splitlines() if line.strip()]
    assert head == PEOPLE, f"the head of the table is {head}"
    table: dict[str, str] = {}
    for name, *signs in lines:
        assert len(signs) == len(PEOPLE), f"{name}: {len(signs)} signs for {len(PEOPLE)} people"
        assert name not in table, f"{name} stands twice"
        table[name] = "".join(signs)
    return table
