"""Tags a column of sentences with PySpark: spark-submit docs/spark.py IN.parquet OUT.parquet [COLUMN].

Every executor needs this project installed and the folder of the models, whose place `BARCHASB_MODELS` tells: on a
cluster set `spark.executorEnv.BARCHASB_MODELS` to where all of them see it.
"""

import sys
from collections.abc import Iterable, Iterator

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from service.frames import COLUMNS, tag_frame
from training.model import Model
from training.store import current


def tagged(frame: DataFrame, column: str = "text") -> DataFrame:
    """Return a Spark frame with the tag of each sentence in new columns; no row moves to another executor."""
    version = current()

    def tag_batches(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        if (found := current()) != version:
            raise RuntimeError(f"expected model {version}, got {found}; give every executor the same models")
        # Once for all batches of a partition: the model's table of words grows with them.
        model = Model.load()
        for batch in batches:
            yield tag_frame(batch, column, model=model)

    new = [StructField(name, StringType() if name in COLUMNS[:2] else DoubleType()) for name in COLUMNS]
    return frame.mapInPandas(tag_batches, StructType([*frame.schema.fields, *new]))


def main(source: str, target: str, column: str = "text") -> None:
    """Tag the Parquet of `source` into `target`, which must not be there yet."""
    spark = SparkSession.builder.appName("barchasb").getOrCreate()
    try:
        tagged(spark.read.parquet(source), column).write.parquet(target)
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
