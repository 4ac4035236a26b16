"""Where everything of one model lives in S3; what is in one folder of it: :mod:`include.autopilot.base.folders`.

These two modules know the layout, and nobody else.

```
<root>/drops/<YYYY-MM-DD>[-<n>]/*.csv[.gz]     deliveries of raw data
<root>/deliveries/<date>/<fingerprint>.json   which state of a drop a retraining was told of
<root>/holdout/<name>.csv                     sealed rows
<root>/sealed/{drop,holdout}/<name>/<n>.json  what a drop or a holdout held when a run first used it; never overwritten
<root>/template/current.json, <digest>.json   templates
<root>/search/<cutoff>/input, output          one Autopilot search; keys.csv: whose rows it saw
<root>/prepared/<preparation>/<drop>/         a checked drop: rows/{train,validation}/chunk_0.csv, keys.csv,
                                              matches.csv, superseded/<lines>.txt, check.json (last)
<root>/features/<template>/<prepared>/        the drop after the featurizer: {train,validation}/chunk_0.csv.out
<root>/{prepared/…,features/…}/without/<lines>/…  a chunk without its superseded lines
<root>/bundles/<folder>.json                 what runs remember of the small objects of a folder; may be deleted
<root>/bundles/glance.json                   what the dashboard has read of the model; may be deleted
<root>/baseline/<template>/<contract>/        what drops are compared with: statistics, constraints and drops.json
<root>/drift/<baseline>/<prepared>/           the drift of a drop, by thresholds, and look.json, about its single cells
<root>/runs/<run key>/                        plan.json, drift.{html,json}, manifest/, rows.csv, guard.json, holdout/,
                                              model/, predictions/, evaluation.json, report.{html,json}, champion/
                                              (its answers in this run), verdict.json, promotion.json, cost.json
<root>/answers/<holdout>/<model>.json         one model's answers for a holdout, kept to judge again
<root>/exams/<version>/<drop>.json            what the champion's exam on a drop came to; written once
<root>/sittings/<run key>/                    what a run holds exams with: plan.json, the rows, the answers
<root>/backtest/exams/<version>/<drop>.json   a model's exam that only a backtest asked for; written once
<root>/backtest/runs/<run key>/               what a backtest came to: report.json, table.txt, chart.svg
<root>/looks/<stream>/<since>/<n>.json        who was compared in the n-th look at some judging rows; never overwritten
<root>/changed.json                           written anew after the ledger, the exams or a report changed
<root>/champion.json                          the one pointer to the champion; changed by conditional writes only
<root>/ledger/<run key>.v<version>.json       what a run did; written once, before any promotion
<root>/ledger/<run key>.v<version>.<event>-<number>.json   what happened to that version later; written once
<root>/removed/v<version>.json                that a version's package and files were removed; written before they are
<root>/scores/<run key>/                      predictions of new rows and their lineage.json; work/ holds the rest
```
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from include.autopilot.base.cutoff import stamp
from include.autopilot.base.folders import BacktestFolder, ExamFolder, PreparedFolder, RunFolder, ScoreFolder


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

    def drop(self, name: str) -> str:
        """Return the folder of one drop."""
        return f"{self.drops}/{name}"

    def delivery(self, day: date, fingerprint: str) -> str:
        """Return the note that a retraining was told of one state of a drop."""
        return f"{self.root}/deliveries/{day.isoformat()}/{fingerprint}.json"

    @property
    def holdouts(self) -> str:
        """The folder of holdouts."""
        return f"{self.root}/holdout"

    def holdout(self, name: str) -> str:
        """Return one holdout's file."""
        return f"{self.holdouts}/{name}.csv"

    def seals(self, kind: str) -> str:
        """Return the folder of the seals of drops or of holdouts."""
        return f"{self.root}/sealed/{kind}"

    def seal(self, kind: str, name: str, number: int) -> str:
        """Return one seal of a drop or a holdout."""
        return f"{self.seals(kind)}/{name}/{number}.json"

    def baseline(self, template: str, contract: str) -> str:
        """Return the folder of what new drops are compared with."""
        return f"{self.root}/baseline/{template}/{contract}"

    def drifts(self, baseline: str) -> str:
        """Return the folder of all comparisons with a baseline."""
        return f"{self.root}/drift/{baseline}"

    def drift(self, baseline: str, prepared: str, rules: str) -> str:
        """Return the comparison of one drop with a baseline by some thresholds."""
        return f"{self.drifts(baseline)}/{prepared}/{rules}.json"

    def look(self, baseline: str, prepared: str) -> str:
        """Return what was found in the single cells of one drop, beside its comparisons with that baseline."""
        return f"{self.drifts(baseline)}/{prepared}/look.json"

    def template(self, digest: str) -> str:
        """Return one template; ``current`` names the pointer to the published one."""
        return f"{self.root}/template/{digest}.json"

    def search_input(self, cutoff: datetime) -> str:
        """Return the table that one search sees."""
        return f"{self.root}/search/{stamp(cutoff)}/input/train.csv"

    def search_keys(self, cutoff: datetime) -> str:
        """Return the list of keys and fingerprints of the rows that one search saw."""
        return f"{self.root}/search/{stamp(cutoff)}/keys.csv"

    def search_output(self, cutoff: datetime) -> str:
        """Return Autopilot's S3OutputPath."""
        return f"{self.root}/search/{stamp(cutoff)}/output"

    @property
    def all_prepared(self) -> str:
        """The folder of all drops that were ever checked."""
        return f"{self.root}/prepared"

    def preparation(self, preparation: str) -> str:
        """Return the folder of all drops checked by the same rules."""
        return f"{self.all_prepared}/{preparation}"

    def prepared(self, preparation: str, drop: str) -> PreparedFolder:
        """Return the folder of one checked drop."""
        return PreparedFolder(f"{self.preparation(preparation)}/{drop}")

    def bundle(self, folder: str) -> str:
        """Return what is remembered of the objects of a folder of this model."""
        return f"{self.root}/bundles/{folder.removeprefix(f'{self.root}/')}.json"

    @property
    def glance(self) -> str:
        """What one process of the dashboard has read of this model, for others."""
        return f"{self.root}/bundles/glance.json"

    def features(self, template: str, prepared: str) -> str:
        """Return the folder of one drop's features."""
        return f"{self.all_features}/{template}/{prepared}"

    def records(self, key: str) -> str:
        """Full requests and descriptions of a run's jobs."""
        return self.run(key).jobs

    def answers(self, holdout: str, model: str) -> str:
        """Return one model's stored answers for the holdout with this digest."""
        return f"{self.root}/answers/{holdout}/{model}.json"

    def looks(self, stream: str, since: str | None) -> str:
        """Return the folder of the looks at one stream of judging rows, since an event or since the beginning."""
        return f"{self.root}/looks/{stream}/{since or 'start'}"

    def taken_look(self, stream: str, number: int, since: str | None) -> str:
        """Return the record of one look."""
        return f"{self.looks(stream, since)}/{number}.json"

    @property
    def all_exams(self) -> str:
        """The folder of all exams."""
        return f"{self.root}/exams"

    def exams(self, version: int) -> str:
        """Return the folder of the exams of one version of the model."""
        return f"{self.all_exams}/{version}"

    def exam(self, version: int, drop: str) -> str:
        """Return what a version's exam on a drop came to.

        :param drop: the digest of the drop's content.
        """
        return f"{self.exams(version)}/{drop}.json"

    @staticmethod
    def sitting_of(key: str, version: int) -> str:
        """Return what a backtest's sitting of one version is called, below the sittings of all runs."""
        return f"{key}/v{version}"

    def sitting(self, key: str) -> ExamFolder:
        """Return the folder in which one run works on the exams that it holds."""
        return ExamFolder(f"{self.all_sittings}/{key}")

    def backtested(self, version: int) -> str:
        """Return the folder of the exams of one version that only backtests asked for."""
        return f"{self.root}/backtest/exams/{version}"

    def backtested_exam(self, version: int, drop: str) -> str:
        """Return what a version came to on a drop in a backtest.

        :param drop: the digest of the drop's content.
        """
        return f"{self.backtested(version)}/{drop}.json"

    def backtest(self, key: str) -> BacktestFolder:
        """Return the folder of what one backtest came to."""
        return BacktestFolder(f"{self.root}/backtest/runs/{key}")

    @property
    def champion(self) -> str:
        """The pointer to the champion."""
        return f"{self.root}/champion.json"

    @property
    def changed(self) -> str:
        """What is written anew whenever the ledger, the exams or a report have changed."""
        return f"{self.root}/changed.json"

    @classmethod
    def of_entry(cls, uri: str) -> Locations:
        """Return the model's addresses by that of an entry in its ledger."""
        return cls(uri.rpartition("/ledger/")[0])

    @property
    def ledger(self) -> str:
        """The folder of the ledger."""
        return f"{self.root}/ledger"

    def record(self, run: str, version: int) -> str:
        """Return the ledger's record of a run that registered this version."""
        return f"{self.ledger}/{run}.v{version}.json"

    def event(self, run: str, version: int, kind: str, number: int) -> str:
        """Return the ledger's record of something that happened to a version.

        :param number: that of the champion at the time.
        """
        return f"{self.ledger}/{run}.v{version}.{kind}-{number}.json"

    @property
    def removals(self) -> str:
        """The folder of what tells that versions were removed."""
        return f"{self.root}/removed"

    def removal(self, version: int) -> str:
        """Return what tells that a version was removed."""
        return f"{self.removals}/v{version}.json"

    @property
    def all_features(self) -> str:
        """The folder of the features of all drops."""
        return f"{self.root}/features"

    @property
    def all_sittings(self) -> str:
        """The folder of what runs hold exams with."""
        return f"{self.root}/sittings"

    @property
    def retunes(self) -> str:
        """Return the folder of what retunes found, by run key, which begins with the cutoff."""
        return f"{self.root}/retunes"

    def retune(self, run: str) -> str:
        """Return what the retune of a run found."""
        return f"{self.retunes}/{run}.json"

    @property
    def runs(self) -> str:
        """The folder of all runs."""
        return f"{self.root}/runs"

    def run(self, key: str) -> RunFolder:
        """Return the folder of one run."""
        return RunFolder(f"{self.runs}/{key}")

    def score(self, key: str) -> ScoreFolder:
        """Return the folder of one scoring run."""
        return ScoreFolder(f"{self.root}/scores/{key}")
