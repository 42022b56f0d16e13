import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from labels.drafts import Draft, Proposal, Returned, identity, in_order, is_altered
from labels.forms import FORMS, doccano, form_of, label_studio, sheet
from labels.scheme import SCORED, Place, Theme, Type

PATH = Path("file")
# What a UTF-8 file without NUL can hold.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
NAMES = TEXTS.filter(lambda name: name == name.strip())
THEMES = st.sets(st.sampled_from(Theme)).map(lambda found: tuple(theme for theme in Theme if theme in found))
PLACES = st.builds(Place, NAMES, st.integers(0, 10**9), st.integers(0, 10**9), NAMES)
PROPOSALS = st.builds(
    Proposal,
    NAMES,
    THEMES,
    st.sampled_from(Type),
    st.tuples(*[st.integers(0, 100).map(lambda n: n / 100)] * len(SCORED)),
)
LABELS = st.one_of(st.just(((), None)), st.tuples(THEMES, st.sampled_from(Type)))
DRAFTS = st.lists(
    st.builds(
        lambda labels, **rest: Draft(themes=labels[0], type=labels[1], **rest),
        labels=LABELS,
        id=NAMES,
        text=TEXTS,
        group=NAMES,
        register=NAMES,
        place=st.none() | PLACES,
        proposal=st.none() | PROPOSALS,
    ),
    max_size=5,
)
LABELLED = Draft("a", "دو درمانگاه ساخته شد.", "g", "news", (Theme.HEALTH, Theme.EXPORT), Type.STATISTIC)


def kept(draft):
    """What must come back of a draft: all but the proposal; a type that nobody gave may be missing."""
    row = draft.to_dict()
    row.pop("proposal", None)
    return row


def returned(form, text, path=PATH):
    faults = []
    rows = list(FORMS[form].read(text, path, faults))
    assert faults == []
    found = []
    for row in rows:
        row.row.pop("proposal", None)
        found.append({"type": "", **row.row})
    return found


def faults_of(form, text):
    faults = []
    list(FORMS[form].read(text, Path("file"), faults))
    return faults


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(drafts=DRAFTS.filter(len))
def test_what_is_written_is_read_back(form, drafts):
    text = FORMS[form].write(drafts).decode().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    assert returned(form, text) == [kept(draft) for draft in drafts]


@settings(max_examples=40)
@given(drafts=DRAFTS.filter(len))
def test_what_doccano_makes_of_it_is_read_back(drafts):
    """On the way in all but text and label is metadata; on the way out that stands beside keys of doccano's own."""
    examples = []
    for number, line in enumerate(FORMS["doccano"].write(drafts).decode().strip().split("\n")):
        row = json.loads(line)
        text, label = row.pop("text"), row.pop("label")
        examples.append({"id": number, "text": text, **row, "label": sorted(label), "Comments": []})
    exported = pd.DataFrame(examples).to_json(orient="records", force_ascii=False, lines=True)
    assert returned("doccano", exported) == [kept(draft) for draft in drafts]


@settings(max_examples=40)
@given(drafts=DRAFTS.filter(len))
def test_what_label_studio_makes_of_it_is_read_back(drafts):
    """It gives ids, times and users, and keeps the data; a draft without annotation stays without."""
    tasks = json.loads(FORMS["label-studio"].write(drafts))
    for number, task in enumerate(tasks, 1):
        for annotation in task.setdefault("annotations", []):
            annotation |= {"id": number, "completed_by": 1, "was_cancelled": False, "lead_time": 2.5}
            annotation["result"] = [{**part, "id": "x", "origin": "manual"} for part in annotation["result"][::-1]]
        task |= {"id": number, "drafts": [], "meta": {}, "project": 1, "total_annotations": 1}
    assert returned("label-studio", json.dumps(tasks)) == [kept(draft) for draft in drafts]


@settings(max_examples=40)
@given(drafts=DRAFTS.filter(len))
def test_what_label_studio_makes_of_it_in_short_is_read_back(drafts):
    """JSON-MIN: the data, and of a group of choices a string where one is chosen, else an object."""
    tasks = []
    for draft, task in zip(drafts, json.loads(FORMS["label-studio"].write(drafts)), strict=True):
        short = {**task["data"], "id": 5, "annotator": 1, "annotation_id": 7}
        if draft.themes:
            short["themes"] = draft.themes[0] if len(draft.themes) == 1 else {"choices": list(draft.themes)}
        if draft.type:
            short["type"] = draft.type
        tasks.append(short)
    assert returned("label-studio", json.dumps(tasks)) == [kept(draft) for draft in drafts]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@settings(max_examples=40)
@given(drafts=DRAFTS.filter(len))
def test_a_sheet_is_read_whatever_separates_its_cells(delimiter, drafts):
    rows = csv.reader(io.StringIO(sheet.write(drafts).decode("utf-8-sig"), newline=""))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    assert returned("csv", buffer.getvalue()) == [kept(draft) for draft in drafts]


@settings(max_examples=40)
@given(drafts=DRAFTS)
def test_no_cell_of_a_sheet_is_a_formula(drafts):
    for row in csv.reader(io.StringIO(sheet.write(drafts).decode("utf-8-sig"), newline="")):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_sheet_starts_with_a_byte_order_mark_and_shows_the_proposal():
    draft = Draft("a", "جمله", "g", "news", proposal=Proposal("m", (), Type.RHETORIC, (0.1, 0.2, 0.3, 0.4, 0.5)))
    content = sheet.write([draft])
    assert content.startswith(b"\xef\xbb\xbfid,text,health,")
    assert "no theme; rhetoric (health 0.10, employment 0.20, export 0.30" in content.decode()


@pytest.mark.parametrize("mark", ["x", "X", " x ", "×", "1", "۱"])
def test_a_crossed_cell_of_a_sheet_gives_the_theme(mark):
    (row,) = returned("csv", f"text,health,employment,export,ideology,type\nجمله,{mark},,0,۰,rhetoric\n")
    assert (row["themes"], row["type"]) == (["health"], "rhetoric")


HEADING = "text,health,employment,export,ideology,type"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "text,health,employment,export,type\nجمله,,,,\n",
            'file:1: column "ideology" is missing; the columns are text',
        ),
        (f"{HEADING}\nجمله,yes,,,,\n", 'file:2: expected "x" or nothing in column "health", got \'yes\''),
        (f"{HEADING}\n\nجمله,,,,\n", "file:3: expected 6 cells, got 5"),
        (f"{HEADING},start\nجمله,,,,,,two\n", "file:2: expected a whole number in column \"start\", got 'two'"),
        (f'{HEADING}\n"one\nrow",,,,,\n"half"x,,,,,\n', "file:4: expected CSV, got "),
    ],
)
def test_a_faulty_row_of_a_sheet_is_told_with_its_line(text, fault):
    (found,) = faults_of("csv", text)
    assert found.startswith(fault)


def test_every_faulty_row_of_a_sheet_is_told():
    assert len(faults_of("csv", f"{HEADING}\nجمله,?,,,,\nجمله,,?,,,\nجمله\n")) == 3


@pytest.mark.parametrize(
    ("form", "text", "fault"),
    [
        ("jsonl", '{"text": "a", "lable": 1}', "file:1: expected keys of id, text, themes, .*, got lable"),
        ("jsonl", '{"text": "a"}\n[]', "file:2: expected a JSON object, got list"),
        ("doccano", '{"text": "a"}', "file:1: expected label to be a list of names, got None"),
        (
            "doccano",
            '{"text": "a", "label": ["statistic", "rhetoric"]}',
            "file:1: expected one type, got",
        ),
        ("label-studio", '[\n{"data": }]', "file:2: expected JSON, got Expecting value at column 10"),
        ("label-studio", "{}", "file:1: expected a list of tasks, got dict"),
        ("label-studio", '[{"data": {}}, 5]', "file: task 2: expected a task as Label Studio exports it"),
    ],
)
def test_what_is_no_row_is_told_with_its_place(form, text, fault):
    (found,) = faults_of(form, text)
    assert re.match(fault, found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([*Theme, *Type]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("data text themes type annotations result value choices from_name label barchasb".split()),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@pytest.mark.parametrize("form", FORMS)
@given(text=st.text() | JSON.map(json.dumps) | st.lists(JSON).map(json.dumps))
def test_whatever_a_file_holds_it_is_rows_or_told_as_faults(form, text):
    faults = []
    rows = list(FORMS[form].read(text, PATH, faults))
    assert all(fault.startswith("file") for fault in faults)
    assert all(row.where.startswith("file") and isinstance(row.row, dict) for row in rows)


@pytest.mark.parametrize("text", [f"[{'9' * 5000}]", "[" * 100_000])
@pytest.mark.parametrize("form", ["jsonl", "doccano", "label-studio"])
def test_json_that_no_reader_takes_is_a_fault(form, text):
    (fault,) = faults_of(form, text)
    assert "got what cannot be read" in fault


def annotated(*annotations):
    results = [{"was_cancelled": skipped, "result": label_studio._result(*labels)} for skipped, *labels in annotations]
    return json.dumps([{"data": {"text": "جمله"}, "annotations": results}])


def test_annotators_that_disagree_are_a_fault():
    text = annotated((False, [Theme.HEALTH], Type.RHETORIC), (False, [], Type.RHETORIC))
    assert faults_of("label-studio", text) == [
        "file: task 1: expected annotations that agree, got several that do not; settle them and export again"
    ]


def test_annotators_that_agree_are_one_labelling():
    text = annotated(
        (False, [Theme.HEALTH, Theme.EXPORT], Type.RHETORIC), (False, [Theme.EXPORT, Theme.HEALTH], Type.RHETORIC)
    )
    (row,) = returned("label-studio", text)
    assert row == {"text": "جمله", "themes": ["health", "export"], "type": "rhetoric"}


def test_a_skipped_task_is_not_labelled():
    faults = []
    (row,) = label_studio.read(annotated((True, [Theme.HEALTH], Type.RHETORIC)), PATH, faults)
    assert row.unlabelled
    assert faults == []


def test_a_proposal_is_a_prediction_and_no_annotation():
    draft = Draft("a", "جمله", "g", "news", proposal=Proposal("m1", (), Type.RHETORIC, (0.0,) * len(SCORED)))
    (task,) = json.loads(label_studio.write([draft]))
    assert "annotations" not in task
    assert task["predictions"] == [
        {
            "model_version": "m1",
            "result": [{"from_name": "type", "to_name": "text", "type": "choices", "value": {"choices": ["rhetoric"]}}],
        }
    ]


def test_the_configuration_of_label_studio_names_what_the_tasks_name():
    view = etree.fromstring(label_studio.config())
    (text,) = view.iter("Text")
    assert (text.get("name"), text.get("value")) == ("text", "$text")
    groups = {group.get("name"): group for group in view.iter("Choices")}
    assert {name: [choice.get("value") for choice in group] for name, group in groups.items()} == {
        "themes": list(Theme),
        "type": list(Type),
    }
    assert {group.get("toName") for group in groups.values()} == {"text"}
    assert groups["themes"].get("choice") == "multiple"
    assert groups["type"].get("required") == "true"
    (task,) = json.loads(label_studio.write([LABELLED]))
    parts = task["annotations"][0]["result"]
    assert [(part["from_name"], part["to_name"]) for part in parts] == [("themes", "text"), ("type", "text")]


def test_the_labels_of_doccano_have_a_key_each():
    labels = json.loads(doccano.config())
    assert [label["text"] for label in labels] == [*Theme, *Type]
    assert len({label["suffix_key"] for label in labels}) == len(labels)


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.csv", "", "csv"),
        ("a.TSV", "", "csv"),
        ("a.json", "", "label-studio"),
        ("a.jsonl", '{"text": "a", "label": []}\n', "doccano"),
        ("a.jsonl", '{"text": "a"}\n', "jsonl"),
        ("a.jsonl", "{", "jsonl"),
    ],
)
def test_the_form_of_a_file_is_seen(name, text, form):
    assert form_of(Path(name), text) == form


def test_a_row_without_theme_and_type_is_not_labelled():
    assert Returned("f:1", {"text": "a", "themes": [], "type": ""}).unlabelled
    assert not Returned("f:1", {"text": "a", "themes": ["health"]}).unlabelled
    assert not Returned("f:1", {"text": "a", "themes": [], "type": "rhetoric"}).unlabelled


def test_an_id_is_that_of_the_words_however_they_are_written():
    one = identity("کتاب‌های علی، اینجاست.")
    assert one == identity("كتاب های علي اینجاست")
    assert is_altered(one, "کتاب‌های رضا اینجاست")
    assert not is_altered(one, "کتابهای علی اینجاست")
    assert not is_altered("desk-001", "هر چه باشد")


def test_unknown_themes_come_behind_the_known_ones():
    assert in_order(["sport", "ideology", None, "health"]) == ["health", "ideology", "sport", None]
