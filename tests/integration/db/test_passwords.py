"""Any character may stand in `POSTGRES_PASSWORD`: proved by logging in with it."""

import pytest
from psycopg import sql

from clipsaver.local.postgres import Postgres
from functions.shared import errors, settings
from functions.shared.db.queries import Query
from tests import factories

CURRENT_USER = Query("current_user", b"SELECT current_user")
EVERY_SIGN = "".join(map(chr, range(ord(" "), ord("\x7f"))))


@pytest.mark.session
@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("plain", EVERY_SIGN),
        ("blanks", " \t leading and trailing \n"),
        ("tricky", "a:b@c/d?e#f%41%zz&sslmode=disable"),
        ("unicode", "Пароль 🎬 ﬁ"),
        ("who's \"@/:% +", "x"),
    ],
)
async def test_a_role_with_any_password_can_log_in(
    postgres: Postgres, database_url: str, superuser_url: str, user: str, password: str
) -> None:
    with factories.open_rows(superuser_url) as superuser:
        role = sql.Identifier(user)
        superuser.connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN SUPERUSER PASSWORD {}").format(
                role, sql.Literal(password)
            )
        )
        try:
            parts = {
                "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(postgres.port),
                "POSTGRES_USER": user,
                "POSTGRES_PASSWORD": password,
                "POSTGRES_DB": database_url.rpartition("/")[2],
            }
            assert await log_in(parts) == user
            with pytest.raises(errors.DatabaseUnavailable, match="password authentication failed"):
                await log_in(parts | {"POSTGRES_PASSWORD": f"{password}."})
        finally:
            superuser.connection.execute(sql.SQL("DROP ROLE {}").format(role))


async def log_in(parts: dict[str, str]) -> object:
    environment = settings.from_variables(parts, required=("DATABASE_URL",))
    database = factories.make_database(environment.require("DATABASE_URL"))
    try:
        async with database.transaction() as transaction:
            return await transaction.value(CURRENT_USER)
    finally:
        await database.close()
