"""docs/deploy.md grants whoever deploys what CloudFormation says that it does in their name."""

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.infra import tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_SECTION: Final = re.compile(
    r"^## What the deploying user may do$(.*?)^## ", re.DOTALL | re.MULTILINE
)
_ACTION: Final = re.compile(r"`([a-z0-9-]+:[\w*]+)`")
_NOT_USED: Final = (
    # Aliases move at once.
    "codedeploy:*",
    # AWS's own keys encrypt.
    "kms:*",
    # No function has a file system, no log group belongs to a stream, and no bucket is a table.
    *("elasticfilesystem:*", "s3files:*", "firehose:TagDeliveryStream", "s3tables:*"),
    "iam:*PermissionsBoundary",
    # Policies belong to roles.
    *("iam:*UserPolicy", "iam:*GroupPolicy"),
)
"""Actions on what a type of resource can have, and none of this template has."""


@pytest.fixture(scope="module")
def granted() -> list[str]:
    section = _SECTION.search((ROOT / "docs" / "deploy.md").read_text())
    assert section
    return _ACTION.findall(section[1])


def _handlers() -> Iterator[tuple[str, list[str]]]:
    """Each type of resource, and the actions that its creation, update and deletion take."""
    environment = Path(tools.program("infra", "python")).parents[1]
    for path in environment.glob("lib/python*/site-packages/cfnlint/data/schemas/resources/*.json"):
        schema = json.loads(path.read_text())
        handlers = schema.get("handlers", {}).values()
        yield schema["typeName"], [each for one in handlers for each in one.get("permissions", ())]


def test_every_action_of_every_type_of_resource_is_granted(
    resources: dict[str, Any], granted: list[str]
) -> None:
    used = {resource["Type"] for resource in resources.values()}
    needed = {name: actions for name, actions in _handlers() if name in used}
    assert used - needed.keys() == {"Custom::Migrate", "Custom::Wire"}
    lacking = {
        f"{name}: {action}"
        for name, actions in needed.items()
        for action in actions
        if not any(fnmatch.fnmatchcase(action, pattern) for pattern in (*granted, *_NOT_USED))
    }
    assert lacking == set()


@pytest.mark.parametrize(
    "action",
    [
        # A stack like any other, with a transform, looked at before it is made.
        *("cloudformation:CreateChangeSet", "cloudformation:GetTemplateSummary"),
        "cloudformation:ValidateTemplate",
        # The log of an HTTP API is delivered.
        *("logs:CreateLogDelivery", "logs:PutResourcePolicy"),
        # The first API of an account.
        "iam:CreateServiceLinkedRole",
        # The custom resources.
        "lambda:InvokeFunction",
        *("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"),
    ],
)
def test_what_no_type_of_resource_tells_is_granted_too(granted: list[str], action: str) -> None:
    assert any(fnmatch.fnmatchcase(action, pattern) for pattern in granted)
