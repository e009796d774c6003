"""The API to read and to try, in a browser that reaches nothing but this server."""

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import FETCH, PASSWORD, NewPhone, Phone
from tests.clients.making import new_id

# Swagger UI is large and draws every operation: seconds, on a machine that is busy.
PATIENCE_MS = 30_000


@pytest.fixture
def reader(phone: NewPhone) -> Phone:
    ann = phone("Ann")
    ann.page.set_default_timeout(PATIENCE_MS)
    ann.go("/swagger")
    return ann


def registered(page: Page) -> str:
    """The token of a new account; the browser keeps its cookie to itself."""
    account = {"email": f"{new_id()}@example.test", "password": PASSWORD, "name": "Ann"}
    status, answer = page.evaluate(FETCH, ["/api/accounts.register", account])
    assert status == 200, answer
    return str(answer["token"])


def test_swagger_works_without_internet_and_calls_with_the_token_that_was_entered(reader: Phone) -> None:
    page = reader.page
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((reader.url, "data:", "blob:")):
            elsewhere.append(request.url)

    page.on("request", note)
    page.reload()
    token = registered(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_role("button", name="Apply credentials").first.click()
    page.get_by_role("button", name="Close", exact=True).first.click()
    operation = page.locator(".opblock", has_text="/api/accounts.me")
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text('"name": "Ann"', timeout=PATIENCE_MS)
    assert elsewhere == []


def test_the_page_of_the_live_protocol_leads_to_each_operation(reader: Phone) -> None:
    reader.page.get_by_role("link", name="The live protocol").click()
    reader.page.get_by_role("link", name="lists.edit", exact=True).click()
    expect(reader.page.locator(".opblock.is-open")).to_contain_text("/api/lists.edit", timeout=PATIENCE_MS)
