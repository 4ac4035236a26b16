from __future__ import annotations

import re

import boto3
import pytest

from tests.support import reportpages
from tests.support.toy import Toy


@pytest.mark.whole
def test_a_report_of_many_rows_and_columns_is_one_file_below_a_megabyte(toy: Toy) -> None:
    registry = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    page, content = reportpages.written(toy, registry, 20_000, 60)
    assert content["holdouts"]["sealed"]["rows"] == 20_000
    assert 300_000 < len(page.encode()) < 1_000_000
    assert "Shown are 1,4" in page
    # Nothing is loaded: every address within is one to read.
    assert not re.search(r"<(?:link|img|iframe|object|embed)\b|<script[^>]*\ssrc=|@import|url\((?!#)", page)
