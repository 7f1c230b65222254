"""What changes reaches the version of a function that callers reach."""

import json
import re
from typing import Any, Final

import pytest

from tests.infra import cloudformation, intrinsics, tools
from tests.infra.conftest import ROOT

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")

_SUBNETS: Final = [f"subnet-{number:017x}" for number in range(3)]
_LONGEST: Final = {
    "LogLevel": "CRITICAL",
    "Paused": "true",
    "Monitoring": "critical",
    "SnapStart": "PublishedVersions",
    "DiscordApplicationId": "1" * 20,
    "DiscordPublicKey": "a" * 64,
    "PublicUrl": f"https://{'x' * 42}",
    "SecretArn": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{'x' * 35}-AbCdEf",
    "VpcSubnetIds": ",".join(_SUBNETS),
    "VpcSecurityGroupId": f"sg-{'0' * 17}",
}
"""The parameters that reach the API's function, each as long as it may be."""
_OTHERS: Final = {
    "LogLevel": "ERROR",
    "Paused": "false",
    "Monitoring": "full",
    "SnapStart": "None",
    "DiscordApplicationId": "2" * 20,
    "DiscordPublicKey": "b" * 64,
    "PublicUrl": "",
    "SecretArn": f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{'x' * 35}-GhIjKl",
    "VpcSubnetIds": ",".join(reversed(_SUBNETS)),
    "VpcSecurityGroupId": "",
}
_DESCRIPTION_LENGTH: Final = 256
"""Lambda API reference, PublishVersion."""


@pytest.mark.parametrize("alias", ["AutoPublishAlias: live", "AutoPublishAliasAllProperties: true"])
def test_an_alias_moves_when_code_or_template_change(alias: str) -> None:
    assert (ROOT / "infra" / "template.yaml").read_text().count(alias) == 2


def test_a_version_that_nobody_calls_any_more_is_deleted(resources: dict[str, Any]) -> None:
    """Its snapshot would be charged for; CloudFormation deletes it only once the update is over."""
    versions = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Version"]
    assert [each["DeletionPolicy"] for each in versions] == ["Delete", "Delete"]


def test_each_parameter_of_a_function_has_two_values_here(template: dict[str, Any]) -> None:
    """And a description tells them apart, because SAM does not see the values of parameters."""
    function = json.dumps(template["Resources"]["InteractionsFunction"]["Properties"])
    used = {name for name in template["Parameters"] if f'"{name}"' in function}
    # Other code comes with another architecture; tests alone have another Discord; and how many run
    # at a time is no matter of a version.
    assert used - {"Architecture", "DiscordApiUrl", "MaxDatabaseConnections"} == _LONGEST.keys()
    for name in _LONGEST:
        for text in (_LONGEST[name], _OTHERS[name]):
            parameter = template["Parameters"][name]
            assert text in parameter.get("AllowedValues", [text])
            assert re.fullmatch(parameter.get("AllowedPattern", ".*"), text), name
            assert len(text) <= parameter.get("MaxLength", len(text)), name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DiscordApplicationId", "1" * 21),
        ("DiscordPublicKey", "a" * 65),
        ("PublicUrl", f"{_LONGEST['PublicUrl']}x"),
        ("SecretArn", _LONGEST["SecretArn"].replace(":secret:", ":secret:x")),
        ("VpcSubnetIds", f"{_LONGEST['VpcSubnetIds']},subnet-0"),
        ("VpcSecurityGroupId", f"{_LONGEST['VpcSecurityGroupId']}0"),
    ],
)
def test_nothing_longer_is_taken(template: dict[str, Any], name: str, text: str) -> None:
    parameter = template["Parameters"][name]
    fits = re.fullmatch(parameter["AllowedPattern"], text)
    assert not fits or len(text) > parameter["MaxLength"]


@pytest.mark.parametrize("changed", sorted(_LONGEST))
def test_a_changed_parameter_reaches_the_version_that_serves(
    template: dict[str, Any], changed: str
) -> None:
    before = _description(template, _LONGEST)
    assert _description(template, _LONGEST | {changed: _OTHERS[changed]}) != before


def test_a_version_has_room_for_what_it_tells(template: dict[str, Any]) -> None:
    assert len(_description(template, _LONGEST)) == _DESCRIPTION_LENGTH


def _description(template: dict[str, Any], parameters: dict[str, str]) -> str:
    version = template["Resources"][
        cloudformation.version_of(template["Resources"], "InteractionsFunction")
    ]
    text: str = intrinsics.value(version["Properties"]["Description"], parameters, template)
    return text
