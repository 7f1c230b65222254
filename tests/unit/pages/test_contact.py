import pytest
from pydantic import ValidationError

from functions.shared import settings


@pytest.mark.parametrize(
    "contact", ["", "clips@example.org", "https://example.org/contact?about=clips"]
)
def test_a_contact_is_an_address_or_nothing(contact: str) -> None:
    assert settings.PagesSettings(operator_contact=contact).operator_contact == contact


@pytest.mark.parametrize(
    "contact",
    [
        "javascript:alert(1)",
        "http://example.org",
        "somebody",
        "a@b@c",
        "mailto:a@b.example",
        'https://example.org/"onclick="x',
        "https://example.org/ <b>",
        "a@b.example\nBcc: c@d.example",
        "https://example.org/" + "x" * 200,
    ],
)
def test_anything_else_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError):
        settings.PagesSettings(operator_contact=contact)
