"""What a clip is: a video file of a message that is not too large. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from functions.shared import models

Refusal = Literal["not a video", "too large"]

VIDEO_EXTENSIONS: Final = frozenset({".mp4", ".mov", ".qt", ".webm", ".mkv", ".avi", ".m4v"})
"""For files whose type Discord does not tell (Discord docs: `content_type` may be absent)."""

_BYTES_PER_MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of a message: those to save, and those not to, each with the reason."""

    clips: tuple[models.Attachment, ...]
    refused: tuple[tuple[models.Attachment, Refusal], ...]


def sort(attachments: Iterable[models.Attachment], max_file_size_mb: int) -> Sorted:
    """Tell clips from other files."""
    clips, refused = [], []
    for attachment in attachments:
        reason = _refusal(attachment, max_file_size_mb)
        if reason:
            refused.append((attachment, reason))
        else:
            clips.append(attachment)
    return Sorted(tuple(clips), tuple(refused))


def _refusal(attachment: models.Attachment, max_file_size_mb: int) -> Refusal | None:
    if not _is_video(attachment):
        return "not a video"
    if attachment.size > max_file_size_mb * _BYTES_PER_MB:
        return "too large"
    return None


def _is_video(attachment: models.Attachment) -> bool:
    if attachment.content_type:
        return attachment.content_type.lower().startswith("video/")
    return PurePosixPath(attachment.filename.lower()).suffix in VIDEO_EXTENSIONS
