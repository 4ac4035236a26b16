import base64
import stat

from scripts.compose_env import ROOT, filled, main


def test_every_name_gets_its_own_secret_of_32_bytes():
    example = (ROOT / ".env.example").read_text()
    values = dict(line.split("=", 1) for line in filled(example).splitlines() if not line.startswith("#"))
    assert values
    assert len(set(values.values())) == len(values)
    assert {len(base64.urlsafe_b64decode(value)) for value in values.values()} == {32}


def test_comments_and_given_values_stay():
    assert filled("# WORDS=\nPORT=8080\n") == "# WORDS=\nPORT=8080\n"


def test_the_file_is_private_and_never_overwritten(tmp_path, capsys):
    target = tmp_path / "env"
    assert main([str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    written = target.read_text()
    assert main([str(target)]) == 0
    assert target.read_text() == written
    assert capsys.readouterr().out.splitlines() == ["env written", "env is there already: kept"]
