"""``GET /api/shared/<key>``: a list as JSON, for whoever holds the key of a share."""

from shoplist_appliance.web import shapes
from shoplist_appliance.web.headers import SECRET_PAGE_HEADERS
from shoplist_appliance.web.http import Handler
from shoplist_appliance.web.operations import guest_of


class SharedList(Handler):
    """The same as ``lists.get`` answers, whole."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        for name, value in SECRET_PAGE_HEADERS.items():
            self.set_header(name, value)

    async def get(self, key: str) -> None:
        """``404`` for a key that never was, ``410`` for one that serves no longer."""
        guest, dispatcher = guest_of(key), self.door.dispatcher
        try:
            list_id = await dispatcher.list_of(guest, self.caller().address)
            opened = await dispatcher.services.lists.get(guest, list_id, None, None)
        except Exception as error:
            self.refuse(error)
        else:
            self.answer(shapes.opened_json(opened))

    head = get
