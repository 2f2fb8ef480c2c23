"""Serve the page from this computer: Solara's settings, the address, the browser. Nothing is fetched from elsewhere.

Solara reads its settings from the environment when it is first imported, so they are set before that.
"""

import contextlib
import os
import socket
import sys
import threading
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from starlette.applications import Starlette

HERE = Path(__file__).resolve().parent

PAGE = "resilience.app.page"
MESA_PAGE = "resilience.app.mesa_page"

PACKAGES = ("solara", "solara_assets")
"""What comes with the extra `app`; the first of them may be there without it, the second is not."""

ECHARTS = "echarts@5.4.0/dist/echarts.esm.min.js"
"""The charts' library inside the folder of assets."""

WRONG_INPUT = 2
"""Exit code when the page cannot be served where it was asked for."""

TITLE = "Care market"

EVERYWHERE = {"0.0.0.0", "::"}


def assets_folder() -> Path:
    """The folder of third-party files that the package solara-assets brought. Raises FileNotFoundError."""
    for file in metadata.files("solara-assets") or ():
        if file.as_posix().endswith(f"/solara/cdn/{ECHARTS}"):
            path = Path(str(file.locate())).resolve()
            return path.parents[len(Path(ECHARTS).parts) - 1]
    raise FileNotFoundError(
        'The app needs the files of solara-assets 1.58.2: pip install "care-market-resilience[app]"'
    )


def settings(page: str = PAGE) -> dict[str, str]:
    """Solara's settings: every file from this computer, nothing told to anybody, no advertisement."""
    return {
        "SOLARA_APP": page,
        "SOLARA_MODE": "production",
        "SOLARA_ASSETS_PROXY_CACHE_DIR": str(assets_folder()),
        "SOLARA_ASSETS_EXTRA_LOCATIONS": str(HERE / "assets"),
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_KERNEL_CULL_TIMEOUT": "30m",
        "SOLARA_THEME_SHOW_BANNER": "False",
        "SOLARA_THEME_LOADER": "plain",
        "SOLARA_THEME_TITLE": TITLE,
    }


def prepare(page: str = PAGE) -> None:
    """Put Solara's settings in place; it has no effect on a Solara that is imported already.

    Raises ModuleNotFoundError when a package that the app needs is missing.
    """
    for package in PACKAGES:
        if find_spec(package) is None:
            raise ModuleNotFoundError(f"the app needs the package {package}", name=package)
    os.environ.update(settings(page))


def asgi() -> "Starlette":
    """The web application, for any ASGI server. Third-party files come from their folder, never from the network."""
    prepare(os.environ.get("SOLARA_APP", PAGE))
    from solara.server import starlette as solara_server
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    local = Mount("/_solara/cdn", app=StaticFiles(directory=assets_folder()))
    routes = [local, *solara_server.routes]
    return Starlette(routes=routes, middleware=solara_server.middleware, lifespan=solara_server.lifespan)


def launch(
    config: str | None = None,
    *,
    host: str = "localhost",
    port: int = 8765,
    open_browser: bool = True,
    replicates: int = 20,
    workers: int = 2,
    ahead: bool = True,
    mesa: bool = False,
) -> None:
    """Serve the page until Ctrl-C. Raises ScenarioError; leaves with code 2 when the address cannot be had.

    ``replicates`` is how often each scenario is run, in ``workers`` processes; ``ahead`` plays the shipped scenarios
    before anybody asks for them. ``mesa`` serves Mesa's own page instead, in which each visitor's model is played by
    the server itself.
    """
    prepare(MESA_PAGE if mesa else PAGE)
    from resilience.app import begin

    begin.choose(config, replicates=replicates, workers=workers, ahead=ahead)
    sockets = listen(host, port)
    port = int(sockets[0].getsockname()[1])
    if mesa:
        _serve(asgi(), sockets, lambda: _greet(host, port, open_browser))
        return
    engine = begin.engine()  # its workers warm up while the page is prepared
    try:
        app = asgi()
        begin.warm_up()
        _serve(app, sockets, lambda: _greet(host, port, open_browser))
    finally:
        engine.close()


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address of a host name, all on one port; 0 takes a free one."""
    sockets: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            listening = socket.socket(family, kind, protocol)
            _claim(listening, family, (address[0], port))
            sockets.append(listening)
            port = int(listening.getsockname()[1])
    except OSError as error:
        for listening in sockets:
            listening.close()
        _refuse(host, port, error)
    return sockets


def _claim(listening: socket.socket, family: socket.AddressFamily, address: tuple[object, int]) -> None:
    """Bind a socket to an address; one left over from a server that has just ended is no obstacle."""
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise


def _refuse(host: str, port: int, error: OSError) -> NoReturn:
    reason = error.strerror or str(error)
    hint = "Choose another with --port; 0 takes a free one." if not isinstance(error, socket.gaierror) else ""
    print(f"The app cannot listen on {host}, port {port}: {reason}. {hint}".rstrip(), file=sys.stderr)
    raise SystemExit(WRONG_INPUT)


def _serve(app: "Starlette", sockets: Sequence[socket.socket], greet: Callable[[], None]) -> None:
    import uvicorn

    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # for pages inside others; this is not one
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,  # open pages would keep the server from ending
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_when_started, args=(server, greet), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=list(sockets))
    print("The app has stopped.", file=sys.stderr)


def _when_started(server: object, greet: Callable[[], None]) -> None:
    waiting = threading.Event()
    while not getattr(server, "started", False):
        if waiting.wait(0.05):
            return
    greet()


def _greet(host: str, port: int, open_browser: bool) -> None:
    """Say where the page is, and open it."""
    here = "localhost" if host in EVERYWHERE else host
    address = f"http://{f'[{here}]' if ':' in here else here}:{port}"
    print(f"The app is at {address} (Ctrl-C stops it).", flush=True)
    if host in EVERYWHERE:
        print(f"Others on this network find it at http://{socket.gethostname()}:{port}", flush=True)
    if open_browser:
        webbrowser.open(address)
