"""`python -m bot` many times over: what it imports is read once, then each process is forked, real and on its own.

A line of JSON on standard input starts a process or asks what became of one; one line answers. When the input ends,
whatever still runs is killed.

A process may be told to die by SIGKILL right after a file operation. The interpreter announces each operation before
it happens ("os.rename …/n/x/index.html"); at the announcement that follows a matching one on the same thread the
matching one is done and nothing after it has begun.
"""

import json
import os
import random
import re
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import bot.cli  # noqa: F401  # read once, for all of them

# Which argument is the path that is made or unmade.
OPERATIONS = {"os.rename": 1, "os.remove": 0, "os.truncate": 0}


def die_after(pattern: str) -> None:
    """Arm this process; `pattern` is searched in the operation's name and its path."""
    wanted = re.compile(pattern)
    last = threading.local()

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if getattr(last, "matched", False):
            last.matched = False  # the signal is announced as well
            os.kill(os.getpid(), signal.SIGKILL)
        if event in OPERATIONS:
            target = args[OPERATIONS[event]]
            path = Path(f"/proc/self/fd/{target}").readlink() if isinstance(target, int) else os.fspath(target)
            last.matched = wanted.search(f"{event} {path}") is not None

    sys.addaudithook(watch)


def become(told: dict[str, Any]) -> None:
    """In the child: everything is as if it had been started by itself."""
    for number, path in ((1, told["out"]), (2, told["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()  # noqa: TID251
    os.environ.update(told["environment"])  # noqa: TID251
    random.seed()
    if told["dies_after"]:
        die_after(told["dies_after"])
    sys.argv = ["downdate", *told["start"]]
    runpy.run_module("bot", run_name="__main__")


def serve_requests() -> dict[str, Any] | None:
    """Returns in the child alone, with what it is to become."""
    alive: set[int] = set()
    for line in sys.stdin:
        told = json.loads(line)
        if "start" in told:
            child = os.fork()
            if child == 0:
                return told
            alive.add(child)
            answer: int | None = child
        else:
            child, status = os.waitpid(told["ended"], os.WNOHANG)
            alive.discard(child)
            answer = os.waitstatus_to_exitcode(status) if child else None
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    for child in alive:
        os.kill(child, signal.SIGKILL)
    return None


if __name__ == "__main__":
    chosen = serve_requests()
    if chosen is not None:
        become(chosen)
