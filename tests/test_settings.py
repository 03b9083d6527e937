"""Settings refuse what would not work, with a sentence, before anything starts."""

import pytest
from pydantic import ValidationError

from app.settings import Settings

TILES = "https://tiles.example.org:8443/{z}/{x}/{y}.png"


def test_another_tile_server_is_off_by_default() -> None:
    assert Settings().tile_url is None
    assert Settings().tile_origin is None


def test_pictures_are_allowed_from_the_tile_servers_origin_alone() -> None:
    assert Settings(tile_url=TILES, tile_attribution="© Example").tile_origin == "https://tiles.example.org:8443"


@pytest.mark.parametrize("attribution", [None, "", "  "])
def test_tiles_without_their_makers_name_are_refused(attribution: str | None) -> None:
    with pytest.raises(ValidationError, match="say whose tiles they are"):
        Settings(tile_url=TILES, tile_attribution=attribution)


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example.org/{z}/{x}.png",
        "tiles.example.org/{z}/{x}/{y}.png",
        "ftp://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org;script-src */{z}/{x}/{y}.png",
        "https://user@tiles.example.org/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_is_no_template_or_could_widen_the_content_policy_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="write the whole address"):
        Settings(tile_url=url, tile_attribution="© Example")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"smtp_url": "mail.example.org"}, "write the mail server as"),
        ({"smtp_url": "http://mail.example.org"}, "write the mail server as"),
        ({"smtp_url": "smtp://mail.example.org"}, "set base_url too"),
        ({"smtp_url": "smtp://mail.example.org", "base_url": "https://wasl.example.org"}, "say whom mails come from"),
        (
            {"smtp_url": "smtp://m.example.org", "base_url": "https://w.example.org", "mail_from": "Wasl <a@b.c>"},
            "push services may write to, as wasl@example.org",
        ),
        ({"mail_from": "wasl@mailhost"}, "push services may write to, as wasl@example.org"),
        ({"mail_from": "wasl@[192.0.2.1]"}, "push services may write to, as wasl@example.org"),
    ],
)
def test_mail_that_could_not_be_sent_or_would_lead_elsewhere_is_refused(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings.model_validate(fields)


SMS = "https://api.example.org/messages"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sms_url": SMS}, "go together"),
        ({"sms_body": "to={to}&text={text}"}, "go together"),
        ({"sms_url": "http://api.example.org/messages"}, "write the provider's address"),
        ({"sms_url": "https://me:secret@api.example.org/messages"}, "write the provider's address"),
        ({"sms_url": SMS, "sms_body": "to={to}"}, "write {to} where"),
        ({"sms_url": SMS, "sms_body": '{"to": {to}, "text": "{text}"}'}, "write JSON as in"),
    ],
)
def test_text_messages_that_could_not_be_sent_are_refused(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Settings.model_validate(fields)


def test_the_mail_servers_password_is_not_in_what_is_printed() -> None:
    config = Settings(
        base_url="https://wasl.example.org",
        smtp_url="smtps://wasl:secret@mail.example.org",
        mail_from="wasl@example.org",
    )
    assert "secret" not in repr(config)
