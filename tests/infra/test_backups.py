"""The operations artifact makes a backup in a bucket, restores it, and encrypts its connections."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from clipsaver.local.postgres import Postgres
from functions.deploy import migrations
from tests import factories, s3
from tests.factories import HERE, Rows
from tests.infra import client
from tests.infra.conftest import Build
from tests.infra.runtime_api import Sandbox

pytestmark = [
    pytest.mark.needs(f"python{client.PYTHON}"),
    pytest.mark.skipif(sys.platform != "linux", reason="AWS's client runs on Linux alone"),
]

_DEBIANS: Final = Path("/usr/lib/postgresql/15/bin")
_DATABASE: Final = "clips"
_DUMP_AND_LOAD: Final = """
import sys
from pathlib import Path
from functions.operations.recovery import loading, programs
source, target, file = sys.argv[1:]
programs.run(programs.packaged("pg_dump"), "--format=custom", f"--file={file}", url=source)
loading.load_dump(programs.packaged("pg_restore"), target, Path(file))
"""


@pytest.fixture
def rows(database_url: str) -> Iterator[Rows]:
    with factories.open_rows(database_url) as rows:
        rows.two_guilds()
        yield rows


def _invoke(folder: Path, variables: dict[str, str], **event: Any) -> Any:
    with Sandbox(folder, "functions.operations.handler.handler", variables) as sandbox:
        outcome = sandbox.invoke(event)
    assert outcome.kind == "response", outcome.document
    return outcome.document


def test_a_backup_goes_to_the_bucket_and_comes_back(
    build: Build, here: str, rows: Rows, database_url: str
) -> None:
    folder = build("operations", here)
    with s3.Bucket() as bucket:
        variables = {
            **bucket.variables,
            "DATABASE_URL": database_url,
            "BOT_TOKEN": "not-a-token",
            "BACKUP_PLACE": f"s3://{bucket.name}/clips",
            "BACKUP_PASSPHRASE": "correct horse battery staple",
        }
        made = _invoke(folder, variables, operation="backup", stack={"LogLevel": "INFO"})
        rows.insert("clip_opt_outs", guild_id=HERE, user_id=7)
        rows.sql("UPDATE bot_guilds SET name = 'wrong'")
        restored = _invoke(folder, variables, operation="restore", replace=True)
        names = {key.rpartition("/")[2] for key in bucket.stored()}
    assert made["place"].startswith(f"s3://{bucket.name}/clips/")
    assert (made["is_secret_kept"], made["rows"]["bot_guilds"]) == (True, 2)
    assert names == {
        *("manifest.json", "database.dump", "journal.json", "settings.yml", "secret.sealed")
    }
    assert made["place"].endswith(restored["name"])
    assert restored["report"]["rows"] == made["rows"]
    assert rows.sql("SELECT 1 FROM bot_guilds WHERE name = 'wrong'") == []
    assert rows.count("clip_opt_outs") == 1


@pytest.fixture
def encrypted() -> Iterator[Postgres]:
    """A server that takes encrypted connections alone."""
    with Postgres(_DEBIANS) as server:
        server.create_database(_DATABASE)
        server.create_database("empty")
        migrations.upgrade(server.url(_DATABASE))
        key, certificate = server.data / "server.key", server.data / "server.crt"
        subprocess.run(
            [
                *("openssl", "req", "-new", "-x509", "-nodes", "-subj", "/CN=127.0.0.1"),
                *("-keyout", key, "-out", certificate),
            ],
            check=True,
            capture_output=True,
        )
        key.chmod(0o600)
        server.give(server.data)
        (server.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        server.configure(ssl="on")
        yield server


@pytest.mark.needs("postgresql-15")
def test_the_programs_of_the_artifact_encrypt(
    build: Build, here: str, encrypted: Postgres, tmp_path: Path
) -> None:
    source, target = encrypted.url(_DATABASE), encrypted.url("empty")
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(f"{source}?sslmode=disable")
    subprocess.run(
        [
            *(client.interpreter(), "-c", _DUMP_AND_LOAD),
            *(f"{source}?sslmode=require", f"{target}?sslmode=require", tmp_path / "dump"),
        ],
        cwd=build("operations", here),
        check=True,
    )
    with psycopg.connect(f"{target}?sslmode=require") as connection:
        found = connection.execute("SELECT count(*) FROM bot_guilds").fetchone()
    assert found == (0,)
