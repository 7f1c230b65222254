"""What linters say of the template: of the source, and of what SAM makes of it, which AWS sees."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.infra import tools
from tests.infra.conftest import ROOT, TEMPLATE, translate

pytestmark = pytest.mark.needs(f"python{tools.PYTHON}")


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_sam_finds_the_template_by_itself_and_nothing_wrong_with_it() -> None:
    result = _run(tools.program("infra", "sam"), "validate")
    assert "is a valid SAM Template" in result.stdout, result.stdout + result.stderr


def test_cfn_lint_finds_nothing_in_the_translated_template(translated: Path) -> None:
    result = _run(tools.program("infra", "cfn-lint"), translated)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("Timeout: 840", "Timeout: 1840", "E3717"),
        ("!GetAtt JobsRole.Arn", "!GetAtt JobsRole.Arnn", "E1010"),
        ("!Ref SyncSchedule", "!Ref SyncSchedul", "E1020"),
    ],
)
def test_linting_sees_what_the_source_hides(
    tmp_path: Path, right: str, wrong: str, rule: str
) -> None:
    mutant = tmp_path / "template.yaml"
    mutant.write_text(TEMPLATE.read_text().replace(right, wrong))
    result = _run(tools.program("infra", "cfn-lint"), translate(mutant, tmp_path / "mutant.json"))
    assert rule in result.stdout


def test_checkov_finds_nothing_but_what_is_argued_for(translated: Path) -> None:
    argued = yaml.safe_load((ROOT / "infra" / "checkov.yaml").read_text())
    checkov = tools.program("checkov", "checkov")
    options = ("--framework", *argued["framework"], "--skip-download", "--output", "json")
    report = json.loads(_run(checkov, *options, "--file", translated).stdout)
    failed = {check["check_id"] for check in report["results"]["failed_checks"]}
    assert failed == set(argued["skip-check"])
    assert len(report["results"]["passed_checks"]) > 90
