"""`slaclock policy packs`, and `pack:NAME` where a file is meant."""

import pytest

from service.rules.packs import PACKS
from tests.cli.calling import asked, call, called


def test_the_packs_in_a_table():
    lines = called("policy", "packs").splitlines()

    assert lines[0].split() == ["pack", "on", "off", "for"]
    assert [line.split()[0] for line in lines[2:]] == ["cable-network", "appliance-maker", "mobile-operator"]


def test_the_packs_as_json():
    told = {each["pack"]: each for each in asked("policy", "packs")}

    assert told.keys() == PACKS.keys()
    for each in told.values():
        assert set(each) == {"pack", "about", "on", "off", "files"}
        assert {"policy.yaml", "histories.yaml"} <= set(each["files"])
        shown = asked("policy", "show", f"pack:{each['pack']}")["targets"]
        assert (each["on"], each["off"]) == (
            sum(target["on"] for target in shown),
            sum(not target["on"] for target in shown),
        )


@pytest.mark.parametrize("name", PACKS)
def test_a_copy_stands_by_itself(tmp_path, name: str):
    folder = tmp_path / "new" / "rules"
    told = called("policy", "packs", name, "--to", folder).splitlines()

    assert told == [str(folder / path.name) for path in PACKS[name].files]
    assert all((folder / path.name).read_bytes() == path.read_bytes() for path in PACKS[name].files)
    called("policy", "check", folder / "policy.yaml")
    called("policy", "test", *(folder / path.name for path in PACKS[name].histories))


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "policy.yaml").write_text("mine", encoding="utf-8")
    result = call("policy", "packs", "mobile-operator", "--to", tmp_path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"there is already {tmp_path / 'policy.yaml'}" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["policy.yaml"]
    assert (tmp_path / "policy.yaml").read_text(encoding="utf-8") == "mine"


def test_a_copy_as_json(tmp_path):
    told = asked("policy", "packs", "mobile-operator", "--to", tmp_path)

    assert told["pack"] == "mobile-operator"
    assert told["files"] == sorted(str(path) for path in tmp_path.iterdir())


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = call("policy", "packs", "mobile-operator", "--to", tmp_path / "file" / "below")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["cabel-network", "--to", "x"], "there is no pack `cabel-network`: there are cable-network"),
        (["cable-network"], "say where the files are to be copied"),
        (["--to", "x"], "say which pack is to be copied"),
    ],
)
def test_what_is_meant_has_to_be_said(tmp_path, monkeypatch, arguments: list[str], words: str):
    monkeypatch.chdir(tmp_path)
    result = call("policy", "packs", *arguments)

    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert words in result.stderr


def test_a_pack_stands_for_its_policy():
    assert called("policy", "check", "pack:cable-network").startswith(str(PACKS["cable-network"].policy))
    office = "pack:mobile-operator/policy.yaml"
    assert asked("policy", "check", office) == asked("policy", "check", "pack:mobile-operator")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("pack:cable-netwrk", "there is no pack `cable-netwrk`: did you mean `cable-network`?"),
        ("pack:x", "there is no pack `x`: there are cable-network, appliance-maker, mobile-operator"),
        ("pack:", "there is no pack ``"),
        ("pack:cable-network/nothing.yaml", "does not exist"),
        ("nothing.yaml", "does not exist"),
    ],
)
@pytest.mark.parametrize("command", ["check", "test", "show"])
def test_a_pack_or_file_that_is_not_there(command: str, place: str, words: str):
    result = call("policy", command, place)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in " ".join(result.stderr.split())
