"""What parent and child say to each other: one line of JSON, then the bytes it announces."""

import gc
import json
import sys
from collections.abc import Callable
from typing import IO, Any

BEHIND_READERS = 15

Head = dict[str, Any]
Answer = tuple[Head, bytes]


def write(pipe: IO[bytes], head: Head, body: bytes = b"") -> None:
    pipe.write(json.dumps({**head, "length": len(body)}).encode() + b"\n" + body)
    pipe.flush()


def read(pipe: IO[bytes]) -> Answer | None:
    """The next frame; None when the other side is gone. Raises ValueError for a broken one."""
    line = pipe.readline()
    if not line:
        return None
    head = json.loads(line)
    body = pipe.read(head["length"])
    if len(body) != head["length"]:
        raise ValueError("the frame ended early")
    return head, body


def confine(memory: int) -> None:
    """Never more than this many bytes of address space, and never before those who read pages."""
    import os
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.nice(BEHIND_READERS)


def serve(work: Callable[[Head, bytes], Answer]) -> None:
    """Answer frame after frame until the parent closes the pipe."""
    # What was made while warming up stays; a collection in mid-work costs a fifth of the time.
    gc.collect()
    gc.freeze()
    gc.disable()
    while (asked := read(sys.stdin.buffer)) is not None:
        try:
            head, body = work(*asked)
        except Exception as error:  # whatever it is, the asker is told
            head, body = {"problem": f"{type(error).__name__}: {error}"}, b""
        write(sys.stdout.buffer, head, body)
        del asked, body
        gc.collect()
