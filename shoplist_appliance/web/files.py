"""What is fetched by a link that carries its own secret."""

import logging

from tornado.iostream import StreamClosedError

from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.web.headers import SECRET_PAGE_HEADERS
from shoplist_appliance.web.http import Handler

log = logging.getLogger(__name__)


class ExportFile(Handler):
    """Everything about somebody, once: no HEAD, which would look and leave nothing for the one who comes."""

    allowed = "GET"

    def set_default_headers(self) -> None:
        super().set_default_headers()
        for name, value in SECRET_PAGE_HEADERS.items():
            self.set_header(name, value)

    async def get(self, secret: str) -> None:
        """The zip file; ``404`` for a link that never was, ``410`` for one that has served, was withdrawn or is over.

        Where the storage fails in the middle, the connection ends before the file does, and the link stays good.
        """
        try:
            async with self.door.dispatcher.services.exports.fetched(secret) as blob:
                self.set_header("Content-Type", "application/zip")
                self.set_header("Content-Disposition", 'attachment; filename="shoplist-export.zip"')
                self.set_header("Content-Length", str(blob.size))
                async for piece in blob.pieces:
                    self.write(piece)
                    await self.flush()
        except StreamClosedError:
            return None
        except DomainError as error:
            if not self._headers_written:
                return self.refuse(error)
            log.warning("a download of an export broke off: %s", error)
            self.request.connection.close()  # type: ignore[union-attr]
