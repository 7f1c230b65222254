"""The database's URL: whom it leads to, with which TLS, and what in it is secret."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg import conninfo

from functions.shared import database_url

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
REMOTE = "postgresql://ada:pw@db.example/clips"
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@pytest.fixture(autouse=True)
def _debian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda path: str(path) == CA_BUNDLE)


def libpq(url: str) -> dict[str, object]:
    """A URL as libpq reads it."""
    return dict(conninfo.conninfo_to_dict(database_url.with_tls(url)))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:pw@localhost/clips",
        "postgres://ada:pw@LOCALHOST:5432/clips?sslmode=disable",
        "postgresql://ada@127.0.0.1/clips?application_name=x",
        "postgresql://ada@127.1.2.3:1/clips",
        "postgresql://[::1]:5432/clips",
        "postgresql:///clips",
        "postgresql://%2Fvar%2Frun%2Fpostgresql/clips",
        "postgresql:///clips?host=/var/run/postgresql",
        "postgresql://localhost,127.0.0.1:5433/clips",
    ],
)
def test_a_server_on_this_machine_is_left_alone(url: str) -> None:
    assert database_url.with_tls(url) == url


@pytest.mark.parametrize("url", [REMOTE, f"{REMOTE}?", f"{REMOTE}?channel_binding=require"])
def test_a_server_elsewhere_is_verified(url: str) -> None:
    read = libpq(url)
    assert (read["sslmode"], read["sslrootcert"]) == ("verify-full", CA_BUNDLE)
    assert (read["host"], read["password"], read["dbname"]) == ("db.example", "pw", "clips")
    assert read.get("channel_binding") == ("require" if "channel" in url else None)


@pytest.mark.parametrize("mode", ["require", "verify-ca"])
def test_the_urls_own_mode_is_respected(mode: str) -> None:
    url = f"{REMOTE}?sslmode={mode}&channel_binding=require"
    assert database_url.with_tls(url) == url


def test_the_urls_own_authority_is_respected() -> None:
    read = libpq(f"{REMOTE}?sslrootcert=/own/ca.pem")
    assert (read["sslmode"], read["sslrootcert"]) == ("verify-full", "/own/ca.pem")


@pytest.mark.parametrize("query", ["sslmode=verify-full", "sslmode=verify-full&sslrootcert=system"])
def test_verification_finds_the_systems_authorities(query: str) -> None:
    """The driver's wheels look for them in a folder that exists nowhere."""
    assert libpq(f"{REMOTE}?{query}")["sslrootcert"] == CA_BUNDLE


def test_without_any_known_authorities_libpq_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: False)
    assert libpq(REMOTE)["sslrootcert"] == "system"


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
@pytest.mark.parametrize(
    "url",
    [
        REMOTE,
        "postgresql://ada:pw@10.0.0.1/clips",
        "postgresql://ada:pw@[2001:db8::1]/clips",
        # libpq takes the host of the query, and connects to the address, whatever the host is.
        "postgresql://ada:pw@localhost/clips?host=db.example",
        "postgresql://ada:pw@localhost/clips?hostaddr=10.0.0.1",
        "postgresql://ada:pw@localhost,db.example/clips",
        "postgresql://ada:pw@localhost%2Cdb.example/clips",
        "postgresql:///clips?host=localhost,db.example",
        "postgresql:///clips?service=production",
    ],
)
def test_no_encryption_is_refused_elsewhere(url: str, mode: str) -> None:
    joined = f"{url}{'&' if '?' in url else '?'}sslmode={mode}"
    with pytest.raises(ValueError, match=f"has sslmode={mode}, but the server is not on this"):
        database_url.with_tls(joined)


def test_the_last_mode_counts_as_it_does_for_libpq() -> None:
    with pytest.raises(ValueError, match="sslmode=disable"):
        database_url.with_tls(f"{REMOTE}?sslmode=require&sslmode=disable")
    assert libpq(f"{REMOTE}?sslmode=disable&sslmode=require")["sslmode"] == "require"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ada:s3cret@db.example/clips",
        "postgresql:ada:s3cret@db.example",
        "postgresql://ada:s3cret@@db.example/clips",
        "postgresql://ada:s3cret@evil.example@localhost/clips",
        "postgresql://ada:1?s3cret@db.example/clips",
        "postgresql://ada:1#s3cret@db.example/clips",
        "postgresql://ada:s3cret%@db.example/clips",
        "postgresql://ada:s3cret%zz@db.example/clips",
        "postgresql://ada:s3cret%00@db.example/clips",
        "postgresql://ada:s3 cret@db.example/clips",
        "postgresql://ada:s3cret\t@db.example/clips",
        "postgresql://ada:s3cret/x@db.example/clips",
        "postgresql://ada:s3cret@db.example:port/clips",
        "postgresql://ada:s3cret@db.example:65536/clips",
        "postgresql://ada:s3cret@[::1/clips",
        "postgresql://ada:s3cret@db.example/clips?sslmode",
        "postgresql://ada:s3cret@db.example/clips?sslmode=require#s3cret",
    ],
)
def test_what_others_could_read_differently_is_refused_without_a_word_of_it(url: str) -> None:
    with pytest.raises(ValueError, match="must be a URL like") as told:
        database_url.with_tls(url)
    assert "s3cret" not in str(told.value)
    assert "db.example" not in str(told.value)


@given(PRINTABLE, PRINTABLE, PRINTABLE)
def test_any_character_may_stand_in_the_parts(user: str, password: str, database: str) -> None:
    url = database_url.from_parts(
        host="db.example", port="6543", user=user, password=password, database=database
    )
    read = libpq(url)
    assert (read["user"], read["password"], read["dbname"]) == (user, password, database)
    assert (read["host"], read["port"], read["sslmode"]) == ("db.example", "6543", "verify-full")


@pytest.mark.parametrize("host", ["db.example", "::1", "/var/run/postgresql", "2001:db8::1"])
def test_any_kind_of_host_may_stand_in_the_parts(host: str) -> None:
    url = database_url.from_parts(host=host, port="5432", user="a", password="b", database="c")
    assert libpq(url)["host"] == host


@pytest.mark.parametrize("port", ["70000", "x", "-1"])
def test_an_impossible_port_of_parts_is_refused(port: str) -> None:
    url = database_url.from_parts(host="h", port=port, user="a", password="b", database="c")
    with pytest.raises(ValueError, match="must be a URL"):
        database_url.with_tls(url)


@given(PRINTABLE)
@example("%00")
def test_a_password_is_known_in_both_its_forms(password: str) -> None:
    encoded = quote(password, safe="")
    url = f"postgresql://ada:{encoded}@db.example/clips"
    assert database_url.passwords(url) == {password, encoded}
    url = f"postgresql://db.example/clips?user=ada&password={encoded}"
    assert database_url.passwords(url) == {password, encoded}


def test_a_plus_is_a_plus() -> None:
    assert database_url.passwords("postgresql://h/c?sslpassword=a+b") == {"a+b"}
    with pytest.raises(ValueError, match="sslmode=disable"):
        database_url.with_tls("postgresql://localhost/c?host=+localhost&sslmode=disable")


def test_a_url_without_a_password_has_none() -> None:
    assert database_url.passwords("postgresql://ada@db.example/clips") == frozenset()
