from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from include.autopilot.base.errors import ConfigError
from include.autopilot.settings import modelfiles
from include.autopilot.settings.config import ModelConfig, broken_models, find_model, load_models, parse_model
from tests.support.toy import YAML


def test_bace() -> None:
    bace = next(model for model in load_models() if model.name == "bace")
    assert (bace.target, bace.key, bace.holdouts) == ("pIC50", "CID", ("sealed", "original"))
    assert set(bace.ignore) == {"mol", "Class", "Model", "canvasUID"}
    assert bace.start_date == datetime(2023, 12, 1, tzinfo=UTC)
    assert bace.search.cutoff == datetime(2024, 1, 1, tzinfo=UTC)


def test_every_key_of_the_example_is_explained() -> None:
    text = (Path(__file__).parents[4] / "include/models/bace.yaml").read_text().splitlines()
    for before, line in pairwise(text):
        if re.match(r"\s*\w+:", line):
            assert before.lstrip().startswith("#"), f"no comment above: {line}"


def test_a_model_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "toy.yaml").write_text(YAML)
    (tmp_path / "zoo.yaml").write_text(YAML.replace("name: toy", "name: zoo").replace("/toy", "/zoo"))
    (tmp_path / "README.md").write_text("not a model")
    assert [model.name for model in load_models(tmp_path)] == ["toy", "zoo"]


def test_each_model_is_read_alone(tmp_path: Path) -> None:
    (tmp_path / "toy.yaml").write_text(YAML)
    (tmp_path / "a.yaml").write_text(YAML.replace("target: y", "targte: y").replace("name: toy", "name: a"))
    (tmp_path / "b.yaml").write_bytes(YAML.replace("A toy", "Für alle").encode("latin-1"))
    (tmp_path / "c.yaml").write_text("")
    (tmp_path / "d.yaml").write_text("- name: d")
    (tmp_path / "e.yml").write_text(YAML.replace("name: toy", "name: e"))
    (tmp_path / "f.yaml").mkdir()
    (tmp_path / "g.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "h.YAML").write_text(YAML)
    (tmp_path / "i.yaml.txt").write_text(YAML)
    (tmp_path / "._toy.yaml").write_bytes(b"\x00\x05\x16\x07")  # what macOS puts into archives
    for backup in ("toy.yaml~", "toy.yaml.bak", "#toy.yaml#", ".toy.yaml.swp", "toy.yaml.orig", "notes.txt"):
        (tmp_path / backup).write_text(YAML)
    assert [model.name for model in load_models(tmp_path)] == ["toy"]
    told = [str(error) for error in broken_models(tmp_path)]
    assert [sentence.partition(":")[0].partition(" ")[0] for sentence in told] == [
        *("a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yml", "f.yaml", "g.yaml", "h.YAML", "i.yaml.txt")
    ]
    assert "a.yaml: key 'targte' is not known. Remove it or correct its spelling" in told[0]
    assert told[1] == "b.yaml is not UTF-8 at byte 19. Save it as UTF-8."
    assert told[2] == "c.yaml: it is empty. docs/models.md has whole examples."
    assert "d.yaml: it is a list, not keys and values." in told[3]
    assert told[4] == "e.yml: a model's file ends in .yaml. Rename it, or move it out of the folder."
    assert told[7:] == [told[4].replace("e.yml", name) for name in ("h.YAML", "i.yaml.txt")]
    assert told[5] == "f.yaml cannot be read: Is a directory. Make it a file that Airflow can read, or move it away."
    assert (
        told[6]
        == "g.yaml cannot be read: No such file or directory. Make it a file that Airflow can read, or move it away."
    )


def test_a_model_is_found_by_its_name() -> None:
    assert find_model("bace").name == "bace"
    with pytest.raises(ConfigError, match=r"There is no nobody\.yaml in include/models/ or .* There are: .*bace"):
        find_model("nobody")


@pytest.mark.parametrize("include", ["include", "plugins/include"], ids=["a checkout", "Amazon MWAA"])
def test_a_model_may_be_beside_the_dags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, include: str) -> None:
    models, beside = tmp_path / include / "models", tmp_path / "dags" / "models"
    monkeypatch.setattr(modelfiles, "files", lambda _: tmp_path / include)
    models.mkdir(parents=True)
    (models / "toy.yaml").write_text(YAML)
    assert [model.name for model in load_models()] == ["toy"]
    beside.mkdir(parents=True)
    (beside / "zoo.yaml").write_text(YAML.replace("name: toy", "name: zoo").replace("/toy", "/zoo"))
    assert [model.name for model in load_models()] == ["toy", "zoo"]
    assert find_model("zoo").root.endswith("/zoo")
    # It may be in both while it moves from one to the other.
    (beside / "toy.yaml").write_text(YAML)
    assert [model.name for model in load_models()] == ["toy", "zoo"]
    (beside / "toy.yaml").write_text(YAML.replace("A toy", "Another toy"))
    assert [model.name for model in load_models()] == ["zoo"]
    (told,) = broken_models()
    assert str(told) == (
        "toy.yaml is in include/models/ and in dags/models/, and the two differ. Make them alike, or remove one."
    )
    with pytest.raises(ConfigError, match="the two differ"):
        find_model("toy")


def test_a_model_cannot_be_changed(config: ModelConfig) -> None:
    with pytest.raises(FrozenInstanceError):
        config.target = "z"  # type: ignore[misc]


def test_a_root_may_end_in_a_slash() -> None:
    config = parse_model(YAML.replace("s3://toy-models/toy", "s3://toy-models/toy/"), "toy.yaml")
    assert config.root == "s3://toy-models/toy"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("target: y", "targte: y", "toy.yaml: key 'targte' is not known. Remove it or correct its spelling;"),
        ("target: y", "targte: y", "docs/models.md explains every key. Did you mean 'target'?"),
        ("max_candidates: 3", "max_candidate: 3", "explains every key. Did you mean 'max_candidates'?"),
        ("target: y", "", "toy.yaml: key 'target' is missing. Add it; docs/models.md explains"),
        ("target: y", "target: y\ntarget: z", "toy.yaml: key 'target' is given twice. Keep one of them."),
        ("name: toy", "name: tau", "toy.yaml: name is 'tau'. Give the file and the model the same name."),
        ("name: toy", "name: [", "toy.yaml: it is not YAML: "),
        ("title: A toy", 'title: "a\\0b"', "toy.yaml: the text in line 3 holds U+0000, which nothing can store."),
        ("title: A toy", 'title: "a\\ud800b"', "toy.yaml: it is not YAML: while parsing a quoted scalar"),
        ("title: A toy", "title: !!binary aGk=", "toy.yaml: a value is of the kind bytes, which no key takes."),
        ("candidates: 3", "candidates: 012", "key 'search.max_candidates' is '012'. Input should be a valid int"),
        ("s3://toy-models/toy", f"s3://toy-models/{'x' * 600}", " …. Write s3://bucket/folder, with a folder of"),
    ],
)
def test_what_is_refused(before: str, after: str, message: str) -> None:
    assert before in YAML
    with pytest.raises(ConfigError) as caught:
        parse_model(YAML.replace(before, after), "toy.yaml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "empty"), ("# later", "empty"), ("just a text", "a text"), ("- a list", "a list"), ("5", "a number")],
)
def test_what_is_no_model_at_all(text: str, kind: str) -> None:
    with pytest.raises(ConfigError, match=f"toy.yaml: it is {kind}"):
        parse_model(text, "toy.yaml")


def test_a_date_may_be_quoted() -> None:
    assert parse_model(YAML.replace("2023-12-01", "'2023-12-01'"), "toy.yaml").start_date.year == 2023


QUEUE = "drops_queue_url: https://sqs.us-east-1.amazonaws.com/123456789012/toy-drops"


def test_a_run_is_started_by_the_schedule_unless_told() -> None:
    assert parse_model(YAML, "toy.yaml").trigger == "schedule"
    heard = parse_model(f"{YAML}\ntrigger: drop\n{QUEUE}\n", "toy.yaml")
    assert (heard.trigger, heard.drops_queue_url) == ("drop", QUEUE.partition(": ")[2])


def test_the_optional_keys_of_the_example_can_be_used_as_they_stand() -> None:
    text = (Path(__file__).parents[4] / "include/models/bace.yaml").read_text()
    optional = ("prices", "budget_usd", "budget_usd_per_run", "notify", "search_after_losses", "search_again")
    bace = parse_model(re.sub(rf"^# ((?:{'|'.join(optional)}): )", r"\1", text, flags=re.MULTILINE), "bace.yaml")
    assert bace.prices is not None
    assert bace.prices.processing == {}
    assert (bace.budget_usd, bace.budget_usd_per_run, bace.search_after_losses, bace.search_again) == (50, 5, 3, "tell")
    assert bace.notify is not None
    assert bace.notify.webhook_conn_id == "autopilot_webhook"
