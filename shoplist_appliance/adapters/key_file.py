"""The keys of a running product, which follow its key file: commands change it, and nobody has to start anew."""

import logging
from pathlib import Path

from shoplist_appliance.adapters.keyring import Keyring
from shoplist_appliance.adapters.refusals import CannotOpen
from shoplist_appliance.adapters.sealing import Sealer

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int, int]


class KeyFile:
    """Obeys ``ports.Keys``."""

    def __init__(self, path: Path, create: bool) -> None:
        """Raises ``KeyMissing`` or ``KeyWrong``, as ``Keyring.open``."""
        self._path = path
        seen = self._stamp()
        self._keyring = Keyring.open(path, create)
        self._seen = seen or self._stamp()
        self._told: Stamp | None = self._seen
        self.sealer = Sealer(self._keyring)
        self.generation = 0
        self.is_kept = True
        """Whether what is sealed now can be read after a restart: the file holds the key for it."""

    @property
    def are_several(self) -> bool:
        return not self._keyring.is_of_one

    @property
    def outdated(self) -> tuple[str, ...]:
        return self._keyring.outdated

    async def refresh(self) -> None:
        """Take what the file holds now, if that is another keyring of this product."""
        stamp = self._stamp()
        if stamp == self._seen and self.is_kept:
            return
        try:
            keyring = Keyring.open(self._path, create=False)
        except CannotOpen as error:
            self._refuse(stamp, str(error))
            return
        if not keyring.follows(self._keyring):
            self._refuse(stamp, f"the key file {self._path} holds other keys now, without the one in use")
            return
        self._seen, self.is_kept = stamp, True
        self._keyring = keyring
        self.sealer.use(keyring)
        self.generation += 1
        log.info("the key file was changed: from now on everything is sealed with the key %s", keyring.active)

    def _refuse(self, stamp: Stamp | None, why: str) -> None:
        """Go on with the keys at hand, and try again until the file is right; said once for each state of it."""
        self.is_kept = False
        if stamp != self._told:
            self._told = stamp
            log.error("%s: put the old one back. Until the next start the keys that were in it are used on", why)

    def _stamp(self) -> Stamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size
