"""What a scan measures of its turns."""

import pytest

from tests import figures
from tests.functional.scan.stage import Stage


def test_a_turn_tells_what_it_read_and_found(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.variables["AWS_LAMBDA_FUNCTION_NAME"] = "scan"
    stage.scan()
    stage.video(stage.clips, "ace.mp4")
    stage.video(stage.clips, "clutch.mp4")
    stage.clips.post(stage.owner, "no clip")
    stage.sync()
    capsys.readouterr()
    stage.turn()
    found = figures.read(capsys.readouterr().out)
    assert (found["MessagesScanned",], found["ClipsFound",]) == ([3], [2])
    assert sum(found["Requests",]) >= 1
    stage.turn()
    again = figures.read(capsys.readouterr().out)
    assert (again["MessagesScanned",], again["ClipsFound",]) == ([0], [0])
