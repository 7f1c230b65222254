"""Metrics as CloudWatch finds them among the lines that a function printed."""

import json


def read(printed: str) -> dict[tuple[str, ...], list[float]]:
    """The values of each metric, by its name and what its dimensions say, service aside."""
    found: dict[tuple[str, ...], list[float]] = {}
    for text in printed.splitlines():
        line = json.loads(text)
        if "_aws" not in line:
            continue
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        (dimensions,) = directive["Dimensions"]
        labels = tuple(line[name] for name in dimensions if name != "service")
        for metric in directive["Metrics"]:
            found.setdefault((metric["Name"], *labels), []).extend(line[metric["Name"]])
    return found
