import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from functions.shared.discord import signature

KEY = SigningKey(bytes(range(32)))
PUBLIC_KEY = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
TIMESTAMP = "1700000000"
BODY = b'{"application_id":"1","id":"2","token":"t","type":1,"version":1}'
SIGNATURE = (
    "a584075131331671c64e7665dccb6f5f907e90990f9748e2651403bb65925feb"
    "bbf73f17c11e5eef500f4f3bc85500465aaae2a4817081eb7b2a37ab2a11c10d"
)
NOW = 1_700_000_000.0
WINDOW = 300.0


def verify(
    body: bytes = BODY,
    signed: str | None = SIGNATURE,
    timestamp: str | None = TIMESTAMP,
    public_key: str = PUBLIC_KEY,
    now: float = NOW,
) -> bool:
    return signature.verify(body, signed, timestamp, public_key, now=now, window=WINDOW)


def sign(timestamp: str, body: bytes = BODY) -> str:
    return KEY.sign(timestamp.encode() + body).signature.hex()


def test_a_recorded_signature_is_accepted() -> None:
    assert verify()


def test_capital_hexadecimal_digits_are_accepted() -> None:
    assert verify(signed=SIGNATURE.upper())


@given(st.binary())
def test_any_body_that_was_signed_is_accepted(body: bytes) -> None:
    assert verify(body, sign(TIMESTAMP, body))


@given(st.integers(0, 511))
def test_one_flipped_bit_of_the_signature_is_refused(bit: int) -> None:
    forged = int(SIGNATURE, 16) ^ (1 << bit)
    assert not verify(signed=f"{forged:0128x}")


@given(st.integers(0, len(BODY) * 8 - 1))
def test_one_flipped_bit_of_the_body_is_refused(bit: int) -> None:
    forged = int.from_bytes(BODY) ^ (1 << bit)
    assert not verify(body=forged.to_bytes(len(BODY)))


@pytest.mark.parametrize(
    "signed",
    [
        None,
        "",
        SIGNATURE[:-1],
        SIGNATURE + "00",
        SIGNATURE + "\n",
        " " + SIGNATURE,
        SIGNATURE[:64] + " " + SIGNATURE[64:],
        SIGNATURE[:-2] + "zz",
        SIGNATURE[:-1] + "\N{FULLWIDTH DIGIT ONE}",
        "\ud800" * 128,
    ],
)
def test_a_malformed_signature_is_refused(signed: str | None) -> None:
    assert not verify(signed=signed)


@pytest.mark.parametrize(
    "timestamp",
    [
        "1700000000\n",
        " 1700000000",
        "+1700000000",
        "1_700_000_000",
        "1700000000.0",
        "17e8",
        "\N{ARABIC-INDIC DIGIT ONE}700000000",
    ],
)
def test_a_timestamp_that_is_no_plain_decimal_is_refused_though_signed(timestamp: str) -> None:
    assert not verify(signed=sign(timestamp), timestamp=timestamp)


@pytest.mark.parametrize("timestamp", [None, "", "9" * 5_000, "\ud800"])
def test_a_timestamp_that_nobody_would_sign_is_refused(timestamp: str | None) -> None:
    assert not verify(timestamp=timestamp)


@pytest.mark.parametrize(
    ("offset", "expected"), [(300.0, True), (-300.0, True), (300.5, False), (-300.5, False)]
)
def test_the_timestamp_must_lie_within_the_window(offset: float, expected: bool) -> None:  # noqa: FBT001 (a table's column)
    assert verify(now=NOW + offset) is expected


@pytest.mark.parametrize("public_key", ["", "zz", PUBLIC_KEY[:-2], PUBLIC_KEY + "00", "\ud800"])
def test_an_unusable_public_key_refuses_everything(public_key: str) -> None:
    assert not verify(public_key=public_key)


def test_the_signature_of_another_application_is_refused() -> None:
    other = SigningKey(bytes(32)).verify_key.encode().hex()
    assert not verify(public_key=other)


def test_a_refusal_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert not verify(body=b"forged")
    assert not verify(public_key="zz")
    assert capsys.readouterr() == ("", "")


@given(st.binary(), st.text(), st.text(), st.text())
def test_nothing_makes_it_raise(body: bytes, signed: str, timestamp: str, key: str) -> None:
    assert not verify(body, signed, timestamp, key)


def test_a_ping_does_not_pay_for_the_http_client() -> None:
    code = (
        "import sys; from functions.shared.discord import signature;"
        "sys.exit('httpx' in sys.modules or 'nacl.signing' not in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
