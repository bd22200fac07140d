"""Writes every golden file anew: `python -m tests.golden.regenerate`. Read the difference as the public would."""

from policies.terms import Channel, Kind
from tests.golden.samples import golden, rendered


def main() -> None:
    for kind in Kind:
        for channel in Channel:
            golden(kind, channel).write_text(rendered(kind, channel), encoding="utf-8")


if __name__ == "__main__":
    main()
