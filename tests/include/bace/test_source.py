import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from include.bace import source, synthetic
from include.bace.errors import BaceError
from include.bace.source import columns, load

NOWHERE = "http://127.0.0.1:9/bace.csv"  # the discard port: nothing listens


@cache
def real_looking() -> bytes:
    return synthetic.render(columns())


@contextmanager
def served(content: bytes, pause: float = 0) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for start in range(0, len(content), 1 << 20):
                time.sleep(pause)
                try:
                    self.wfile.write(content[start : start + (1 << 20)])
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/bace.csv", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Content that passes for MoleculeNet's file."""
    monkeypatch.setattr(source, "DIGEST", hashlib.sha256(real_looking()).hexdigest())
    return real_looking()


def test_columns_are_those_of_the_file_in_order():
    names = columns()
    assert len(names) == len(set(names)) == 595
    assert names[:5] == ["mol", "CID", "Class", "Model", "pIC50"]
    assert names[-2:] == ["PEOE14 (PEOE14)", "canvasUID"]
    assert "Connectivity chi-1 [Randic connectivity] (CIX1)" in names


def test_a_download_with_the_known_digest_is_used_and_kept(pinned, tmp_path):
    cache = tmp_path / "deep" / "cache"
    with served(pinned) as (address, asked):
        first = load({}, cache, address)
        again = load({}, cache, address)
    assert first.data_source == again.data_source == "BACE, MoleculeNet"
    assert first.frame.equals(again.frame)
    assert asked == ["/bace.csv"]
    assert [path.name for path in cache.iterdir()] == ["bace.csv"]


def test_a_damaged_cached_copy_is_fetched_again(pinned, tmp_path):
    (tmp_path / "bace.csv").write_bytes(pinned[:1000])
    with served(pinned) as (address, _):
        assert load({}, tmp_path, address).data_source == "BACE, MoleculeNet"
    assert (tmp_path / "bace.csv").read_bytes() == pinned


def test_a_cache_that_cannot_be_written_does_not_stop_the_download(pinned, tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with served(pinned) as (address, _):
        assert load({}, blocked, address).data_source == "BACE, MoleculeNet"
    assert "cannot be kept" in caplog.text


def test_a_changed_file_at_the_address_is_not_used(tmp_path, caplog):
    with served(real_looking()) as (address, _):
        table = load({}, tmp_path, address)
    assert table.data_source == "SYNTHETIC table of the shape of BACE"
    assert "not used" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_trickling_server_is_given_up(pinned, tmp_path, caplog):
    with served(pinned, pause=0.2) as (address, _):
        table = load({}, tmp_path, address, seconds=0.3)
    assert "SYNTHETIC" in table.data_source
    assert "not finished after 0.3 s" in caplog.text


def test_without_network_the_table_is_synthetic_and_says_so(tmp_path, caplog):
    table = load({}, tmp_path, NOWHERE)
    assert table.data_source == "SYNTHETIC table of the shape of BACE"
    assert "Using the SYNTHETIC table" in caplog.text
    assert "BACE_CSV" in caplog.text
    assert table.frame.shape == (1513, 595)


def test_a_named_file_is_used_without_asking_the_network(pinned, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(pinned)
    with served(pinned) as (address, asked):
        table = load({"BACE_CSV": str(path)}, tmp_path / "cache", address)
    assert table.data_source == "BACE, MoleculeNet"
    assert asked == []


def test_a_named_file_with_another_digest_is_used_and_its_source_says_so(tmp_path):
    path = tmp_path / "mirror-ü.csv"
    path.write_bytes(real_looking())
    table = load({"BACE_CSV": str(path)}, tmp_path, NOWHERE)
    digest = hashlib.sha256(real_looking()).hexdigest()[:12]
    assert table.data_source == f"BACE from mirror-?.csv, which is not MoleculeNet's file (sha256 {digest})"


def test_a_named_file_that_is_missing_is_an_error_never_replaced(tmp_path):
    with pytest.raises(BaceError, match=r"BACE_CSV=.*gone\.csv cannot be read \(No such file or directory\)"):
        load({"BACE_CSV": str(tmp_path / "gone.csv")}, tmp_path, NOWHERE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a CSV file in UTF-8"),
        (b"mol,CID\n\xff\xfe,1\n", "is not a CSV file in UTF-8"),
        (b"mol,CID,surprise\nC,BACE_1,2\n", r"593 missing \['Class', 'Model', 'pIC50'\], 1 unknown \['surprise'\]"),
    ],
)
def test_a_named_file_that_is_not_bace_is_refused(tmp_path, content, message):
    path = tmp_path / "bace.csv"
    path.write_bytes(content)
    with pytest.raises(BaceError, match=message):
        load({"BACE_CSV": str(path)}, tmp_path, NOWHERE)


def test_cells_stay_the_text_of_the_file(tmp_path):
    lines = real_looking().decode().splitlines()
    cells = dict(zip(columns(), lines[1].split(","), strict=True))
    row = load({}, Path(tmp_path), NOWHERE).frame.iloc[0]
    assert row.to_dict() == cells
