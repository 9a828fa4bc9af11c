"""Work on a stranger's file done in a child process with limits on memory and time."""

import importlib
import json
import os
import resource
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import BinaryIO, Self, cast

from organizations.errors import Refused

MEMORY = 512 * 2**20  # bytes of address space
PROCESSOR_SECONDS = 30
WALL_SECONDS = 40

ROOT = Path(__file__).resolve().parents[2]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from organizations.exchange.child import {0}; {0}(sys.argv[2], sys.argv[3])"
)
FILES_A_CHILD = 500  # then a fresh one: what a parser may have spoiled or leaked goes with it
MOST_READ = 2**20  # bytes at once
LENGTH = struct.Struct(">Q")  # of a message, before it
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
                [sys.executable, "-I", "-c", START.format("serve"), str(ROOT), module, function],
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
    _limit_memory()
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    work = getattr(importlib.import_module(module), function)
    sys.stdout.buffer.write(_answer(work, sys.stdin.buffer.read()))


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(work: Callable[[bytes], bytes], payload: bytes) -> bytes:
    try:
        return b"+" + work(payload)
    except Refused as refusal:
        return b"-" + json.dumps(str(refusal)).encode()


# many files by the same children


class Pool:
    """Several limited children, each of which serves file after file, a fresh one after trouble.

    `prepare(setting)` of a pure module is asked once a child for the function that then works on
    each payload. Each payload has the memory and the time of a child of its own.
    """

    def __init__(self, module: str, prepare: str, setting: bytes, *, children: int) -> None:
        self._start = (module, prepare, setting)
        self._threads = ThreadPoolExecutor(children)
        self._own = threading.local()
        self._living: set[_Child] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in list(self._living) if error else ():
            child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in list(self._living):
            child.end()

    def submit(self, payload: bytes) -> "Future[bytes]":
        """The answer to come; raises Refused as `run` does."""
        return self._threads.submit(self._work, payload)

    def _work(self, payload: bytes) -> bytes:
        child: _Child | None = getattr(self._own, "child", None)
        try:
            if child is None or child.served >= FILES_A_CHILD:
                if child is not None:
                    self._drop(child)
                child = self._own.child = _Child(*self._start)
                self._living.add(child)
            return child.work(payload)
        except (OSError, EOFError, TimeoutError):
            if (broken := self._own.child) is not None:
                self._own.child = None
                self._drop(broken)
            raise Refused(TOO_HARD) from None

    def _drop(self, child: "_Child") -> None:
        self._living.discard(child)
        child.end()


class _Child:
    """One child that serves until it is ended."""

    def __init__(self, module: str, prepare: str, setting: bytes) -> None:
        self.served = 0
        self.folder = TemporaryDirectory()
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", START.format("serve_many"), str(ROOT), module, prepare],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.folder.name,
            env={},
        )
        self.process = process
        self.requests = cast(BinaryIO, process.stdin)
        self.answers = cast(BinaryIO, process.stdout)
        self._send(setting)

    def work(self, payload: bytes) -> bytes:
        """The answer. Raises Refused, or OSError, EOFError, TimeoutError for a child that died."""
        self.served += 1
        ends = time.monotonic() + WALL_SECONDS
        self._send(payload)
        (length,) = LENGTH.unpack(self._receive(LENGTH.size, ends))
        answer = self._receive(length, ends)
        if answer[:1] == b"-":
            raise Refused(json.loads(answer[1:]))
        return answer[1:]

    def _send(self, message: bytes) -> None:
        self.requests.write(LENGTH.pack(len(message)) + message)
        self.requests.flush()

    def _receive(self, length: int, ends: float) -> bytes:
        descriptor = self.answers.fileno()
        received = BytesIO()
        while (left := length - received.tell()) > 0:
            if not select.select([descriptor], [], [], max(0, ends - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(descriptor, min(left, MOST_READ))
            if not part:
                raise EOFError
            received.write(part)
        return received.getvalue()

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> None:
        self.process.kill()
        self.answers.close()
        with suppress(OSError):  # what was still to be written to a dead child
            self.requests.close()
        self.process.wait()
        self.folder.cleanup()


def serve_many(module: str, prepare: str) -> None:
    """The child's side of a pool: message after message until there are no more."""
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    setting = _message(requests)
    work = getattr(importlib.import_module(module), prepare)(setting)
    while (payload := _message(requests)) is not None:
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        allowed = int(used) + PROCESSOR_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
        answer = _answer(work, payload)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _message(requests: BinaryIO) -> bytes | None:
    head = requests.read(LENGTH.size)
    return requests.read(*LENGTH.unpack(head)) if len(head) == LENGTH.size else None
