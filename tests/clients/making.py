"""What a client makes by itself: ids, times, and edits in the contract's JSON."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
PASSWORD = "correct horse battery"


def new_id() -> str:
    return str(uuid.uuid4())


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def wire_time(ms: int) -> str:
    """RFC 3339 with milliseconds and Z, as the server writes times."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def edit(kind: str, *, at: int | None = None, **carries: Any) -> Json:
    """One edit of now, or of the time given in ms."""
    return {"id": new_id(), "kind": kind, "at": wire_time(now_ms() if at is None else at), **carries}


def add(text: str, **carries: Any) -> Json:
    carried: dict[str, Any] = {"item": new_id(), "text": text, **carries}
    return edit("add", **carried)


def change(item: str, **fields: Any) -> Json:
    return edit("set", item=item, **fields)


def tick(*items: str, ticked: bool = True, **carries: Any) -> Json:
    which: dict[str, Any] = {"item": items[0]} if len(items) == 1 else {"items": list(items)}
    return edit("tick", **{**which, "ticked": ticked, **carries})


def remove(item: str, **carries: Any) -> Json:
    return edit("remove", item=item, **carries)


def restore(item: str, **carries: Any) -> Json:
    return edit("restore", item=item, **carries)
