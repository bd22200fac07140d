"""A submission as it comes over the wire: one JSON document with its pictures in base64, or a form with files."""

import json
from base64 import b64decode
from binascii import Error
from datetime import datetime

from flask import abort, request
from pydantic import ValidationError

from bot.scanning import scan_of
from bot.submission import Received, SubmissionRefused, receive, tree_of
from bot.submission_checks import InputRefused, Problem
from bot.web.api_asking import problems_of, unreadable
from bot.web.api_models import NoticeSent
from bot.web.current import the_bot

_PICTURES = 20
_FIELD, _FILES = "submission", "picture"


def received(now: datetime) -> Received:
    """What was sent, read strictly. Raises InputRefused with every problem."""
    if request.mimetype == "application/json":
        raw, pictures = _document(request.get_data())
    elif request.mimetype == "multipart/form-data":
        raw, pictures = _form()
    else:
        abort(415)
    made = receive(raw, sent=pictures, now=now, scan=scan_of(the_bot().settings))
    named = {each.file for each in made.submission.content.pictures}
    if set(pictures) - named:
        what, remedy = "A picture came along that the submission does not name.", "Name it under content.pictures."
        raise SubmissionRefused([Problem(path="pictures", clause="6.3", what=what, remedy=remedy)])
    return made


def _document(raw: bytes) -> tuple[bytes, dict[str, bytes]]:
    try:
        sent = NoticeSent.model_validate_json(raw, strict=True)
    except ValidationError as refused:
        raise unreadable(problems_of(refused, NoticeSent), refused) from None
    tree, twice = tree_of(raw)
    pictures: dict[str, bytes] = {}
    problems = list(twice)
    for n, each in enumerate(sent.pictures):
        try:
            content = b64decode(each.content, validate=True)
        except (Error, ValueError):
            what, remedy = "It is not base64.", "Encode the picture's bytes in base64, without line breaks."
            problems.append(Problem(path=f"pictures.{n}.content", clause="6.3", what=what, remedy=remedy))
            continue
        if each.name in pictures:
            problems.append(_twice(f"pictures.{n}.name"))
        pictures[each.name] = content
    if problems:
        raise InputRefused(problems)
    return json.dumps(tree[_FIELD], ensure_ascii=False).encode("utf-8", "surrogatepass"), pictures


def _form() -> tuple[bytes, dict[str, bytes]]:
    others = {*request.form, *request.files} - {_FIELD, _FILES}
    fields = [each.encode() for each in request.form.getlist(_FIELD)]
    fields += [each.read() for each in request.files.getlist(_FIELD)]
    problems = [Problem(path="$", what="A part has no such name.", remedy=_NAMES) for _ in list(others)[:1]]
    if len(fields) != 1 or _FILES in request.form:
        problems.append(Problem(path=_FIELD, what="It is not one JSON document with files.", remedy=_NAMES))
    pictures: dict[str, bytes] = {}
    for n, each in enumerate(request.files.getlist(_FILES)):
        name = each.filename or ""
        if not name or name in pictures:
            problems.append(_twice(f"{_FILES}.{n}"))
        pictures[name] = each.read()
    if len(pictures) > _PICTURES:
        problems.append(Problem(path=_FILES, what="There are too many.", remedy=f"Send at most {_PICTURES}."))
    if problems:
        raise InputRefused(problems)
    return fields[0], pictures


_NAMES = f"Send one part `{_FIELD}` with the JSON, and a file `{_FILES}` for each picture."


def _twice(path: str) -> Problem:
    return Problem(path=path, clause="6.3", what="The name is missing, or given twice.", remedy="Give each its own.")
