"""Fails if a file holds what looks like a bot token, a cloud key or a private key.

git ls-files -z | xargs -0 python -m tests.secrets_check
"""

import sys
from pathlib import Path

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector

DETECTORS = (DiscordBotTokenDetector(), AWSKeyDetector(), PrivateKeyDetector())


def findings(path: Path) -> list[str]:
    """Where a file seems to hold a secret, and of which kind; never the secret itself."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        f"{path}:{number}: looks like a secret ({detector.secret_type})"
        for number, line in enumerate(lines, start=1)
        for detector in DETECTORS
        if any(detector.analyze_string(line))
    ]


def main() -> int:
    """Check the files named as arguments; the number of findings."""
    found = [finding for name in sys.argv[1:] for finding in findings(Path(name))]
    for finding in found:
        print(finding)  # noqa: T201
    return len(found)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
