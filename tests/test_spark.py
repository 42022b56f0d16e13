import os
import shutil
import subprocess
from importlib.util import find_spec

import polars as pl
import pytest

from service.frames import COLUMNS

from .conftest import ROOT

LACKING = [
    name for name, here in {"PySpark": find_spec("pyspark"), "Java": shutil.which("java")}.items() if here is None
]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"{' and '.join(LACKING)} not installed; see: make spark")


@pytest.fixture(scope="module")
def run(models, labelled, tmp_path_factory):
    """The recipe run by Spark, on two cores, over every labelled sentence; its process and its rows by id."""
    folder = tmp_path_factory.mktemp("spark")
    sentences = pl.DataFrame({"id": [each.id for each in labelled], "text": [each.text for each in labelled]})
    for part in range(2):
        half = folder / "in" / f"{part}.parquet"
        half.parent.mkdir(exist_ok=True)
        sentences.filter(pl.int_range(pl.len()) % 2 == part).write_parquet(half)
    command = [ROOT / ".venv/bin/spark-submit", "--master", "local[2]", "docs/spark.py", folder / "in", folder / "out"]
    environment = {
        **os.environ,
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "BARCHASB_MODELS": str(models),
        "PYSPARK_PYTHON": str(ROOT / ".venv/bin/python"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return pl.read_parquet(folder / "out" / "*.parquet")


def test_spark_tags_every_sentence_as_the_model_does(run, labelled, tagger):
    found = {row[0]: row[2:] for row in run.select("id", "text", *COLUMNS).iter_rows()}
    assert len(found) == len(run) == len(labelled)
    tags = tagger.model.tag([each.text for each in labelled])
    for sentence, tag in zip(labelled, tags, strict=True):
        assert found[sentence.id] == (" ".join(tag.themes), tag.type, *tag.scores)


def test_both_parts_of_the_input_were_tagged_apart(run, labelled):
    assert run.columns == ["id", "text", *COLUMNS]
    assert run["text"].to_list() != [each.text for each in labelled]
