"""What a clip is: a video file of a message that is not too large. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from functions.shared import models, settings

Refusal = Literal["not a video", "too large"]

_BYTES_PER_MB: Final = 1024 * 1024
_OTHER_MEDIA: Final = ("audio/", "font/", "image/", "text/")


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of a message: those to save, and those not to, each with the reason."""

    clips: tuple[models.Attachment, ...]
    refused: tuple[tuple[models.Attachment, Refusal], ...]


def sort(
    attachments: Iterable[models.Attachment], max_file_size_mb: int, rules: settings.ScanSettings
) -> Sorted:
    """Tell clips from other files."""
    clips, refused = [], []
    for attachment in attachments:
        reason = _refusal(attachment, max_file_size_mb, rules)
        if reason:
            refused.append((attachment, reason))
        else:
            clips.append(attachment)
    return Sorted(tuple(clips), tuple(refused))


def _refusal(
    attachment: models.Attachment, max_file_size_mb: int, rules: settings.ScanSettings
) -> Refusal | None:
    if not _is_video(attachment, rules):
        return "not a video"
    if attachment.size > max_file_size_mb * _BYTES_PER_MB:
        return "too large"
    return None


def _is_video(attachment: models.Attachment, rules: settings.ScanSettings) -> bool:
    # Discord does not always tell the type (Discord docs, Attachment Structure), and whoever
    # uploads a file may have told it `application/octet-stream`. Another medium is one.
    content_type = (attachment.content_type or "").lower()
    if content_type.startswith(tuple(rules.clip_content_types)):
        return True
    has_extension = PurePosixPath(attachment.filename.lower()).suffix in rules.clip_extensions
    return has_extension and not content_type.startswith(_OTHER_MEDIA)
