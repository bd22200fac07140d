"""What the HTTP API takes and answers, as models: the document at /openapi.json is made from them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.submission import Submission
from policies.effects import Effect, Tick
from policies.terms import Channel, EventType, Reason

Text = Annotated[str, Field(max_length=10_000)]
Short = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[str, Field(pattern=r"^S[1-9][0-9]{0,2}$")]


class _Given(BaseModel):
    """What a caller sends: nothing beyond what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RefPath(_Given):
    ref: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$", description="The notice, such as DBC-7K3Q9M.")]


class CasePath(_Given):
    case: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$", description="The case's letters and digits, such as eh20260417.")
    ]


class TaskPath(_Given):
    number: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$", description="As the list of tasks has it.")]


_KEY = Annotated[
    str,
    Field(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,200}$",
        description="Sent again with the same key and body, nothing happens twice and the same is answered.",
    ),
]


class Once(_Given):
    key: _KEY = ""


class OnceWithCode(_Given):
    key: _KEY = ""
    code: Annotated[
        str,
        Field(alias="X-TOTP", pattern=r"^[0-9]{6}$", description="What the Director's authenticator shows now."),
    ] = ""


class WhoseTasks(_Given):
    whose: Literal["all", "mine"] = "all"


class After(_Given):
    after: Annotated[str, Field(pattern=r"^[0-9]{1,15}$", description="Only what came after this entry.")] = "0"


class Checkpoint(_Given):
    checkpoint: Annotated[
        str,
        Field(pattern=r"^[1-9][0-9]{0,14}:[0-9a-f]{64}$", description="Number and hash, kept elsewhere."),
    ] = ""


class PictureSent(_Given):
    """A picture whose name stands as `file` in the submission."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Annotated[str, Field(description="Base64.", json_schema_extra={"contentEncoding": "base64"})]


class NoticeSent(_Given):
    """A submission, as config/submission.schema.json describes it, with its pictures."""

    submission: Submission
    pictures: Annotated[tuple[PictureSent, ...], Field(max_length=20)] = ()


class ApprovalSent(_Given):
    digest: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$", description="What the preview shows: exactly that.")]
    ticks: tuple[Tick, ...] = ()
    note: Text = ""


class NoteSent(_Given):
    note: Text = ""


class RetractionSent(_Given):
    reason: Reason
    subject: Number | None = None
    note: Text = ""


class EventSent(_Given):
    case: Short
    what: EventType
    subject: Number | None = None
    at: AwareDatetime | None = None
    source: Text = ""
    note: Text = ""


class AnswerSent(_Given):
    answer: Short | None = None
    subject: Number | None = None
    note: Text = ""


class Caution(BaseModel):
    clause: str
    path: str
    what: str


class ObjectionTold(BaseModel):
    clause: str
    path: str
    what: str
    remedy: str
    effect: Effect
    lesser: bool


class NoticeTaken(BaseModel):
    """A draft in the ledger. While it is `refused` it cannot be approved."""

    ref: str
    revision: int
    digest: str
    refused: bool
    objections: list[ObjectionTold]
    days_since_court_decision: int | None
    warnings: list[Caution]


class PictureShown(BaseModel):
    sha256: str
    alt_text: str


class ChannelShown(BaseModel):
    marker: str
    text: str
    pictures: list[PictureShown]


class PreviewTold(BaseModel):
    """Exactly what each channel would show, the digest to approve, and what stands in the way."""

    ref: str
    revision: int
    digest: str
    objections: list[ObjectionTold]
    ticks: list[Tick]
    channels: dict[str, ChannelShown]
    days_since_court_decision: int | None
    warnings: list[Caution]


class FactConfirmed(BaseModel):
    name: str
    clause: str
    what: str


class ApprovalTold(BaseModel):
    ref: str
    revision: int
    given_at: datetime
    queued: list[Channel]
    confirmed: list[FactConfirmed]
    days_since_court_decision: int | None
    warnings: list[Caution]


class ConfirmationTold(BaseModel):
    ref: str
    confirmed: list[FactConfirmed]


class NoticeStanding(BaseModel):
    """How one notice stands; the fields of the command `status --json`."""

    model_config = ConfigDict(extra="allow")

    group: str
    ref: str
    stuck: list[str]


class NoticesTold(BaseModel):
    at: datetime
    paused: list[Channel]
    overdue: int
    publications: list[NoticeStanding]


class NoticeTold(BaseModel):
    """One notice with every object there ever was of it on a platform."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    group: str
    ref: str
    stuck: list[str]
    objects: list[dict[str, Any]]


class TakenDown(BaseModel):
    """Nothing waits for a platform: how it goes on is at `status`, null where nothing is retracted."""

    status: str | None
    posts: int


class CopyTold(BaseModel):
    channel: Channel
    kind: str
    url: str | None
    word: Literal["Asking", "Asked", "Looking", "Attested", "Gone", "Never up"]
    at: datetime | None


class LeftTold(BaseModel):
    """What may still be up, and how a person takes it down."""

    channel: Channel
    marker: str
    steps: str
    url: str | None
    code: str | None


class RetractionTold(BaseModel):
    """Each object from Asking to Gone, with the time at which that was proven."""

    at: datetime
    refs: list[str]
    reason: Reason
    all_gone: bool
    copies: list[CopyTold]
    left: list[LeftTold]


class TaskTold(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int
    what: str
    owner: str
    ref: str | None
    due_at: datetime
    overdue: bool
    answers: list[str]


class TasksTold(BaseModel):
    at: datetime
    tasks: list[TaskTold]


class TaskAnswered(BaseModel):
    """`status` is where to follow what comes down because of the answer; null where nothing does."""

    task: int
    status: str | None


class JournalVerified(BaseModel):
    whole: bool
    entries: int
    head: str
    first_bad: int | None


class ProblemPlace(BaseModel):
    """One thing to mend, with the clause it serves."""

    path: str
    clause: str | None
    what: str
    remedy: str
    effect: Effect | None


class ProblemDetails(BaseModel):
    """What went wrong, by RFC 9457. It never repeats what was sent."""

    type: str
    title: str
    status: int
    detail: str
    clause: str | None
    remedy: str
    problems: list[ProblemPlace]
    objections: list[ProblemPlace]
    ticks: list[Tick]
