"""Where everything of one model lives in S3. Only this module knows the layout.

```
<root>/drops/<YYYY-MM-DD>/*.csv               deliveries of raw data
<root>/holdout/<name>.csv                     sealed rows
<root>/template/current.json, <digest>.json   templates
<root>/search/<cutoff>/input, output          one Autopilot search
<root>/prepared/<preparation>/<drop>/         a checked drop: rows/{train,validation}/chunk_0.csv, check.json (last)
<root>/features/<template>/<prepared>/        the drop after the featurizer: {train,validation}/chunk_0.csv.out
<root>/runs/<run key>/                        plan.json, manifest/, holdout/, model/, predictions/, evaluation.json,
                                              report.{html,json}
<root>/scores/<run key>/                      predictions of new rows and their lineage.json; work/ holds the rest
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from include.autopilot.cutoff import stamp


def parse_uri(uri: str) -> tuple[str, str]:
    """Split ``s3://bucket/key`` into bucket and key.

    :raises ValueError: it is not an S3 address.
    """
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise ValueError(f"{uri!r} is not an S3 address like s3://bucket/folder")
    return bucket, key


@dataclass(frozen=True)
class Locations:
    """Addresses under one model's root, as text without a closing slash.

    :param root: ``s3://bucket/prefix``.
    """

    root: str

    @property
    def drops(self) -> str:
        """The folder of drops."""
        return f"{self.root}/drops"

    def holdout(self, name: str) -> str:
        """Return one holdout's file."""
        return f"{self.root}/holdout/{name}.csv"

    def template(self, digest: str) -> str:
        """Return one template; ``current`` names the pointer to the published one."""
        return f"{self.root}/template/{digest}.json"

    def search_input(self, cutoff: datetime) -> str:
        """Return the table that one search sees."""
        return f"{self.root}/search/{stamp(cutoff)}/input/train.csv"

    def search_output(self, cutoff: datetime) -> str:
        """Return Autopilot's S3OutputPath."""
        return f"{self.root}/search/{stamp(cutoff)}/output"

    def prepared(self, preparation: str, drop: str) -> str:
        """Return the folder of one checked drop."""
        return f"{self.root}/prepared/{preparation}/{drop}"

    def features(self, template: str, prepared: str) -> str:
        """Return the folder of one drop's features."""
        return f"{self.root}/features/{template}/{prepared}"

    def records(self, key: str) -> str:
        """Full requests and descriptions of a run's jobs."""
        return f"{self.run(key)}/jobs"

    def run(self, key: str) -> str:
        """Return the folder of one run."""
        return f"{self.root}/runs/{key}"

    def score(self, key: str) -> str:
        """Return the folder of one scoring run."""
        return f"{self.root}/scores/{key}"
