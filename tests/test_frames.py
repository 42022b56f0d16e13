import pandas as pd
import polars as pl
import pytest

from service.frames import COLUMNS, FrameError, tag_frame
from training.model import Model
from training.store import ModelError

from .conftest import printed

TEXTS = ["زعفران قاینات به هفت کشور صادر شد.", None, "روحیه جهادی تنها راه عبور از تنگناهاست."]


@pytest.fixture(scope="module")
def model(tagger):
    return tagger.model


def expected(model):
    tags = iter(model.tag([text for text in TEXTS if text]))
    rows = []
    for text in TEXTS:
        tag = next(tags) if text else None
        rows.append((" ".join(tag.themes), tag.type, *tag.scores) if tag else (None,) * len(COLUMNS))
    return rows


def test_a_pandas_frame_keeps_its_index_and_columns_and_gets_the_tags(model):
    frame = pd.DataFrame({"text": TEXTS, "page": [3, 1, 2]}, index=[7, 7, 1])
    tagged = tag_frame(frame, model=model)
    assert list(tagged.columns) == ["text", "page", *COLUMNS]
    assert list(tagged.index) == [7, 7, 1]
    assert list(tagged["page"]) == [3, 1, 2]
    rows = tagged[list(COLUMNS)].astype(object).where(tagged[list(COLUMNS)].notna(), None)
    assert [tuple(row) for row in rows.itertuples(index=False)] == expected(model)
    assert list(frame.columns) == ["text", "page"]


def test_a_polars_frame_gets_the_same(model):
    tagged = tag_frame(pl.DataFrame({"text": TEXTS}), model=model)
    assert tagged.select(COLUMNS).rows() == expected(model)
    assert tagged.schema["health"] == pl.Float64


def test_an_empty_frame_gets_the_columns(model):
    tagged = tag_frame(pl.DataFrame({"text": []}, schema={"text": pl.String}), model=model)
    assert tagged.columns == ["text", *COLUMNS]


def test_another_column_and_a_prefix_may_be_named(model):
    frame = pl.DataFrame({"sentence": TEXTS, "type": ["a", "b", "c"]})
    tagged = tag_frame(frame, "sentence", model=model, prefix="tag_")
    assert tagged["type"].to_list() == ["a", "b", "c"]
    assert tagged["tag_type"].to_list() == [row[1] for row in expected(model)]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.LazyFrame({"text": TEXTS}), "got polars.*LazyFrame; collect a lazy one first"),
        ([{"text": "جمله"}], "expected a data frame that is in memory .*, got builtins.list"),
        (pd.DataFrame({"body": TEXTS, "n": 1}), 'column "text" is missing; the columns are body, n'),
        (pl.DataFrame({"text": TEXTS, "type": "x"}), 'column "type" is there already; give the new ones a prefix'),
        (pl.DataFrame({"text": [1, 2]}), 'column "text", row 0: expected a string, got 1'),
        (pd.DataFrame({"text": ["جمله", 2.5]}), 'column "text", row 1: expected a string, got 2.5'),
    ],
)
def test_a_frame_that_cannot_be_tagged_is_told(model, frame, message):
    with pytest.raises(FrameError, match=message):
        tag_frame(frame, model=model)


def test_the_model_in_use_is_loaded_where_none_is_given(models, model, monkeypatch):
    monkeypatch.setenv("BARCHASB_MODELS", str(models))
    assert (
        tag_frame(pl.DataFrame({"text": TEXTS})).rows() == tag_frame(pl.DataFrame({"text": TEXTS}), model=model).rows()
    )


def test_loading_without_a_model_says_how_to_get_one(tmp_path):
    with pytest.raises(ModelError, match="there is no model yet; train one with"):
        Model.load(tmp_path)


def test_the_model_tags_in_one_line_of_python(models, model):
    code = "from training.model import Model; print(Model.load().tag(['زعفران به هفت کشور صادر شد.'])[0].type)"
    assert printed(code, BARCHASB_MODELS=str(models)).strip() == model.tag(["زعفران به هفت کشور صادر شد."])[0].type


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_tagging_frames_imports_no_library_of_frames(name):
    assert printed(f"import sys, service.frames; print({name!r} in sys.modules)").strip() == "False"
