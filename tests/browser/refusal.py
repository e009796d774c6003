"""An edit that only the server refuses: the page itself takes no amount that is too large."""

from playwright.sync_api import Page

REFUSED_QUANTITY = "777777"
# The socket sends it as more than an item may count.
GARBLED = f"""(() => {{
  const {{ send }} = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {{
    return send.call(this, typeof data === "string" ? data.replaceAll(":{REFUSED_QUANTITY}", ":2000000") : data);
  }};
}})()"""


def refuse(page: Page) -> None:
    """From now on, also after a reload, the server refuses what this page's edits say of REFUSED_QUANTITY."""
    page.add_init_script(GARBLED)
    page.evaluate(GARBLED)
