"""What a clip is."""

import pytest

from functions.shared import clips, settings
from functions.shared.models import Attachment


@pytest.mark.parametrize(
    ("filename", "content_type", "is_clip"),
    [
        ("x.bin", "video/mp4", True),
        ("x", "VIDEO/MP4", True),
        ("X.MKV", None, True),
        ("x.mkv", "", True),
        ("x.mkv", "application/octet-stream", True),
        ("x.mkv", "binary/octet-stream", True),
        ("x.webm", "audio/webm", False),
        ("x.mp4", "image/png", False),
        ("x.mp4", "text/plain; charset=utf-8", False),
        ("x.zip", "application/octet-stream", False),
        ("mkv", None, False),
    ],
)
def test_a_video_is_told_by_its_type_or_else_by_its_extension(
    filename: str, content_type: str | None, *, is_clip: bool
) -> None:
    file = Attachment(1, filename, 1, content_type=content_type)
    sorted_ = clips.sort([file], 1, settings.ScanSettings())
    assert bool(sorted_.clips) is is_clip
    assert is_clip or sorted_.refused == ((file, "not a video"),)


@pytest.mark.parametrize(("size", "is_clip"), [(2_097_152, True), (2_097_153, False)])
def test_a_clip_is_not_larger_than_allowed(size: int, *, is_clip: bool) -> None:
    file = Attachment(1, "x.mp4", size)
    sorted_ = clips.sort([file], 2, settings.ScanSettings())
    assert sorted_.refused == (() if is_clip else ((file, "too large"),))
