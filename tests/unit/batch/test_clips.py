"""Which clips are meant, and that no password is ever shown."""

import os

import fsspec
import pytest

from formcheck.batch import remote_clips
from formcheck.batch.clips import find_clips
from formcheck.batch.locations import without_secrets
from formcheck.batch.remote_clips import url_of
from formcheck.errors import InputError


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"clip")


def names(sources, root):
    return [os.path.relpath(clip.location, root) for clip in find_clips([str(source) for source in sources])]


def test_a_folder_is_searched_for_what_is_called_like_a_video(tmp_path):
    make(tmp_path, "b.MP4", "a/c.mov", "a/notes.md", ".hidden.mp4", ".trash/x.mp4", "angles.csv", "a/annotated.mp4")
    make(tmp_path, "x.formcheck/annotated.mp4", "x.formcheck/angles.csv")
    assert names([tmp_path], tmp_path) == ["a/annotated.mp4", "a/c.mov", "b.MP4"]


def test_a_list_names_clips_folders_and_patterns_beside_itself(tmp_path, monkeypatch):
    make(tmp_path, "study/1.mp4", "study/sub/2.mp4", "study/sub/3.avi", "study/odd.name")
    (tmp_path / "study" / "list.txt").write_text("\ufeff# week one\n\n1.mp4\nsub/*.mp4\nodd.name\ngone.mp4\n1.mp4\n")
    monkeypatch.chdir("/")
    clips = list(find_clips([str(tmp_path / "study" / "list.txt")]))
    assert [clip.name for clip in clips] == ["1.mp4", "gone.mp4", "odd.name", "2.mp4"]
    assert [bool(clip.problem) for clip in clips] == [False, True, False, False]
    assert clips[1].problem.startswith("no such file")


def test_patterns_and_plain_files_in_any_mixture_count_once(tmp_path):
    make(tmp_path, "a/1.mp4", "b/1.mp4", "b/[x].mp4")
    sources = [tmp_path / "**" / "1.mp4", tmp_path / "b", tmp_path / "b" / "[x].mp4", f"file://{tmp_path}/a/1.mp4"]
    assert names(sources, tmp_path) == ["a/1.mp4", "b/1.mp4", "b/[x].mp4"]


def test_brackets_in_the_name_of_a_folder_are_its_name(tmp_path):
    make(tmp_path, "week [1]/a.mp4", "week [1]/b [x].mp4", "week 1/c.mp4")
    assert names([tmp_path / "week [1]" / "*.mp4"], tmp_path) == ["week [1]/a.mp4", "week [1]/b [x].mp4"]
    assert names([tmp_path / "week [1]"], tmp_path) == ["week [1]/a.mp4", "week [1]/b [x].mp4"]


def test_brackets_that_match_nothing_are_explained(tmp_path):
    make(tmp_path, "b [x].mp4")
    with pytest.raises(InputError, match="bracket"):
        find_clips([str(tmp_path / "b [x]*")])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_what_is_not_a_file_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    make(tmp_path, "a.mp4")
    _, pipe = find_clips([str(tmp_path)])
    assert "expected a video file" in pipe.problem


def test_clips_come_in_the_order_of_their_whole_paths(tmp_path):
    make(tmp_path, "a/1.mp4", "a b/1.mp4", "a.mp4", "a/b/2.mp4", "a/b.mp4", "z/1.mp4", "B.mp4")
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    found = names([tmp_path / "z", tmp_path, tmp_path / "a.mp4"], tmp_path)
    assert found == sorted(found)
    assert len(found) == 7


def test_a_folder_is_gone_through_while_clips_are_taken(tmp_path):
    make(tmp_path, "a/1.mp4", "b/1.mp4")
    clips = find_clips([str(tmp_path)])
    assert next(clips).name == "1.mp4"
    make(tmp_path, "b/2.mp4")
    assert [clip.name for clip in clips] == ["1.mp4", "2.mp4"]


class PagedStore:
    """What s3fs offers, over names that are listed three at a time; it counts the pages that were asked for."""

    def __init__(self, keys):
        self.keys, self.pages = sorted(keys), 0

    def split_path(self, path):
        bucket, _, key = path.partition("/")
        return bucket, key, None

    def call_s3(self, method, *, Bucket, Prefix, ContinuationToken="0"):  # noqa: N803 - as S3 calls them
        assert method == "list_objects_v2"
        self.pages += 1
        start = int(ContinuationToken)
        keys = [key for key in self.keys if key.startswith(Prefix)]
        page = {"Contents": [{"Key": key, "Size": 4, "ETag": f'"{key}"'} for key in keys[start : start + 3]]}
        more = start + 3 < len(keys)
        return {**page, "IsTruncated": more, "NextContinuationToken": str(start + 3) if more else None}

    def info(self, path):
        raise FileNotFoundError

    @staticmethod
    def _strip_protocol(url):
        return url.partition("://")[2]


@pytest.fixture
def store(monkeypatch):
    fs = PagedStore(
        [*(f"clips/{i:03}.mp4" for i in range(9)), "clips/x/.y/1.mp4", "clips/x/", "clips2/1.mp4"]
        + [f"clips/r/{name}" for name in ("angles.csv", "annotated.mp4", "animated.mp4", "anew/annotated.mp4")]
    )
    monkeypatch.setattr(remote_clips, "file_system", lambda url: (fs, url.partition("://")[2]))
    return fs


def test_a_store_is_listed_by_pages(store):
    clips = find_clips(["s3://study/clips"])
    assert store.pages == 1
    assert [next(clips).name for _ in range(3)] == ["000.mp4", "001.mp4", "002.mp4"]
    assert store.pages <= 2
    rest = list(clips)
    assert [clip.location.removeprefix("s3://study/clips/") for clip in rest] == [
        *(f"{i:03}.mp4" for i in range(3, 9)),
        "r/anew/annotated.mp4",
        "r/animated.mp4",
    ]
    assert rest[0].stamp == '"clips/003.mp4"'


def test_a_name_that_a_store_does_not_have(store):
    with pytest.raises(InputError, match="no such file"):
        find_clips(["s3://study/nothing"])


@pytest.mark.parametrize("source", ["nothing.mp4", "*.mp4", ".", "nothing.txt"])
def test_nothing_there_is_said(tmp_path, monkeypatch, source):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no such file|found none|cannot be read"):
        find_clips([source])


def test_remote_folders_lists_and_patterns():
    fs = fsspec.filesystem("memory")
    for name in ("/study/a/1.mp4", "/study/a/.x/2.mp4", "/study/b/3.mov", "/study/notes.md"):
        fs.pipe_file(name, b"clip")
    fs.pipe_file("/study/results/annotated.mp4", b"")
    fs.pipe_file("/study/results/angles.csv", b"")
    fs.pipe_file("/study/list.txt", b"a/1.mp4\nmemory://study/b/3.mov\ngone.mp4\n")
    try:
        assert [c.display_path for c in find_clips(["memory://study"])] == [
            "memory://study/a/1.mp4",
            "memory://study/b/3.mov",
        ]
        assert [c.name for c in find_clips(["memory://study/*/*.mov"])] == ["3.mov"]
        listed = list(find_clips(["memory://study/list.txt"]))
        assert [(c.name, bool(c.problem)) for c in listed] == [("1.mp4", False), ("3.mov", False), ("gone.mp4", True)]
        assert listed[0].size_bytes == 4
    finally:
        fs.rm("/study", recursive=True)


class HostInPath:
    @staticmethod
    def _strip_protocol(url):
        return url.partition("://")[2]


class HostApart:
    @staticmethod
    def _strip_protocol(url):
        return "/" + url.partition("://")[2].partition("/")[2]


def test_urls_keep_their_host_and_password():
    assert url_of("bucket/a/1.mp4", "s3://bucket/a", HostInPath) == "s3://bucket/a/1.mp4"
    assert url_of("/home/1.mp4", "sftp://me:pw@home/home", HostApart) == "sftp://me:pw@home/home/1.mp4"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sftp://me:p@ss@host/a b.mp4", "sftp://host/a b.mp4"),
        ("https://host/a.mp4?X-Amz-Signature=abc&x=1", "https://host/a.mp4"),
        ("cannot reach ftp://u:p@h/x: refused", "cannot reach ftp://h/x: refused"),
        ("/home/me@work/a?b=1.mp4", "/home/me@work/a?b=1.mp4"),
        ("s3://bucket/key", "s3://bucket/key"),
    ],
)
def test_no_password_is_shown(text, shown):
    assert without_secrets(text) == shown
