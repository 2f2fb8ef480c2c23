"""The page is served from this computer, with Solara's settings in place before Solara is imported."""

import os
import socket
import subprocess
import sys

import pytest

from resilience.app import serve
from resilience.app.serve import ECHARTS, assets_folder, listen, prepare, settings


def in_a_new_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_the_assets_are_where_the_package_put_them():
    folder = assets_folder()
    assert (folder / ECHARTS).is_file()
    assert (folder / "requirejs@2.3.6" / "require.js").is_file()


def test_missing_assets_are_said_with_the_remedy(monkeypatch):
    monkeypatch.setattr(serve.metadata, "files", lambda _: None)
    with pytest.raises(FileNotFoundError, match=r'pip install "care-market-resilience\[app\]"'):
        assets_folder()


def test_nothing_is_told_to_anybody_and_nothing_advertised():
    chosen = settings()
    assert chosen["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert chosen["SOLARA_THEME_SHOW_BANNER"] == "False"
    assert chosen["SOLARA_MODE"] == "production"
    assert chosen["SOLARA_ASSETS_PROXY_CACHE_DIR"] == str(assets_folder())


def test_solara_takes_the_settings_because_it_is_imported_after_them():
    printed = in_a_new_process(
        "import sys, resilience.app as app, resilience.app.serve as serve\n"
        "assert 'solara' not in sys.modules\n"
        "serve.asgi()\n"
        "from solara.server import settings\n"
        "print(settings.telemetry.mixpanel_enable, settings.theme.show_banner, settings.main.mode,\n"
        "      settings.assets.proxy_cache_dir == serve.assets_folder(), settings.kernel.cull_timeout)"
    )
    assert printed.splitlines()[-1] == "False False production True 30m"


@pytest.mark.parametrize("missing", serve.PACKAGES)
def test_a_missing_package_is_named(monkeypatch, missing):
    monkeypatch.setattr(serve, "find_spec", lambda package: None if package == missing else object())
    with pytest.raises(ModuleNotFoundError) as raised:
        prepare()
    assert raised.value.name == missing


def test_files_of_others_come_from_their_folder_or_not_at_all(monkeypatch):
    monkeypatch.setattr(os, "environ", dict(os.environ))
    route = serve.asgi().routes[0]
    assert (route.path, str(route.app.directory)) == ("/_solara/cdn", str(assets_folder()))


def test_port_0_takes_a_free_one_the_same_for_every_address():
    sockets = listen("localhost", 0)
    try:
        ports = {listening.getsockname()[1] for listening in sockets}
        assert len(ports) == 1
        assert ports.pop() > 0
    finally:
        for listening in sockets:
            listening.close()


def test_a_port_in_use_is_said_with_the_remedy(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as left:
        listen("127.0.0.1", taken.getsockname()[1])
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert f"port {taken_port(said)}" in said
    assert "Choose another with --port; 0 takes a free one." in said


def taken_port(said: str) -> str:
    return said.partition("port ")[2].partition(":")[0]


def test_an_unknown_host_is_said(capsys):
    with pytest.raises(SystemExit):
        listen("no such host.invalid", 0)
    assert "cannot listen on no such host.invalid" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "http://localhost:81"),
        ("127.0.0.1", "http://127.0.0.1:81"),
        ("::1", "http://[::1]:81"),
        ("0.0.0.0", "http://localhost:81"),
    ],
)
def test_the_address_is_said_and_opened(monkeypatch, capsys, host, address):
    opened = []
    monkeypatch.setattr(serve.webbrowser, "open", opened.append)
    serve._greet(host, 81, open_browser=True)
    assert opened == [address]
    said = capsys.readouterr().out
    assert f"The app is at {address} " in said
    assert ("Others on this network" in said) == (host == "0.0.0.0")


def test_no_browser_is_opened_when_none_is_wanted(monkeypatch):
    monkeypatch.setattr(serve.webbrowser, "open", pytest.fail)
    serve._greet("localhost", 81, open_browser=False)
