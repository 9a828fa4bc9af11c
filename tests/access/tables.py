"""Reads the hand-written access tables."""

PEOPLE = ["vera", "boris", "inna", "oleg", "svetlana", "nina", "igor", "elena", "pavel", "anton",
          "rita", "zoya"]  # fmt: skip
SIGNS = {200: "+", 302: ">", 403: "x", 404: "-", 400: "!", 409: "!"}


def read(text: str) -> dict[str, str]:
    """Name of a page → one sign a person, in the order of PEOPLE."""
    table = {}
    for line in text.strip().splitlines()[1:]:
        name, *signs = line.split()
        assert len(signs) == len(PEOPLE), f"{name}: {len(signs)} signs for {len(PEOPLE)} people"
        assert name not in table, f"{name} stands twice"
        table[name] = "".join(signs)
    return table
