"""Work on a stranger's file done in a child process with limits on memory and time."""

import importlib
import json
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from organizations.errors import Refused

MEMORY = 512 * 2**20  # bytes of address space
PROCESSOR_SECONDS = 30
WALL_SECONDS = 40

ROOT = Path(__file__).resolve().parents[2]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from organizations.exchange.child import serve; serve(sys.argv[2], sys.argv[3])"
)
TOO_HARD = (
    "Файл не удалось прочитать: он слишком велик или повреждён. "
    "Скопируйте таблицу в новую книгу и загрузите её."
)


def run(module: str, function: str, payload: bytes) -> bytes:
    """What `function(payload)` of a pure module answers, computed in a limited child process.

    The child gets no environment and an empty folder of its own. Raises Refused when the
    function does, and when the child dies or runs out of its time.
    """
    with TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", START, str(ROOT), module, function],
                input=payload,
                capture_output=True,
                cwd=folder,
                env={},
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused(TOO_HARD) from None
    if done.returncode != 0 or not done.stdout:
        raise Refused(TOO_HARD)
    if done.stdout[:1] == b"-":
        raise Refused(json.loads(done.stdout[1:]))
    return done.stdout[1:]


def serve(module: str, function: str) -> None:
    """The child's side: answer with «+» and the result, or «-» and the sentence of a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        work = getattr(importlib.import_module(module), function)
        answer = b"+" + work(sys.stdin.buffer.read())
    except Refused as refusal:
        answer = b"-" + json.dumps(str(refusal)).encode()
    sys.stdout.buffer.write(answer)
