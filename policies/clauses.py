"""Which clause of the council's policy a requirement rests on: figures for the council are in the policy's numbers."""

# Requirements that an objection may cite, with the clause that each was drawn from.
RESTS_ON: dict[str, str] = {
    "R6": "5.2",
    "R14": "5.5",
    "R20": "5.7.4(g)",
    "R21": "12.1",
    "R22": "12.1",
    "R23": "5.7.4(a)",
    "R36": "6.6",
    "R41": "5.6",
    "R45": "5.7.4(d)",
    "R46": "5.7.4(d)",
    "R51": "5.7.4(f)",
    "R52": "5.7.4(f)",
    "R57": "5.7.4(d)",
    "R61": "5.7.4(e)",
    "R62": "5.7.4(e)",
    "R64": "10.1",
}


def clause_behind(cited: str) -> str:
    """The policy's clause behind what an objection cites, which may be that clause itself."""
    return RESTS_ON.get(cited, cited)
