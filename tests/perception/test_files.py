import os

import pytest

from perception.files import replace_file


def test_a_file_is_replaced_whole_and_has_the_usual_rights(tmp_path):
    path = tmp_path / "one"
    plain = tmp_path / "plain"
    plain.touch()
    for content in (b"first", b"second, longer", b""):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode == plain.stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["one", "plain"]


def test_what_can_not_be_replaced_stays_and_is_named(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        replace_file(folder, b"content")
    assert caught.value.filename == str(folder)
    assert os.listdir(tmp_path) == ["one"]
    with pytest.raises(FileNotFoundError) as absent:
        replace_file(tmp_path / "absent" / "one", b"content")
    assert absent.value.filename == str(tmp_path / "absent" / "one")
