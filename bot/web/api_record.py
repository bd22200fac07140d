"""Operations on what people must do, and on the journal."""

import json
from collections.abc import Iterator
from itertools import islice

from flask import Response, current_app, url_for

from bot.cli_tasks import ref_of, task_json
from bot.context import Bot
from bot.intake_refusals import require
from bot.intake_tasks import answer_task, owners
from bot.scopes import Scope
from bot.web.api_asking import Answer, made_blueprint, once, operation, who
from bot.web.api_models import (
    After,
    AnswerSent,
    Checkpoint,
    JournalVerified,
    Once,
    TaskAnswered,
    TaskPath,
    TasksTold,
    WhoseTasks,
)
from bot.web.beside import take_down_beside
from bot.web.current import now, the_bot
from policies.authority import Act
from store import desk, journal

operations = made_blueprint("api_record")
_LINES = "application/x-ndjson"
# Read in parts, so that a slow reader holds no transaction open.
_PART = 500
_JOURNAL = {
    "description": "One entry a line, as `downdate journal verify` takes them.",
    "content": {_LINES: {"schema": {"type": "string"}}},
}


@operation(operations.get, "/tasks", scope=Scope.TASKS, answer=TasksTold, further=(429,))
def tasks(query: WhoseTasks) -> Answer:
    """What people must do, by due time; `mine` are those of the person, the roles and the services."""
    bot, at = the_bot(), now()
    require(who(), Act.READ)
    mine_as = owners(who()) if query.whose == "mine" else None
    with bot.ledger.read() as tx:
        found = [each for each in desk.open_tasks(tx) if mine_as is None or each.owner in mine_as]
        told = [task_json(each, ref_of(tx, each.publication_id), at) for each in found]
    return Answer(body={"at": at.isoformat(), "tasks": told})


@operation(operations.post, "/tasks/<number>/answer", scope=Scope.TASKS, answer=TaskAnswered, further=(409, 429))
def answer(path: TaskPath, header: Once, body: AnswerSent) -> Answer:
    """Put on record that it is done, or what the answer is. An appeal that was lodged takes down at once."""
    number = int(path.number)
    down: list[int] = []

    def act(bot: Bot) -> Answer:
        done = answer_task(bot, who(), number, answer=body.answer, subject=body.subject, note=body.note)
        down[:] = done.down
        with bot.ledger.read() as tx:
            ref = ref_of(tx, done.task.publication_id)
        status = url_for("api_urgent.retraction", ref=ref) if down else None
        return Answer(body={"task": number, "status": status})

    answered = once(header, act)
    take_down_beside(the_bot(), down)
    return answered


@operation(operations.get, "/journal", scope=Scope.JOURNAL, answer=_JOURNAL, further=(429,))
def export(query: After) -> Response:
    """The journal as JSON lines. It holds no personal data and no free text."""
    require(who(), Act.EXPORT)
    lines = _lines(the_bot(), int(query.after))
    made: Response = current_app.response_class(lines, mimetype=_LINES)
    return made


def _lines(bot: Bot, after: int) -> Iterator[str]:
    while True:
        with bot.ledger.read() as tx:
            part = list(islice(journal.entries(tx, after=after), _PART))
        for entry in part:
            yield json.dumps(entry.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n"
        if len(part) < _PART:
            return
        after = part[-1].seq


@operation(operations.get, "/journal/verification", scope=Scope.JOURNAL, answer=JournalVerified, further=(429,))
def verify(query: Checkpoint) -> Answer:
    """Whether each entry follows from the one before, and a number and hash kept elsewhere still hold."""
    require(who(), Act.EXPORT)
    number, _, digest = query.checkpoint.partition(":")
    kept = (int(number), digest) if number else None
    with the_bot().ledger.read() as tx:
        found = journal.verify((each.as_json() for each in journal.entries(tx)), checkpoint=kept)
    told = {"whole": found.whole, "entries": found.entries, "head": found.head, "first_bad": found.first_bad}
    return Answer(body=told)
