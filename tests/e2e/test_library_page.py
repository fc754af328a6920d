"""The library in a real browser: files are uploaded, also on from where they stopped, read live, and deleted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.browser import TEST_S, WAIT_S, faults, require_dashboard, violations, visit_again
from tests.live_server import LiveServer, wait_for
from tests.unit.academy.reader.recordings import made

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

TEXT = """# Replay attacks

A **nonce** is a number that is used once. A **replay attack** is an attack in which a captured message is sent again;
it requires a message.

## Session tokens

A **session token** is a nonce that names a session. A session token is based on a nonce.

    GET /account HTTP/1.1
"""
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def choose(page: Page, *files: Path) -> None:
    page.get_by_label("Files to upload").set_input_files(files)


def test_a_text_is_uploaded_read_and_leads_to_the_graph(
    context: BrowserContext, server: LiveServer, tmp_path: Path
) -> None:
    text, program = tmp_path / "replay.md", tmp_path / "tool.exe"
    text.write_text(TEXT)
    program.write_bytes(b"MZ")
    page = context.new_page()
    page.goto("/library")
    expect(page.get_by_role("heading", name="The library is empty")).to_be_visible()
    assert violations(page) == []
    choose(page, text, program)
    sent = page.get_by_role("list", name="Uploads")
    expect(sent.get_by_text("Arrived")).to_be_visible()
    expect(sent.get_by_role("alert")).to_contain_text("This type is not taken")
    row = page.get_by_role("list", name="Media").get_by_role("listitem")
    expect(row).to_contain_text("Read", timeout=WAIT_S * 1_000)
    expect(row).to_contain_text("concepts")
    assert violations(page) == []
    row.get_by_role("link", name="Replay attacks").click()
    passages = page.get_by_role("list", name="Passages")
    expect(passages.get_by_text("line 3")).to_be_visible()
    expect(passages).to_contain_text("a captured message is sent again")
    expect(page.get_by_role("list", name="Steps").get_by_role("listitem")).to_have_count(4)
    expect(page.get_by_role("list", name="Concepts").get_by_text("only here").first).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_text() == TEXT
    page.get_by_role("list", name="Concepts").get_by_role("link", name="nonce", exact=True).click()
    expect(page.get_by_role("heading", name="nonce")).to_be_visible()
    page.close()


def test_an_upload_goes_on_after_a_reload_where_it_stopped(
    context: BrowserContext, server: LiveServer, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * (5 * MIB // 256))
    page = context.new_page()
    is_reloaded = False
    again: list[str] = []

    def stop_after_the_first(route: Route) -> None:
        if route.request.method == "PATCH":
            offset = route.request.headers["upload-offset"]
            if is_reloaded:
                again.append(offset)
            elif offset != "0":
                return  # it never comes to an end
        route.continue_()

    page.route("**/media/uploads/*", stop_after_the_first)
    page.goto("/library")
    choose(page, scan)
    expect(page.get_by_role("list", name="Uploads")).to_contain_text("2.0 MiB of 5.0 MiB")
    page.reload()
    is_reloaded = True
    stopped = page.get_by_role("list", name="Stopped on their way")
    expect(stopped).to_contain_text("Choose the same file again, and it goes on there.")
    assert violations(page) == []
    choose(page, scan)
    expect(page.get_by_role("list", name="Uploads").get_by_text("Arrived")).to_be_visible()
    expect(stopped).to_be_hidden()
    assert again == [str(2 * MIB), str(4 * MIB)]
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="scan.pdf")).last
    expect(row).to_contain_text("Cannot be read")
    page.close()


def test_no_fault_on_a_phone(context: BrowserContext, server: LiveServer) -> None:
    with server.client() as client:
        read = client.get("/api/v2/media?name=replay.md").json()["items"][0]["id"]
    visitor = visit_again(context, server, width=390)
    page = visitor.new_page()
    for path, name in (("/library", "Media"), (f"/library/{read}", "Passages")):
        page.goto(path)
        expect(page.get_by_role("list", name=name).get_by_role("listitem").first).to_be_visible()
        assert faults(page, widths=(390,)) == [], path
    visitor.close()


def test_a_medium_is_deleted_with_what_only_it_said(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/library")
    page.get_by_role("link", name="Replay attacks").click()
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete replay.md?")
    expect(dialog).to_contain_text("that nothing else states")
    assert violations(page) == []
    dialog.get_by_role("button", name="Delete it").click()
    page.wait_for_url("**/library")
    expect(page.get_by_role("link", name="Replay attacks")).to_be_hidden()
    with server.client() as client:
        wait_for(lambda: client.get("/api/v2/concepts?q=nonce").json()["items"] == [], WAIT_S)
    page.close()


def test_captions_beside_a_recording_are_its_text(context: BrowserContext, server: LiveServer, tmp_path: Path) -> None:
    film, captions = tmp_path / "talk.webm", tmp_path / "talk.en.vtt"
    film.write_bytes(made.webm())
    captions.write_text("WEBVTT\n\n00:01.000 --> 00:05.000\nA **golden ticket** is a forged ticket of Kerberos.\n")
    page = context.new_page()
    page.goto("/library")
    choose(page, film)
    row = page.get_by_role("list", name="Media").get_by_role("listitem").filter(has_text="talk.webm")
    expect(row).to_contain_text("Read", timeout=WAIT_S * 1_000)
    expect(row).to_contain_text("01:01")
    row.get_by_role("link").click()
    expect(page.get_by_text("Upload them as talk.vtt")).to_be_visible()
    other = context.new_page()
    other.goto("/library")
    choose(other, captions)
    # The page of the recording hears of it and shows what is said.
    expect(page.get_by_role("list", name="Passages")).to_contain_text("golden ticket", timeout=WAIT_S * 1_000)
    expect(page.get_by_role("list", name="Concepts")).to_contain_text("Golden Ticket", timeout=WAIT_S * 1_000)
    expect(page.get_by_role("button", name="00:01")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="talk.en.vtt").click()
    expect(page.get_by_role("link", name="talk.webm")).to_be_visible()
    other.close()
    page.close()
