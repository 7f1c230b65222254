"""What intrinsic functions come to, with parameters filled in as CloudFormation does."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "Fn::Equals": lambda left, right: left == right,
    "Fn::And": lambda *parts: all(parts),
    "Fn::Or": lambda *parts: any(parts),
    "Fn::Not": lambda part: not part,
    "Fn::Split": lambda separator, text: text.split(separator),
    "Fn::Join": lambda separator, texts: separator.join(texts),
    "Fn::Select": lambda index, texts: texts[int(index)],
}


def value(part: Any, parameters: Mapping[str, str], template: Mapping[str, Any]) -> Any:
    """The value of a part of a template that hangs on parameters alone.

    Args:
        part: Text, or an intrinsic function of it.
        parameters: Every parameter that it may ask for.
        template: Where its conditions are.
    """

    def of(inner: Any) -> Any:
        return value(inner, parameters, template)

    found: Any
    match part:
        case {"Ref": name}:
            found = parameters[name]
        case {"Condition": name}:
            found = of(template["Conditions"][name])
        case {"Fn::If": [name, then, otherwise]}:
            found = of(then if of({"Condition": name}) else otherwise)
        case {"Fn::Sub": [text, names]}:
            known = {**parameters, **{name: of(inner) for name, inner in names.items()}}
            found = re.sub(r"\$\{(\w+)\}", lambda name: known[name[1]], text)
        case dict():
            ((name, arguments),) = part.items()
            found = _FUNCTIONS[name](*of(arguments))
        case list():
            found = [of(each) for each in part]
        case _:
            found = part
    return found
