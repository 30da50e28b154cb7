"""A picture is written whole or not at all, and nothing outside it is touched."""

import errno
import os
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import pytest
from tests.pictures.images import pixels

from spiral_monolith_neat_numpy.pictures import canvas
from spiral_monolith_neat_numpy.pictures.canvas import picture


def draw(path: Path, text: str = "text") -> bytes:
    with picture(path, 2.0, 1.0) as figure:
        axes = figure.add_subplot()
        axes.plot([0.0, 1.0], [1.0, 3.0])
        axes.set_title(text)
    return path.read_bytes()


def test_size_is_inches_times_150(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").shape == (150, 300, 3)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".PNG"])
def test_same_drawing_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    assert draw(tmp_path / f"a{suffix}") == draw(tmp_path / f"b{suffix}")


def test_users_style_neither_changes_the_picture_nor_is_changed(tmp_path: Path) -> None:
    plain = draw(tmp_path / "a.png")
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "lines.linewidth": 9}):
        assert draw(tmp_path / "b.png") == plain
        assert mpl.rcParams["axes.facecolor"] == "black"
        assert mpl.rcParams["font.size"] == 30


def test_dollar_sign_is_a_dollar(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", "from $3 to $5 and $\\frac")


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_letters_that_the_font_lacks_are_said_once_in_plain_words(
    tmp_path: Path,
    suffix: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Warnings are errors here: Matplotlib's own would end the drawing."""
    monkeypatch.setattr(canvas, "_said", set())
    for text in ("größe λ", "猫 und 犬", "犬", "ねこ"):
        draw(tmp_path / f"a{suffix}", text)
    assert [record.getMessage() for record in caplog.records] == [
        "the font of the pictures, DejaVu Sans, lacks letters such as 犬 猫: boxes stand for them"
    ]


def test_other_warnings_of_a_drawing_come_through(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="mine"), picture(tmp_path / "a.png", 2.0, 1.0):
        warnings.warn("mine", UserWarning, stacklevel=1)


def test_error_while_drawing_leaves_nothing_and_keeps_the_old_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    old = draw(path)
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), picture(path, 2.0, 1.0):
        _ = 1 / 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == old
    assert dict(mpl.rcParams) == before
    assert draw(path) == old  # the lock was given back


def test_error_while_writing_keeps_the_old_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    old = draw(path)

    def full(source: object, target: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        draw(path, "another")
    assert str(path) in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == old


def test_missing_directory_is_named_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no directory .*nowhere"):
        picture(tmp_path / "nowhere" / "a.png", 2.0, 1.0).__enter__()


def test_file_in_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="file is not a directory"):
        draw(tmp_path / "file" / "a.png")


def test_directory_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked through os.access: a test that runs as root may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="no permission to write in"):
        draw(tmp_path / "a.png")


def test_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"path must end in one of .png, .svg, .pdf, got '.*gif'"):
        draw(tmp_path / "a.gif")


def test_missing_matplotlib_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"need matplotlib.*spiral-monolith-neat-numpy\[neat\]"):
        draw(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
