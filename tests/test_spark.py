import os
import re
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


def submit(models, *words):
    """Run the recipe on two cores of this machine; return the finished process."""
    return subprocess.run(
        [ROOT / ".venv/bin/spark-submit", "--master", "local[2]", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
            "BARCHASB_MODELS": str(models),
            "PYSPARK_PYTHON": str(ROOT / ".venv/bin/python"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
    )


@pytest.fixture(scope="module")
def source(labelled, tmp_path_factory):
    """Every labelled sentence as Parquet in two parts."""
    folder = tmp_path_factory.mktemp("spark")
    sentences = pl.DataFrame({"id": [each.id for each in labelled], "text": [each.text for each in labelled]})
    for part in range(2):
        sentences.filter(pl.int_range(pl.len()) % 2 == part).write_parquet(folder / f"{part}.parquet")
    return folder


@pytest.fixture(scope="module")
def run(models, source, tmp_path_factory):
    """What Spark makes of it."""
    target = tmp_path_factory.mktemp("tagged") / "out"
    done = submit(models, "docs/spark.py", source, target)
    assert done.returncode == 0, done.stderr[-3000:]
    return pl.read_parquet(target / "*.parquet")


def test_spark_tags_every_sentence_as_the_model_does(run, labelled, tagger):
    found = {row[0]: row[2:] for row in run.select("id", "text", *COLUMNS).iter_rows()}
    assert len(found) == len(run) == len(labelled)
    tags = tagger.model.tag([each.text for each in labelled])
    for sentence, tag in zip(labelled, tags, strict=True):
        assert found[sentence.id] == (" ".join(tag.themes), tag.type, *tag.scores)


def test_the_columns_of_the_input_come_first(run):
    assert run.columns == ["id", "text", *COLUMNS]


def test_an_executor_with_another_model_stops_the_job(models, source, tmp_path):
    (tmp_path / "current").write_text("000000000000\n")
    other = f"spark.executorEnv.BARCHASB_MODELS={tmp_path}"
    done = submit(models, "--conf", other, "docs/spark.py", source, tmp_path / "out")
    assert done.returncode != 0
    assert re.search(r"expected model [0-9a-f]{12}, got 000000000000; give every executor the same models", done.stderr)
    assert not (tmp_path / "out" / "_SUCCESS").exists()
