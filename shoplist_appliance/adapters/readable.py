"""Records that are read many at a time: one that cannot be unsealed must not keep all others of its kind."""

import logging
from collections.abc import Iterable, Sequence

from shoplist_appliance.adapters.codec import Codec, RecordRow
from shoplist_appliance.adapters.sealing import Unsealable
from shoplist_appliance.ports import Record

log = logging.getLogger(__name__)


class ReadableRecords:
    """Passes over what is damaged, and says so once for each row."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._said: set[tuple[str, bytes, int]] = set()

    def among(self, rows: Iterable[RecordRow], limit: int | None = None) -> Sequence[Record]:
        """The records of these rows in their order, at most so many; no further row is asked for then."""
        records: list[Record] = []
        for row in rows:
            if (record := self._record(row)) is not None:
                records.append(record)
                if len(records) == limit:
                    break
        return records

    def _record(self, row: RecordRow) -> Record | None:
        try:
            return self._codec.record(row)
        except Unsealable as error:
            seen = (row.kind, row.key, row.version)
            if seen not in self._said:
                self._said.add(seen)
                log.error("a record is passed over: %s", error)
            return None
