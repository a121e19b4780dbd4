from pathlib import Path

import pytest

from export.media import MediaError, MediaFolder, rewrite, static_names


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    media = tmp_path / "media"
    (media / "sub").mkdir(parents=True)
    (media / "cat.PNG").write_bytes(b"cat")
    (media / "my cat é.png").write_bytes(b"cat")
    (media / "sub/dog.mp3").write_bytes(b"dog")
    (tmp_path / "secret").write_bytes(b"secret")
    (media / "link.png").symlink_to(tmp_path / "secret")
    (media / "loop.png").symlink_to(media / "loop.png")
    return media


def names_in(text: str) -> list[str]:
    found: list[str] = []
    rewrite(text, lambda name: found.append(name) or name)  # type: ignore[func-returns-value]
    return found


def test_every_kind_of_reference_is_found_decoded() -> None:
    """Pictures, sounds and films are found whatever the quotes, with HTML's escapes undone."""
    text = """<p>a < b</p><img alt="x" src="a&amp;b.png"><IMG SRC='c.png'><img src=d.png>
    [sound:e.mp3]<audio src="f.ogg"></audio><video><source src="g.mp4"></video><object data="h.svg"></object>"""
    assert names_in(text) == ["a&b.png", "c.png", "d.png", "f.ogg", "g.mp4", "h.svg", "e.mp3"]


def test_links_to_the_web_and_plain_text_are_left_alone() -> None:
    """What is no file of ours is neither looked for nor changed."""
    text = '<img src="https://a/b.png"><img src="//a/b.png"><img src="data:image/png;base64,x"><a src="y">'
    assert names_in(text) == []
    assert rewrite(text, str.upper) == text


def test_a_reference_is_rewritten_in_place() -> None:
    """Only the name changes; text before, after and around stays, byte for byte."""
    text = '<img  src = "a.png" alt="a.png">a.png[sound:a.png]'
    assert rewrite(text, lambda _: 'n"<') == '<img  src = "n&quot;&lt;" alt="a.png">a.png[sound:n&quot;&lt;]'


@pytest.mark.parametrize("opening", ["<img ", "[sound:", '<img src="', "<img src='x' "])
def test_a_row_of_openings_takes_no_time(opening: str) -> None:
    """Text made to slow the search down is searched once, not once for each opening."""
    assert rewrite(opening * 50_000, str) == opening * 50_000


def test_a_file_is_named_by_its_bytes(folder: Path) -> None:
    """Equal bytes share a name; the name is ASCII and keeps the ending."""
    media = MediaFolder(folder)
    name = media.by_content("cat.PNG")
    assert name == "srs-77af778b51abd4a3c51c5ddd.png"
    assert media.by_content("my%20cat%20%C3%A9.png") == name
    assert media.by_content("sub/dog.mp3").endswith(".mp3")
    assert sorted(media.files) == sorted({name, media.by_content("sub/dog.mp3")})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../secret", "leads out of the media folder"),
        ("sub/../../secret", "leads out of the media folder"),
        ("%2e%2e/secret", "leads out of the media folder"),
        ("..\\secret", "leads out of the media folder"),
        ("/etc/passwd", "leads out of the media folder"),
        ("C:\\secret", "leads out of the media folder"),
        ("file:///etc/passwd", "leads out of the media folder"),
        ("link.png", "the link leads out of the media folder"),
        ("loop.png", "there is no file"),
        ("sub", "there is no file"),
        ("a\0b", "there is no file"),
        ("x" * 5000, "there is no file"),
        ("none.png", "there is no file 'none.png' in the media folder"),
    ],
)
def test_nothing_outside_the_folder_is_read(folder: Path, name: str, words: str) -> None:
    """Parents, absolute paths, links that lead out and things that are no files are refused in words."""
    media = MediaFolder(folder)
    with pytest.raises(MediaError, match=words):
        media.by_content(name)
    assert media.files == {}


def test_foreign_media_keep_their_names(folder: Path) -> None:
    """A file that came from Anki goes back under the name it came with."""
    media = MediaFolder(folder)
    assert media.by_name("my cat é.png") == "my cat é.png"
    assert list(media.files) == ["my cat é.png"]
    with pytest.raises(MediaError, match="without subfolders"):
        media.by_name("sub/dog.mp3")


def test_static_files_of_a_style_are_found() -> None:
    """Fonts and scripts with a leading underscore are found in styles and templates."""
    assert static_names("src: url('_f.ttf'); url(_g.woff) <script src=\"_h.js\"> a_b <img src=_i.png>") == {
        "_f.ttf",
        "_g.woff",
        "_h.js",
        "_i.png",
    }


def test_a_name_of_the_package_leads_back_to_its_file(folder: Path) -> None:
    """What Anki calls a picture is told as the name that the file has here; what never went out is unknown."""
    media = MediaFolder(folder)
    (folder / "bird.gif").write_bytes(b"bird")
    names = [media.by_content("my%20cat%20%C3%A9.png"), media.by_content("./sub//dog.mp3"), media.by_name("bird.gif")]
    assert [media.origin(name) for name in names] == ["my cat é.png", "sub/dog.mp3", "bird.gif"]
    assert media.origin("srs-0.png") is None
