"""Getting in, in a real Chromium: an invitation with an easy and a good password, a mailed link, an error's page."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from app.settings import Settings
from tests.browser.visit import READERS, Visit
from tests.people.mailbox import Controlled, Mailbox, link_in
from tests.service_client import ServiceClient

pytestmark = pytest.mark.browser


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """Where mails arrive, and the port of its server."""
    box = Mailbox()
    server = Controlled(box)
    server.start()
    yield box, server.port
    server.stop()


@pytest.fixture
def config(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Settings:
    return Settings(
        data_folder=tmp_path,
        request_log="off",
        smtp_url=f"smtp://127.0.0.1:{mailbox[1]}",
        mail_from="wasl@example.org",
        base_url="https://wasl.example.org",
    )


@pytest.mark.parametrize(("language", "size"), READERS)
def test_an_invitation_is_answered_and_a_link_signs_in(
    browser: Browser, network: ServiceClient, mailbox: tuple[Mailbox, int], language: str, size: dict[str, int]
) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    body = {"name": "Staff", "email": "staff@example.org", "role": "donor_staff", "language": language}
    network.ok(f"/organisations/{lidl['id']}/people", body)
    visit = Visit(browser, network.address, language, size)
    page = visit.page
    page.goto(urlsplit(link_in(mailbox[0].wait())).path)
    visit.show(f"invitation-{language}-{size['width']}")
    page.fill("#password", "password1234")
    page.click("main button")
    page.wait_for_selector(".notice.bad")
    visit.complaints.clear()  # the browser notes the 422 of the refused form
    visit.show(f"invitation-easy-{language}-{size['width']}")
    page.fill("#password", "kettle orbit maple 47")
    page.click("main button")
    page.wait_for_url("**/offers/new")
    page.click("header form button")
    page.wait_for_url("**/sign-in")
    page.fill("#email", "staff@example.org")
    visit.show(f"sign-in-{language}-{size['width']}")
    page.click("button[formaction]")
    page.wait_for_selector("[role=status]")
    visit.show(f"sign-in-sent-{language}-{size['width']}")
    page.goto(urlsplit(link_in(mailbox[0].wait(2))).path)
    visit.show(f"sign-in-link-{language}-{size['width']}")
    page.click("main button")
    page.wait_for_url("**/offers/new")
    visit.context.close()


@pytest.mark.parametrize(("language", "size"), READERS)
def test_the_page_of_an_error_code_is_in_the_readers_language(
    browser: Browser, network: ServiceClient, language: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, network.address, language, size)
    visit.page.goto("/docs/errors/limit_loosened")
    visit.show(f"error-{language}-{size['width']}")
    said = visit.page.locator("main p").first.inner_text()
    assert "{" not in said
    assert ("limit" in said) == (language == "en")
    visit.context.close()
