"""The keys of a running product, which follow its key file: commands change it, and nobody has to start anew."""

import logging
from pathlib import Path

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.refusals import CannotOpen
from shoplist_appliance.adapters.sealing import Sealer

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class KeyFile:
    """Obeys ``ports.Keys``."""

    def __init__(self, path: Path, create: bool) -> None:
        """Raises ``KeyMissing`` or ``KeyWrong``, as ``Keyring.open``."""
        self._path = path
        seen = self._stamp()
        self._keyring = Keyring.open(path, create)
        self._seen = seen or self._stamp()
        self.sealer = Sealer(self._keyring)
        self.generation = 0

    @property
    def are_several(self) -> bool:
        return not self._keyring.is_of_one

    @property
    def outdated(self) -> tuple[str, ...]:
        return self._keyring.outdated

    async def refresh(self) -> None:
        """Take what the file holds now, if that is another keyring of this product."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            keyring = Keyring.open(self._path, create=False)
        except CannotOpen as error:
            log.error("%s; the keys that were in it are used on", error)
            return
        if not keyring.follows(self._keyring):
            log.error(
                "the key file %s holds other keys now, which read nothing of what is stored: put the old one back."
                " Until the next start the keys that were in it are used on",
                self._path,
            )
            return
        self._keyring = keyring
        self.sealer.use(keyring)
        self.generation += 1
        log.info("the key file was changed: from now on everything is sealed with the key %s", keyring.active)

    def _stamp(self) -> Stamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size
