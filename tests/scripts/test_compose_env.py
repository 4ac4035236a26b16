import base64
import re
import stat

from scripts.compose_env import ROOT, filled, main


def test_every_name_without_a_value_gets_its_own_secret_of_32_bytes():
    example = (ROOT / ".env.example").read_text()
    names = re.findall(r"^(\w+)=$", example, re.MULTILINE)
    values = dict(line.split("=", 1) for line in filled(example).splitlines() if not line.startswith("#") and line)
    assert names
    assert len({values[name] for name in names}) == len(names)
    assert {len(base64.urlsafe_b64decode(values[name])) for name in names} == {32}


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


def test_a_file_of_an_earlier_version_gets_the_secrets_that_it_lacks(tmp_path, capsys):
    target = tmp_path / "env"
    main([str(target)])
    lines = [line for line in target.read_text().splitlines() if not line.startswith("REDIS_PASSWORD")]
    target.write_text("\n".join(lines))
    assert main([str(target)]) == 0
    *kept, added = target.read_text().splitlines()
    assert kept == lines
    assert re.fullmatch(r"REDIS_PASSWORD=.{43}=", added)
    assert capsys.readouterr().out.splitlines()[-1] == "env is there already: kept, with REDIS_PASSWORD added"
