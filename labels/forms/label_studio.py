"""Label Studio: tasks in JSON with two groups of choices, `themes` and `type`, and the configuration that shows them.

Both of its JSON exports are read: the full one, with `data` and `annotations`, and JSON-MIN, one object a task.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from labels.drafts import Draft, Returned, in_order
from labels.forms.carry import KEY, back, carried
from labels.scheme import Theme, Type


def _result(themes: Sequence[Theme], kind: Type) -> list[dict[str, Any]]:
    chosen = {"themes": list(themes), "type": [kind]}
    return [
        {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": choices}}
        for name, choices in chosen.items()
        if choices
    ]


def _task(draft: Draft) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {"text": draft.text, KEY: carried(draft)}}
    if draft.type:
        task["annotations"] = [{"result": _result(draft.themes, draft.type)}]
    if proposal := draft.proposal:
        result = _result(proposal.themes, proposal.type)
        task["predictions"] = [{"model_version": proposal.model, "result": result}]
    return task


def write(drafts: Sequence[Draft]) -> bytes:
    """Return the tasks, a line each; a proposal is a prediction, which the annotator sees and confirms or changes."""
    tasks = ",\n".join(json.dumps(_task(draft), ensure_ascii=False) for draft in drafts)
    return f"[\n{tasks}\n]\n".encode()


def config() -> bytes:
    """Return the labelling configuration of a project for these tasks."""
    view = ET.Element("View")
    ET.SubElement(view, "Text", name="text", value="$text")
    themes = ET.SubElement(view, "Choices", name="themes", toName="text", choice="multiple", showInline="true")
    kind = ET.SubElement(
        view, "Choices", name="type", toName="text", choice="single-radio", required="true", showInline="true"
    )
    for group, labels in ((themes, Theme), (kind, Type)):
        for label in labels:
            ET.SubElement(group, "Choice", value=str(label))
    ET.indent(view)
    return ET.tostring(view) + b"\n"


def _choices(value: Any) -> list[Any]:
    """Return what was chosen in a group; JSON-MIN writes one choice as a string."""
    if isinstance(value, dict):
        value = value.get("choices")
    return value if isinstance(value, list) else [] if value is None else [value]


def _chosen(annotation: dict[str, Any]) -> dict[str, list[Any]]:
    chosen: dict[str, list[Any]] = {"themes": [], "type": []}
    for part in annotation.get("result") or []:
        if part.get("from_name") in chosen:
            chosen[part["from_name"]] += _choices(part.get("value"))
    chosen["themes"] = in_order(chosen["themes"])
    return chosen


def _row(task: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what a task says, and what is wrong with it, if anything."""
    if isinstance(task.get("data"), dict):
        data = task["data"]
        kept = [each for each in task.get("annotations") or [] if not each.get("was_cancelled")]
        found = [_chosen(each) for each in kept] or [_chosen({})]
    else:
        data = task
        found = [{name: _choices(task.get(name)) for name in ("themes", "type")}]
        found[0]["themes"] = in_order(found[0]["themes"])
    first = found[0]
    if any(each != first for each in found):
        return {}, "expected annotations that agree, got several that do not; settle them and export again"
    if len(first["type"]) > 1:
        return {}, f"expected one type, got {' and '.join(map(str, first['type']))}"
    row = {**back(data.get(KEY)), "text": data.get("text"), "themes": first["themes"]}
    return (row | {"type": first["type"][0]} if first["type"] else row), ""


def read(text: str, path: Path, faults: list[str]) -> Iterator[Returned]:
    """Yield the rows; what is no list of tasks, and a task whose annotators disagree, is a fault.

    Skipped tasks, and those with nothing chosen, come back unlabelled.
    """
    try:
        tasks = json.loads(text)
    except json.JSONDecodeError as error:
        faults.append(f"{path}:{error.lineno}: expected JSON, got {error.msg} at column {error.colno}")
        return
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        faults.append(f"{path}:1: expected JSON, got what cannot be read ({error})")
        return
    if not isinstance(tasks, list):
        faults.append(f"{path}:1: expected a list of tasks, got {type(tasks).__name__}")
        return
    for number, task in enumerate(tasks, 1):
        where = f"{path}: task {number}"
        try:
            row, fault = _row(task)
        except (AttributeError, TypeError):
            row, fault = {}, "expected a task as Label Studio exports it"
        if fault:
            faults.append(f"{where}: {fault}")
        else:
            yield Returned(where, row)
