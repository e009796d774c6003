"""A browser's memory may be full, refused, or a newer page's: no edit on the screen is lost, nor any that was kept."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, House, NewPhone, Phone
from tests.browser.steps import becomes, copied, texts, wait_for
from tests.browser.test_adding import paste
from tests.browser.test_queue import another_tab

GROW = """new Promise((resolve, reject) => {
    const opening = indexedDB.open("shoplist", 2);
    opening.onupgradeneeded = () => opening.result.createObjectStore("newer");
    opening.onsuccess = () => { opening.result.close(); resolve(true); };
    opening.onerror = opening.onblocked = () => reject(new Error("not grown"));
})"""
KEPT = """new Promise((resolve) => {
    const opening = indexedDB.open("shoplist");
    opening.onsuccess = () => {
        const reading = opening.result.transaction("edits").objectStore("edits").getAll();
        reading.onsuccess = () => { resolve(reading.result.length); opening.result.close(); };
    };
})"""
CLOSE_AT_NEXT_USE = """() => {
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function closed(...asked) {
        IDBDatabase.prototype.transaction = transaction;
        this.close();
        return transaction.apply(this, asked);
    };
}"""
TELL_TABS = """() => {
    const account = JSON.parse(localStorage["shoplist.user"]).id;
    new BroadcastChannel("shoplist").postMessage({ account, results: [] });
}"""
REFUSED = {
    "IndexedDB": "indexedDB.open = () => { throw new DOMException('refused', 'SecurityError'); };",
    "IndexedDB, late": """indexedDB.open = () => {
        const opening = new EventTarget();
        opening.error = new DOMException('refused', 'UnknownError');
        setTimeout(() => opening.dispatchEvent(new Event('error')), 50);
        return opening;
    };""",
    "IndexedDB, silent": """const open = indexedDB.open.bind(indexedDB);
    indexedDB.open = (...asked) => {
        const opening = open(...asked);
        opening.addEventListener = () => {};
        return opening;
    };""",
    "localStorage": "Storage.prototype.getItem = Storage.prototype.setItem = Storage.prototype.removeItem = "
    "() => { throw new DOMException('refused', 'SecurityError'); };",
}


def test_a_newer_page_in_another_tab_takes_nothing_from_this_one(house: House, ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    other = ann.page.context.new_page()
    other.goto(ann.url + "/account")
    with house.fallen():
        ann.add("Bread")
        ann.sees("Bread")
        # A phone takes the database from a page that it put to sleep; the next to use it only reads.
        ann.page.evaluate(CLOSE_AT_NEXT_USE)
        other.evaluate(TELL_TABS)
        becomes(ann.page, "IDBDatabase.prototype.transaction.name === 'transaction'")
        assert other.evaluate(GROW)
        ann.add("Eggs")
        ann.sees("Eggs")
        wait_for(lambda: other.evaluate(KEPT), 2)
        ann.page.goto("about:blank")
    # The server went back to the build before: its page meets the newer one's database.
    ann.page.goto(address)
    for text in ("Bread", "Eggs"):
        ann.sees(text)
    wait_for(lambda: sorted(texts(ann, address[-36:])), ["Bread", "Eggs", "Milk"])
    wait_for(lambda: other.evaluate(KEPT), 0)


# Chromium's own quota is not to be had for a test. Copies of lists free some room, if there is room enough.
FULL = """(most) => {
    const { put, clear } = IDBObjectStore.prototype;
    let room = 0;
    IDBObjectStore.prototype.clear = function () { room += most; return clear.call(this); };
    IDBObjectStore.prototype.put = function (...what) {
        const putting = put.apply(this, what);
        if (--room < 0) this.transaction.abort();
        return putting;
    };
}"""


@pytest.mark.parametrize(("room", "kept"), [(0, 1), (1000, 3)])
def test_on_a_full_disk_edits_stay_on_the_screen_and_are_sent(house: House, ann: Phone, room: int, kept: int) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    with house.fallen():
        ann.add("Bread")
        ann.sees("Bread")
        wait_for(lambda: ann.page.evaluate(KEPT), 1)
        ann.page.evaluate(FULL, room)
        ann.add("Eggs")
        ann.tick("Bread")
        ann.sees("Eggs")
        ann.sees_ticked("Bread")
        ann.page.wait_for_timeout(300)
        wait_for(lambda: ann.page.evaluate(KEPT), kept)
    wait_for(lambda: sorted(texts(ann, ann.page.url[-36:])), ["Bread", "Eggs", "Milk"])
    ann.sees_ticked("Bread")
    expect(ann.page.locator(".row-text")).to_have_count(3)
    wait_for(lambda: ann.page.evaluate(KEPT), 0)  # what is stored does not come back at the next start


@pytest.mark.parametrize("what", REFUSED)
def test_a_browser_that_keeps_nothing_shows_and_sends_all_the_same(phone: NewPhone, what: str) -> None:
    ann = phone("Ann")
    ann.page.context.add_init_script(REFUSED[what])
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.go(f"/list/{ann.call('lists.create', title='Groceries')['list']['id']}")
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    ann.tick("Milk")
    ann.sees_ticked("Milk")
    ann.page.reload()
    expect(ann.page.get_by_role("checkbox", name="Milk", exact=True)).to_be_checked()


@pytest.mark.parametrize(("what", "cured"), [("IndexedDB", False), ("IndexedDB, silent", True)])
def test_edits_of_a_page_without_a_database_are_the_next_pages_to_send(
    house: House, ann: Phone, what: str, cured: bool
) -> None:
    """Also where its database only came too late: the next page has it."""
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    address = ann.page.url
    ann.page.add_init_script(REFUSED[what])
    ann.page.reload()
    ann.sees("Milk")
    with house.fallen():
        ann.add("Bread")
        ann.change("Bread", quantity="3")
        ann.tick("Milk")
        ann.sees_ticked("Milk")
        ann.page.goto("about:blank")
    if cured:
        ann.page = ann.page.context.new_page()
    ann.page.goto(address)
    ann.sees("Bread")
    ann.sees_ticked("Milk")
    wait_for(lambda: sorted(texts(ann, address[-36:])), ["Bread", "Milk"])
    becomes(ann.page, "!Object.keys(localStorage).some((name) => name.startsWith('shoplist.edit '))")
    items = {item["text"]: item for item in ann.call("lists.get", list=address[-36:])["items"]}
    assert (items["Bread"]["quantity"], items["Milk"]["ticked"]) == (3, True)


# Pages open, and their lines do not, for as long as a cookie says so.
AWAY = """(() => {
    const here = () => { if (document.cookie.includes("away=yes")) throw new Error("away"); };
    const Line = WebSocket;
    window.WebSocket = function (...asked) { here(); return new Line(...asked); };
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...asked) { here(); return open.apply(this, asked); };
})();"""


def away(phone: Phone, *more: str) -> None:
    phone.page.context.add_init_script("".join([AWAY, *more]))
    phone.page.evaluate("document.cookie = 'away=yes; path=/'")
    phone.page.reload()


def back(phone: Phone) -> None:
    phone.page.evaluate("document.cookie = 'away=no; path=/'")


def test_tabs_without_a_database_lose_none_of_what_each_did_to_an_item_of_the_other(ann: Phone) -> None:
    away(ann, REFUSED["IndexedDB"])
    ann.add("Bread")
    other = another_tab(ann, ann.page.url)
    other.sees("Bread")
    ann.change("Bread", quantity="3")
    other.change("Bread", item="Rye")
    back(ann)
    wait_for(lambda: texts(ann, ann.page.url[-36:]), ["Rye"])
    becomes(ann.page, "!Object.keys(localStorage).some((name) => name.startsWith('shoplist.edit '))")
    assert [item["quantity"] for item in ann.call("lists.get", list=ann.page.url[-36:])["items"]] == [3]


def test_what_a_page_may_have_sent_on_a_full_disk_takes_no_change_of_the_next_page(ann: Phone) -> None:
    away(ann)
    ann.add("Bread")
    wait_for(lambda: ann.page.evaluate(KEPT), 1)
    ann.page.evaluate(FULL, 0)
    ann.tick("Bread")
    ann.sees_ticked("Bread")
    ann.page.wait_for_timeout(300)
    ann.page.reload()
    ann.sees_ticked("Bread")
    ann.change("Bread", quantity="3")
    wait_for(lambda: ann.waiting(), ["add", "tick", "set"])
    back(ann)
    wait_for(lambda: ann.page.evaluate(KEPT), 0)
    items = ann.call("lists.get", list=ann.page.url[-36:])["items"]
    assert [(item["quantity"], item["ticked"]) for item in items] == [(3, True)]


BLOCKED = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("no", "SecurityError"); },
});"""
# The browser has an old name for the account, in a copy or in its memory, and takes no newer one.
STALE = {
    "blocked": BLOCKED,
    "full": """const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (...what) {
        if (document.cookie.includes("full=yes")) throw new DOMException("full", "QuotaExceededError");
        return setItem.apply(this, what);
    };""",
    "read only": """const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...what) {
        if (document.cookie.includes("full=yes")) throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, what);
    };"""
    + BLOCKED,
}


@pytest.mark.parametrize("how", STALE)
def test_a_language_chosen_elsewhere_has_no_page_loaded_for_ever_where_little_is_kept(
    phone: NewPhone, how: str
) -> None:
    ann = phone("Ann")
    ann.page.context.add_init_script(STALE[how])
    ann.call("accounts.register", name="Ann", email=ann.email, password=PASSWORD, language="en")
    ann.go(f"/list/{ann.call('lists.create', title='Groceries')['list']['id']}")
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    copied(ann, "Milk")
    ann.page.evaluate("document.cookie = 'full=yes; path=/'")
    ann.call("accounts.update", language="ru")
    loads: list[str] = []
    ann.page.on("framenavigated", lambda frame: loads.append(frame.url))
    ann.page.reload(wait_until="commit")
    ann.page.wait_for_timeout(5000)
    assert len(loads) <= 2
    ann.sees("Milk")
    ann.page.reload()
    expect(ann.page.get_by_role("textbox", name="Добавить")).to_be_visible()


KEEP = """async ([copies, edits]) => {
    const opening = indexedDB.open("shoplist");
    const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
    const writing = database.transaction(["copies", "edits"], "readwrite");
    for (const [key, value] of copies) writing.objectStore("copies").put(value, key);
    for (const edit of edits) writing.objectStore("edits").put(edit);
    await new Promise((done) => { writing.oncomplete = done; });
    database.close();
}"""


def test_what_another_build_kept_in_other_shapes_stops_no_page(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    user = ann.call("accounts.me")["user"]["id"]
    made = ann.page.url[-36:]
    copied(ann, "Milk")
    wrong: list[list[object]] = [
        [f"list {user} {made}", {}],
        [f"members {user} {made}", {}],
        [f"history {user} {made}", {}],
    ]
    bare = {"account": user, "list": made, "epoch": "", "state": "waiting", "sent": False}
    odd = bare | {"edit": {"id": str(uuid.uuid4()), "kind": "frobnicate", "at": "2026-11-28T12:00:00.000Z", "seen": 0}}
    ann.page.evaluate(KEEP, [wrong, [bare, bare | {"edit": {}}, odd]])
    ann.page.reload()
    ann.sees("Milk")
    expect(ann.page.get_by_role("region", name="Not saved")).to_have_count(1)
    ann.add("Bread")
    ann.has_on_the_server("Bread")
    shapes: list[object] = [{}, [], "x"]
    for lists in shapes:
        ann.page.evaluate(KEEP, [[[f"lists {user}", lists]], []])
        ann.go("/list")
        expect(ann.page.get_by_role("link", name="Groceries")).to_be_visible()


KEEP_NOTHINGS = """async (key) => {
    const opening = indexedDB.open("shoplist");
    const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
    const copies = database.transaction("copies", "readwrite").objectStore("copies");
    const read = copies.get(key);
    const kept = await new Promise((done) => { read.onsuccess = () => done(read.result); });
    copies.put({ ...kept, items: new Map([["x", null]]) }, key);
    await new Promise((done) => { copies.transaction.oncomplete = done; });
    database.close();
}"""


def test_a_page_that_stumbles_over_its_copies_begins_once_more_without_them(ann: Phone) -> None:
    ann.add("Milk")
    ann.has_on_the_server("Milk")
    user = ann.call("accounts.me")["user"]["id"]
    copied(ann, "Milk")
    ann.page.evaluate(KEEP_NOTHINGS, f"list {user} {ann.page.url[-36:]}")
    ann.page.reload()
    ann.sees("Milk")


def test_a_page_that_cannot_start_says_so_blames_no_server_and_is_not_loaded_for_ever(ann: Phone) -> None:
    ann.page.add_init_script("window.BroadcastChannel = class { constructor() { throw new Error('broken'); } };")
    loads: list[str] = []
    ann.page.on("framenavigated", lambda frame: loads.append(frame.url))
    ann.page.reload()
    expect(ann.page.get_by_role("alert")).to_have_text("That did not work. Try again.")
    ann.page.wait_for_timeout(1000)
    assert len(loads) == 2


COUNT_READS = """
const { getAll } = IDBIndex.prototype;
window.reads = 0;
IDBIndex.prototype.getAll = function (...asked) { window.reads += 1; return getAll.apply(this, asked); };
"""


def test_many_pasted_lines_are_kept_without_reading_all_that_is_kept_for_each_of_them(house: House, ann: Phone) -> None:
    ann.page.add_init_script(COUNT_READS)
    ann.page.reload()
    lines = [f"{one}{two}{three}" for one in "bdfgl" for two in "aeiou" for three in "mnrst"]
    ann.page.locator(".add-field").focus()
    becomes(ann.page, "window.reads > 0")
    with house.fallen():
        paste(ann, *lines)
        ann.page.evaluate("window.reads = 0")
        ann.page.get_by_role("button", name=f"Add {len(lines)}").click()
        wait_for(lambda: len(ann.waiting()), len(lines))
        assert ann.page.evaluate("window.reads") < 20
