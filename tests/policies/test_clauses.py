"""What an objection cites is a clause of the council's policy, or rests on one."""

import re
from pathlib import Path

import pytest

from policies.clauses import RESTS_ON, clause_behind

POLICIES = Path(__file__).parent.parent.parent / "policies"
CITED = {found for path in POLICIES.glob("*.py") for found in re.findall(r'clause="([^"]+)"', path.read_text())}


@pytest.mark.parametrize("cited", sorted(CITED))
def test_r68_whatever_is_cited_is_counted_under_a_clause_of_the_policy(cited):
    assert re.fullmatch(r"\d+(\.\d+)*(\([a-g]\))?", clause_behind(cited))


def test_r68_no_requirement_is_listed_that_nothing_cites():
    assert set(RESTS_ON) <= CITED
