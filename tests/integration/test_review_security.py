"""Attacks on the review's server, each tried and refused. docs/review.md says who is kept out and how."""

import json
import socket
from contextlib import suppress
from http.client import HTTPConnection

import pytest

from formcheck.review import uploads
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.server.serving import Address
from reviewed import Client, make_analysed, make_clip, serving
from synth import Move

SECRET = b"a letter that was not opened"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    (folder / "secret.txt").write_bytes(SECRET)
    (folder / "opened").mkdir()
    (folder / "opened" / "secret.txt").write_bytes(SECRET)
    make_analysed(folder / "opened", "clip.mp4", moves=(Move(),))
    return folder / "opened"


@pytest.fixture(scope="module")
def served(folder):
    with serving(FileLibrary(folder, AvailableProtocols())) as client:
        yield client


@pytest.fixture
def key(served):
    return served.get("/api/items")["items"][0]["id"]


READ = ("/", "/static/colours.css", "/api/state", "/api/items", "/api/jobs")


@pytest.mark.parametrize("path", READ)
def test_without_the_cookie_nothing_is_told(served, path):
    for cookie in ("none=1", f"formcheck_review_{served.address.port}=guess", "\x7f;=;", "a" * 5000):
        status, _, data = served.raw("GET", path, cookie=cookie)
        assert (status, data) == (403, b"Open the whole address that formcheck printed, with its token.\n")


def test_a_wrong_token_does_not_let_in(served):
    token = served.address.token
    for wrong in ("", "x", token[:-1], token + "x", token.upper(), "%00", "%C3%A9", "%ED%A0%80"):
        status, headers, _ = served.raw("GET", f"/?token={wrong}", cookie="")
        assert status == 403
        assert "set-cookie" not in headers


def test_the_right_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_cannot_use(served):
    status, headers, _ = served.raw("GET", f"/?token={served.address.token}", cookie="")
    assert (status, headers["location"]) == (303, "/")
    assert served.address.token not in headers["set-cookie"]
    attributes = {part.strip().lower() for part in headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes


def test_two_reviews_at_once_do_not_take_each_others_cookie(served, tmp_path):
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as other:
        assert other.cookie.partition("=")[0] != served.cookie.partition("=")[0]
        both = f"{served.cookie}; {other.cookie}"
        assert served.raw("GET", "/api/state", cookie=both)[0] == other.raw("GET", "/api/state", cookie=both)[0] == 200
        assert served.raw("GET", "/api/state", cookie=other.cookie)[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "10.0.0.1:{port}", ""]
)
def test_under_a_foreign_name_nothing_is_told(served, host):
    """DNS rebinding: a page's own name is pointed at this machine."""
    status, _, data = served.raw("GET", "/api/items", host=host.format(port=served.address.port) or "\t")
    assert status in (400, 421)
    assert b"clip.mp4" not in data
    token = served.raw("GET", f"/?token={served.address.token}", host="evil.example", cookie="")
    assert (token[0], "set-cookie" in token[1]) == (421, False)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_under_its_own_names_it_answers(served, name):
    assert served.raw("GET", "/api/state", host=f"{name}:{served.address.port}")[0] == 200


def test_listening_everywhere_it_answers_to_addresses_and_not_to_names(tmp_path):
    with serving(FileLibrary(tmp_path, AvailableProtocols()), host="0.0.0.0") as client:
        port = client.address.port
        assert client.raw("GET", "/api/state", host=f"192.168.1.7:{port}")[0] == 200
        assert client.raw("GET", "/api/state", host=f"evil.example:{port}")[0] == 421


def attempts(key):
    yield "PUT", f"/api/items/{key}/review", b'{"revision": 0, "review": {"summary_note": "owned"}}'
    yield "DELETE", f"/api/items/{key}/review", None
    yield "POST", f"/api/items/{key}/analyse?side=right", None
    yield "POST", "/api/uploads?name=a.mp4", b"x"
    yield "DELETE", "/api/jobs/x", None


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost:{port}", None]
)
def test_another_sites_page_changes_nothing(served, folder, key, origin):
    given = origin.format(port=served.address.port) if origin else None
    for method, path, body in attempts(key):
        status, _, _ = served.raw(method, path, body, origin=given)
        assert status == 403, (method, path)
    assert not (folder / "clip.review.json").exists()


def test_a_form_of_another_site_changes_nothing(served, folder, key):
    """What a page may send without asking first cannot carry the header."""
    for method, path, body in attempts(key):
        assert served.raw(method, path, body, marked=False)[0] == 403
    assert not (folder / "clip.review.json").exists()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_reads_nothing(served, key, site):
    """A page on another port of this machine is 'same site': its requests carry the cookie."""
    for path in ("/api/items", f"/api/items/{key}/video", f"/api/items/{key}/report.html"):
        assert served.raw("GET", path, headers={"Sec-Fetch-Site": site})[0] == 403
    assert served.raw("GET", "/api/items", headers={"Sec-Fetch-Site": "same-origin"})[0] == 200


TRAVERSALS = (
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "..%5csecret.txt", "....//secret.txt",
    "%252e%252e%252fsecret.txt", "/etc/passwd", "%2fetc%2fpasswd", "..%00/secret.txt", "secret.txt", "clip.mp4",
    "clip.review.json",
)  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_path_of_a_request_reaches_the_disk(served, name):
    places = (
        f"/static/{name}", f"/{name}", f"/api/items/{name}", f"/api/items/{name}/video", f"/api/items/{name}/frame?t=0",
        f"/api/items/{name}/track.bin", f"/api/items/{name}/report.html", f"/api/items/{name}/review.json",
    )  # fmt: skip
    for path in places:
        status, _, data = served.raw("GET", path)
        assert status in (404, 405), path
        assert SECRET not in data
        assert b"root:" not in data


def test_the_python_of_the_server_is_no_asset(served):
    for name in ("../app.py", "app.py", "index.html/../../app.py", "../templates/summary.html.j2", "__init__.py"):
        assert served.raw("GET", f"/static/{name}")[0] == 404


def test_every_answer_carries_the_policy(served, key):
    for path in (
        "/api/state",
        "/static/colours.css",
        "/nothing",
        f"/api/items/{key}/frame?t=0",
        f"/api/items/{key}/video",
    ):
        headers = served.raw("GET", path)[1]
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    assert served.raw("GET", "/api/state", cookie="x")[1]["x-content-type-options"] == "nosniff"


def test_a_page_that_is_exported_can_ask_the_server_for_nothing(served, key):
    policy = served.raw("GET", f"/api/items/{key}/report.html")[1]["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts allow-modals" in policy
    assert "connect-src" not in policy
    assert "allow-same-origin" not in policy


def test_an_oversized_upload_is_refused_before_its_bytes(served, folder):
    connection = HTTPConnection("127.0.0.1", served.address.port, timeout=10)
    connection.putrequest("POST", "/api/uploads?name=big.mp4", skip_host=True)
    for name, value in {
        "Host": served.own, "Cookie": served.cookie, "Origin": f"http://{served.own}", "X-Formcheck": "1",
        "Content-Length": str(uploads.MAX_BYTES + 1),
    }.items():  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    assert not list(folder.glob(".upload-*"))


def test_an_upload_that_lies_about_its_length_is_cut_off(served, folder, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 100_000)
    with socket.create_connection(("127.0.0.1", served.address.port), timeout=10) as wire:
        head = (
            f"POST /api/uploads?name=big.mp4 HTTP/1.1\r\nHost: {served.own}\r\nCookie: {served.cookie}\r\n"
            f"Origin: http://{served.own}\r\nX-Formcheck: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        wire.sendall(head.encode())
        piece = b"\x00\x00\x00\x18ftypmp42" + bytes(20_000 - 12)
        # The server closes its ear, as it should.
        with suppress(OSError):
            for _ in range(50):
                wire.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        answer = wire.recv(100)
    assert answer.startswith(b"HTTP/1.1 413")
    assert not list(folder.glob(".upload-*"))
    assert not (folder / "big.mp4").exists()


@pytest.mark.parametrize(
    "name", ["../../evil.mp4", "..%2F..%2Fevil.mp4", "/tmp/evil.mp4", "evil.sh", "evil.html", "", ".mp4"]
)
def test_a_wrong_upload_leaves_nothing(served, folder, name):
    before = {path.name for path in folder.rglob("*")}
    status, _, data = served.raw("POST", f"/api/uploads?name={name}", b"<script>alert(1)</script>" * 20)
    assert status == 415, data
    assert {path.name for path in folder.rglob("*")} == before
    assert not (folder.parent / "evil.mp4").exists()


def test_a_review_of_many_megabytes_is_refused(served, key):
    body = b'{"revision": 0, "review": {"summary_note": "' + b"x" * 3_000_000 + b'"}}'
    try:
        status = served.raw("PUT", f"/api/items/{key}/review", body)[0]
    except ConnectionError:
        return  # refused while it was still being sent
    assert status == 413


def test_where_one_clip_was_opened_nothing_can_be_dropped(tmp_path):
    clip = make_analysed(tmp_path, moves=(Move(),))
    make_clip(tmp_path / "other.mp4", moves=(Move(),))
    with serving(FileLibrary(tmp_path, AvailableProtocols(), only=clip)) as client:
        assert [line["name"] for line in client.get("/api/items")["items"]] == ["clip.mp4"]
        assert client.get("/api/state")["can_upload"] is False
        assert client.json("POST", "/api/uploads?name=a.mp4", b"x", status=422)["error"]


def test_a_client_without_a_cookie_is_told_where_to_begin(served):
    stranger = Client(Address("127.0.0.1", served.address.port, "wrong"))
    assert stranger.cookie == ""
    assert stranger.raw("GET", "/")[0] == 403


@pytest.mark.parametrize("name", ["{outside}", "../outside/secret.mp4", "..", "secret.txt", "link.mp4"])
def test_a_strangers_results_cannot_name_a_clip_elsewhere(tmp_path, name):
    outside = make_clip(tmp_path / "secret.mp4", moves=(Move(),))
    clip = make_analysed(tmp_path / "opened", moves=(Move(),))
    (tmp_path / "opened" / "secret.txt").write_bytes(SECRET)
    (tmp_path / "opened" / "link.mp4").symlink_to(outside)
    results = tmp_path / "opened" / "clip.formcheck"
    document = json.loads((results / "session.json").read_text())
    document["clip"]["name"] = name.format(outside=outside)
    (results / "session.json").write_text(json.dumps(document))
    clip.unlink()
    with serving(FileLibrary(results.parent, AvailableProtocols(), only=results)) as client:
        (line,) = client.get("/api/items")["items"]
        assert line["has_video"] is False
        assert client.raw("GET", f"/api/items/{line['id']}/video")[0] == 404


def test_a_clip_that_is_not_the_one_that_was_analysed_is_not_served(tmp_path):
    clip = make_analysed(tmp_path, moves=(Move(),))
    with clip.open("ab") as file:
        file.write(b"\x00\x00\x00\x08free")
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        key = client.get("/api/items")["items"][0]["id"]
        assert client.raw("GET", f"/api/items/{key}/video")[0] == 422


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: ", b"PUT / HTTP/1.1\r\nContent-Length: 9"])
def test_a_connection_that_says_nothing_more_is_closed(folder, monkeypatch, sent):
    monkeypatch.setattr("formcheck.server.serving._SILENT_S", 0.2)
    with serving(FileLibrary(folder, AvailableProtocols())) as client:
        with socket.create_connection((client.address.host, client.address.port), timeout=20) as half_open:
            half_open.sendall(sent)
            assert half_open.recv(100) == b""
        assert client.get("/api/items")["items"]
