"""The data exploration notebook runs from top to bottom, whatever the columns are called, and says what is there."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import nbformat
import numpy as np
import pytest

from include.local_aws.search.notebooks.exploration import exploration
from tests.include.local_aws.jobs import Clients
from tests.include.local_aws.search.notebooks.explored import columns_of, settings_of
from tests.include.local_aws.search.notebooks.hostile import HOSTILE
from tests.include.local_aws.search.tables import classes, regression
from tests.support.notebooks import execute, pictures, shown


def hostile_table(target: str, rows: int = 60) -> bytes:
    """A table whose names and categories are hostile; the first two columns say the same."""
    generator = np.random.default_rng(1)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*HOSTILE, "same", "colour", "blank", target])
    for row in range(rows):
        numbers = generator.normal(size=len(HOSTILE))
        cells = [f"{number:.6f}" for number in numbers]
        colour = HOSTILE[row % 3]
        writer.writerow([*cells, cells[0], colour, "", f"{numbers[0] + 3 * (row % 3):.6f}"])
    return text.getvalue().encode()


def test_hostile_names_and_values(clients: Clients, bucket: str, tmp_path: Path) -> None:
    target = "target $x$ | <b>'\"\\"
    data = hostile_table(target)
    clients.s3.put_object(Bucket=bucket, Key="in/data.csv", Body=data)
    columns = columns_of(tmp_path, data, target=target)
    written = exploration(settings_of(bucket, target), columns, "SYNTHETIC <table>")
    nbformat.validate(nbformat.reads(written, as_version=nbformat.NO_CONVERT))
    title = "".join(json.loads(written)["cells"][0]["source"])
    assert "SYNTHETIC" in title
    assert "<script" not in title
    assert "<b>" not in title
    done = execute(written, tmp_path, clients.url)
    told = shown(done)
    assert "SYNTHETIC data: 60 rows of 16 columns" in told
    assert "1 pairs of numeric columns have a correlation of 0.95 or more." in told
    assert "no values" in title
    assert "one value only" in told  # the column without any
    assert pictures(done) == 4  # target, missing values, what goes with the target, what goes with what


@pytest.mark.whole
def test_numbers_of_a_manifest(clients: Clients, bucket: str, tmp_path: Path) -> None:
    data = regression(rows=200)
    manifest = json.dumps([{"prefix": f"s3://{bucket}/in/"}, "data.csv"]).encode()
    for key, body in (("in/data.csv", data), ("in/other.csv", data), ("list.json", manifest)):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=body)
    source = {"S3DataType": "ManifestFile", "S3Uri": f"s3://{bucket}/list.json"}
    settings = settings_of(
        bucket, InputDataConfig=[{"DataSource": {"S3DataSource": source}, "TargetAttributeName": "y"}]
    )
    told = shown(execute(exploration(settings, columns_of(tmp_path, data), None), tmp_path, clients.url))
    assert "200 rows of 5 columns" in told
    assert "SYNTHETIC" not in told
    assert "1 of 4 columns have missing values; 196 of 200 rows have none." in told  # every fiftieth row
    assert "1 rows have at least one such value" in told  # the cell of 3.9e17
    assert "nearly every row has a value of its own" in told  # the names


@pytest.mark.whole
def test_classes_in_two_files(clients: Clients, bucket: str, tmp_path: Path) -> None:
    data = classes(("no, thanks", "yes"), rows=120)
    header, _, rows = data.partition(b"\n")
    # Gzip; the second file repeats the header.
    clients.s3.put_object(Bucket=bucket, Key="in/a.csv.gz", Body=gzip.compress(data))
    clients.s3.put_object(Bucket=bucket, Key="in/b.csv.gz", Body=gzip.compress(header + b"\n" + rows))
    columns = columns_of(tmp_path, data, data)
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/"}
    channel = {"DataSource": {"S3DataSource": source}, "TargetAttributeName": "y", "CompressionType": "Gzip"}
    settings = settings_of(bucket, InputDataConfig=[channel])
    told = shown(execute(exploration(settings, columns, None), tmp_path, clients.url))
    assert "240 rows of 3 columns" in told
    most = max(count for _, count in columns.labels)
    assert f"The most frequent class has {most / 240:.1%} of the rows" in told
