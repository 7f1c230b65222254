import pytest

from functions.interactions.pages import language

AVAILABLE = ("en", "de")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH", "de"),
        ("DE", "de"),
        ("en, de", "en"),
        ("de, en", "en"),
        ("fr, de;q=0.4, en;q=0.5", "en"),
        ("fr, de;q=0.6, en;q=0.5", "de"),
        ("en;q=0.9,de;q=0.9", "en"),
        ("en;q=0, de;q=0.1", "de"),
        ("de;q=0", "en"),
        ("de;q=nonsense", "en"),
        ("de-AT;q=0.2, de;q=0.8, en;q=0.5", "de"),
        ("fr, *;q=0.1", "en"),
        (";,;=,", "en"),
    ],
)
def test_the_language_with_the_greatest_weight_is_chosen(header: str, expected: str) -> None:
    assert language.preferred(header, AVAILABLE) == expected
