"""Uploads and follows Loom streams: every byte exactly once, over lost connections and restarts of the server.

    loom = Loom("http://localhost:3060")
    with loom.upload("build-7") as upload:
        upload.write("compiling\n")
    for line in loom.lines("build-7"):
        print(line.line, line.text)

One file, for Python 3.8 or later. It needs httpx (0.23 or later) only.
"""

import json
import random
import threading
import time
import uuid
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union
from urllib.parse import quote

import httpx

__all__ = ["Follow", "Line", "Loom", "LoomError", "Upload"]

REQUEST_BYTES_MAX = 4 * 1024 * 1024
MEMORY_BYTES_MAX = 8 * 1024 * 1024
RETAINED_BYTES = 1024 * 1024
KEEP_ALIVE_S = 60.0
ANSWER_S = 30.0
SILENCE_S = 60.0
WAIT_S = 25.0
BASE_S, CAP_S = 0.1, 5.0

_CODES = {
    "stream_not_found": "NOT_FOUND", "stream_gone": "NOT_FOUND", "stream_retired": "NOT_FOUND",
    "stream_closed": "CLOSED", "producer_replaced": "REPLACED", "stream_replaced": "REPLACED",
    "stream_lost": "BYTES_LOST", "bytes_lost": "BYTES_LOST", "stream_damaged": "BYTES_LOST",
    "too_many_producers": "REFUSED", "body_incomplete": "BUSY",
}
_BY_STATUS = {404: "stream_not_found", 409: "conflict", 410: "stream_gone", 416: "range_not_satisfiable"}
_DISPUTES = ("conflict", "offset_mismatch", "stream_closed", "stream_busy", "producer_replaced")


class LoomError(Exception):
    """`code` is what a program decides by; `status` and `answer_code` are the server's (docs/errors.md)."""

    def __init__(self, code: str, message: str, status: Optional[int] = None, answer_code: Optional[str] = None,
                 retry_after: float = 0.0, lost: Optional[Tuple[int, int]] = None) -> None:
        super().__init__(message)
        self.code, self.status, self.answer_code = code, status, answer_code
        self.retry_after, self.lost = retry_after, lost

    @property
    def may_pass(self) -> bool:
        return self.code in ("UNREACHABLE", "BUSY", "OUT_OF_STEP")


class Line(NamedTuple):
    line: int
    """From 1."""
    offset: int
    time: Optional[str]
    text: str


class Loom:
    """A client of one server. It may be used from several threads."""

    def __init__(self, url: str, token: Optional[str] = None, http: Optional[httpx.Client] = None) -> None:
        self._base = url.rstrip("/")
        self._headers = {"Authorization": "Bearer " + token} if token else {}
        self._http = http or httpx.Client(timeout=ANSWER_S, follow_redirects=False)

    def upload(self, id: str, *, existing: str = "refuse", metadata: Any = None, key: Optional[str] = None,
               content_type: str = "text/plain; charset=utf-8", give_up_after: Optional[float] = None) -> "Upload":
        """Creates the stream. Use the result in a `with`: it ends the stream, and waits until the server has every byte."""
        return Upload(self, id, existing, metadata, key or str(uuid.uuid4()), content_type, give_up_after)

    def follow(self, id: str, *, offset: int = 0, generation: Optional[str] = None, follow: bool = True,
               give_up_after: Optional[float] = None) -> "Follow":
        """Every byte from `offset` on, then live ones, until the end of the stream. With `follow=False` what is stored now."""
        return Follow(self, id, offset, generation, follow, give_up_after)

    def lines(self, id: str, *, follow: bool = True, give_up_after: Optional[float] = None) -> Iterator[Line]:
        """Every line, whole, and then live ones."""
        last: Optional[Line] = None
        held: List[Dict[str, Any]] = []
        generation: Optional[str] = None
        pauses = _Pauses(give_up_after)
        while True:
            query = {} if last is None else {"offset": str(last.offset), "generation": generation}
            query.update({} if follow else {"notail": ""})
            held.clear()
            try:
                with self._open(id, query, {"Accept": "application/x-ndjson"}) as response:
                    generation = response.headers.get("X-Stream-Generation")
                    pauses.succeeded()
                    for found in _objects(response):
                        if "line" not in found:
                            if found.get("state") in ("lost", "damaged"):
                                raise LoomError("BYTES_LOST", "the server has lost bytes of the stream")
                            if held:
                                yield _joined(held)
                            return
                        # A new answer begins with the last line once more.
                        if last is not None and found["line"] <= last.line:
                            continue
                        held.append(found)
                        if not found.get("partial"):
                            last = _joined(held)
                            held.clear()
                            yield last
                raise LoomError("UNREACHABLE", "the server closed the connection")
            except (httpx.TransportError, LoomError) as error:
                pauses.after(_explained(error))

    def wait(self, id: str, *, until: str = "closed", q: Optional[str] = None, count: Optional[int] = None,
             create: bool = False, timeout: Optional[float] = None,
             give_up_after: Optional[float] = None) -> Optional[Dict[str, Any]]:
        """Waits until the stream is `closed`, or has a `line` with the text `q`, or `bytes`. `None` after `timeout` seconds."""
        deadline = time.monotonic() + timeout if timeout is not None else float("inf")
        pauses = _Pauses(give_up_after)
        while True:
            left = min(deadline - time.monotonic(), WAIT_S)
            query = {"for": until, "q": q, "count": count, "create": "" if create else None,
                     "timeout": "%dms" % max(1, left * 1000)}
            try:
                answer = self._ask("GET", id, "/wait", query)
                pauses.succeeded()
                if answer.status_code != 204:
                    return answer.json()
            except (httpx.TransportError, LoomError) as error:
                if time.monotonic() < deadline:
                    pauses.after(_explained(error))
            if time.monotonic() >= deadline:
                return None

    def info(self, id: str) -> Dict[str, Any]:
        """The entry of the stream in the server's list. It tries once."""
        try:
            return self._ask("GET", id, "/info", {}).json()
        except httpx.TransportError as error:
            raise _explained(error) from error

    def _ask(self, method: str, id: str, below: str = "", query: Any = None, headers: Any = None,
             content: Optional[bytes] = None, accepts: Callable[[httpx.Response], bool] = lambda _: False) -> httpx.Response:
        answer = self._http.request(method, self._url(id) + below, params=_known(query), content=content,
                                    headers={**self._headers, **_meant(id), **(headers or {})})
        if not answer.is_success and not accepts(answer):
            raise _error_of(answer)
        return answer

    def _open(self, id: str, query: Any, headers: Any) -> "_Opened":
        request = self._http.build_request("GET", self._url(id), params=_known(query),
                                           headers={**self._headers, **_meant(id), "Accept-Encoding": "identity", **headers},
                                           timeout=httpx.Timeout(ANSWER_S, read=SILENCE_S))
        return _Opened(self._http.send(request, stream=True))

    def _url(self, id: str) -> str:
        if id in ("", ".", ".."):
            raise LoomError("INVALID", "not a stream id: %r" % id)
        return "%s/stream/%s" % (self._base, quote(id, safe=""))


def _meant(id: str) -> Dict[str, str]:
    """The server compares it with the path: a proxy that decodes paths may have made that of another stream."""
    return {"X-Stream-Id": quote(id, safe="")}


class Follow:
    """Iterate over the bytes. `offset` and `generation` are where another read continues; `end` is how the stream ended."""

    def __init__(self, loom: Loom, id: str, offset: int, generation: Optional[str], follow: bool,
                 give_up_after: Optional[float]) -> None:
        self.offset, self.generation = offset, generation
        self.end: Optional[Dict[str, str]] = None
        self.losses: List[Tuple[int, int]] = []
        self._loom, self._id, self._follow = loom, id, follow
        self._pauses = _Pauses(give_up_after)
        self._was_found = False

    def __iter__(self) -> Iterator[bytes]:
        while self.end is None:
            try:
                query = {"offset": self.offset, "generation": self.generation, "notail": None if self._follow else ""}
                with self._loom._open(self._id, query, {}) as response:
                    self._opened(response)
                    for piece in response.iter_bytes():
                        self.offset += len(piece)
                        yield piece
                self._find_end()
            except httpx.ReadTimeout:
                # The server may be gone: a new connection finds out.
                continue
            except (httpx.TransportError, LoomError) as error:
                self._recover(_explained(error))

    def text(self) -> str:
        """All of it, as UTF-8."""
        text = b"".join(self).decode("utf-8", "replace")
        if self.losses:
            raise LoomError("BYTES_LOST", "the server lost bytes while they were read: read the stream again")
        return text

    def _opened(self, response: httpx.Response) -> None:
        self.generation = response.headers.get("X-Stream-Generation")
        self._was_found = True
        self._pauses.succeeded()

    def _find_end(self) -> None:
        """An answer that ended may have been cut by a proxy: the length of the stream decides."""
        head = self._loom._ask("HEAD", self._id)
        same = head.headers.get("X-Stream-Generation") == self.generation
        state = _state_of(head)
        is_whole = state["state"] == "closed" and same and self.offset == int(head.headers["Upload-Offset"])
        # What is stored now has a length of its own: httpx reports an answer that is shorter.
        if is_whole or not self._follow:
            self.end = state
        else:
            raise LoomError("UNREACHABLE", "the server closed the connection")

    def _recover(self, error: LoomError) -> None:
        if error.lost is not None and error.lost[0] < self.offset:
            self.offset, self.generation = error.lost[0], None
            self.losses.append(error.lost)
        elif self._was_found and error.code == "NOT_FOUND":
            self.end = {"state": "closed", "outcome": "deleted"}
        elif self._was_found and (error.code == "REPLACED" or error.answer_code == "range_not_satisfiable"):
            self.end = {"state": "closed", "outcome": "replaced"}
        else:
            self._pauses.after(error)


class Upload:
    """Writes to one stream, from one thread or several. A thread sends what was written, one request at a time."""

    def __init__(self, loom: Loom, id: str, existing: str, metadata: Any, key: str, content_type: str,
                 give_up_after: Optional[float]) -> None:
        self.id = id
        self._loom, self._key = loom, key
        self._create_headers = {"Content-Type": content_type, "Upload-Complete": "?0", **_metadata(metadata)}
        self._force = {"force": "true" if existing == "replace" else None}
        self._pauses = _Pauses(give_up_after)
        self._changed = threading.Condition()
        # The bytes from `_start` on. Those before `acknowledged` are kept in case the server loses them.
        self._buffer, self._start, self.acknowledged = bytearray(), 0, 0
        self._ended, self._end_sent, self._end_headers = False, False, {}  # type: bool, bool, Dict[str, str]
        self._failure: Optional[Exception] = None
        self._is_done = False
        loom._url(id)
        self._thread = threading.Thread(target=self._run, name="loom upload of " + id, daemon=True)
        self._thread.start()

    @property
    def written(self) -> int:
        return self._start + len(self._buffer)

    def write(self, data: Union[bytes, str]) -> None:
        """Returns when the bytes are stored in memory. If 8 MiB wait, it waits for the server. Raises if the upload has failed."""
        rest = memoryview(data.encode() if isinstance(data, str) else bytes(data))
        while len(rest) > 0:
            with self._changed:
                self._changed.wait_for(lambda: self._failure or self.written - self.acknowledged < MEMORY_BYTES_MAX)
                if self._failure is not None:
                    raise self._failure
                if self._ended:
                    raise LoomError("INVALID", "bytes were written after the end")
                room = MEMORY_BYTES_MAX - (self.written - self.acknowledged)
                self._buffer += rest[:room]
                rest = rest[room:]
                self._changed.notify_all()

    def send(self, source: Iterable[Union[bytes, str]]) -> int:
        """Writes all of `source` and ends. Returns the length of the stream."""
        for piece in source:
            self.write(piece)
        return self.end()

    def end(self, metadata: Any = None) -> int:
        """Marks the end, with metadata that is merged into the stream's, and waits until the server has every byte."""
        with self._changed:
            if not self._ended:
                self._ended, self._end_headers = True, _metadata(metadata)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._failure or self._is_done)
            if self._failure is not None:
                raise self._failure
        return self.acknowledged

    def stop(self) -> None:
        """Gives up. The server waits for a producer with the same `key`."""
        self._fail(LoomError("STOPPED", "the upload was stopped before all bytes were delivered"))

    def __enter__(self) -> "Upload":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            self.end()
        else:
            self.stop()

    def _run(self) -> None:
        step = self._create
        while self._failure is None and not self._is_done:
            try:
                step()
                step = self._send
            except (httpx.TransportError, LoomError) as error:
                step = self._create if step == self._create else self._ask_offset
                try:
                    self._pauses.after(_explained(error), lambda: self._failure is not None)
                except LoomError as failure:
                    self._fail(failure)
            except Exception as error:  # A fault must not leave `end` waiting.
                self._fail(error)

    def _create(self) -> None:
        answer = self._ask("POST", self._create_headers, b"", self._force)
        is_ours = answer.headers.get("Idempotency-Key") == self._key
        if not answer.is_success and not is_ours:
            raise _error_of(answer)
        self._acknowledge(0 if answer.is_success else int(answer.headers["Upload-Offset"]))

    def _send(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._ended or self.written > self.acknowledged, KEEP_ALIVE_S)
            if self._failure is not None:
                return
            begin = self.acknowledged
            body = bytes(self._buffer[begin - self._start:][:REQUEST_BYTES_MAX])
            is_last = self._ended and begin + len(body) == self.written
            self._end_sent = self._end_sent or is_last
        headers = {"Content-Type": "application/partial-upload", "Upload-Offset": str(begin),
                   "Upload-Complete": "?1" if is_last else "?0", **(self._end_headers if is_last else {})}
        answer = self._ask("PATCH", headers, body)
        if not answer.is_success:
            error = _error_of(answer)
            if error.answer_code in _DISPUTES or error.answer_code in ("bytes_lost", "stream_damaged"):
                raise LoomError("OUT_OF_STEP", str(error))
            raise error
        self._acknowledge(int(answer.headers["Upload-Offset"]), is_last)

    def _ask_offset(self) -> None:
        answer = self._ask("HEAD", {}, None)
        if answer.headers.get("Idempotency-Key", self._key) != self._key:
            raise LoomError("REPLACED", "the stream now belongs to another producer")
        if not answer.is_success:
            raise _error_of(answer)
        offset, state = int(answer.headers["Upload-Offset"]), _state_of(answer)
        if state["state"] == "closed":
            is_ours = state.get("outcome") == "complete" and self._end_sent and offset == self.written
            if not is_ours:
                raise LoomError("CLOSED", "the stream was closed (%s) during the upload" % state.get("outcome"))
        self._acknowledge(offset, state["state"] == "closed")

    def _acknowledge(self, offset: int, is_done: bool = False) -> None:
        with self._changed:
            if offset > self.written:
                raise LoomError("REPLACED", "the stream has more bytes than were sent")
            if offset < self._start:
                raise LoomError("BYTES_LOST", "the server has lost bytes that this client no longer has")
            self._pauses.succeeded()
            self.acknowledged, self._is_done = offset, is_done
            dropped = max(0, offset - RETAINED_BYTES - self._start)
            del self._buffer[:dropped]
            self._start += dropped
            self._changed.notify_all()

    def _ask(self, method: str, headers: Dict[str, str], content: Optional[bytes], query: Any = None) -> httpx.Response:
        headers = {**headers, "Idempotency-Key": self._key}
        return self._loom._ask(method, self.id, "", query, headers, content, accepts=lambda _: True)

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()


class _Pauses:
    """Growing, random pauses between tries."""

    def __init__(self, give_up_after: Optional[float]) -> None:
        self._give_up_after = give_up_after
        self.succeeded()

    def succeeded(self) -> None:
        self._failures, self._since = 0, None  # type: int, Optional[float]

    def after(self, error: LoomError, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Raises `error` if a retry cannot help, and `GAVE_UP` after too long."""
        if not error.may_pass:
            raise error
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if self._give_up_after is not None and now - self._since >= self._give_up_after:
            raise LoomError("GAVE_UP", "gave up: %s" % error) from error
        until = now + error.retry_after + random.random() * min(CAP_S, BASE_S * 2 ** self._failures)
        self._failures = min(self._failures + 1, 16)
        while time.monotonic() < until and not is_stopped():
            time.sleep(min(0.05, max(0.0, until - time.monotonic())))


class _Opened:
    """An answer that is read as it arrives."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    def __enter__(self) -> httpx.Response:
        if not self._response.is_success:
            try:
                self._response.read()
            finally:
                self._response.close()
            raise _error_of(self._response)
        return self._response

    def __exit__(self, *_: Any) -> None:
        self._response.close()


def _objects(response: httpx.Response) -> Iterator[Dict[str, Any]]:
    """Objects of an answer, one per line. `iter_lines` of httpx would also cut at other characters within a text."""
    if not response.headers.get("Content-Type", "").startswith("application/x-ndjson"):
        raise LoomError("REFUSED", "the answer does not consist of lines")
    rest = b""
    for piece in response.iter_bytes():
        *whole, rest = (rest + piece).split(b"\n")
        yield from (json.loads(line) for line in whole if line.strip())


def _joined(parts: List[Dict[str, Any]]) -> Line:
    first = parts[0]
    return Line(first["line"], first["offset"], first["time"], "".join(part["text"] for part in parts))


def _metadata(value: Any) -> Dict[str, str]:
    return {} if value is None else {"X-Stream-Metadata": json.dumps(value)}


def _known(query: Any) -> Dict[str, Any]:
    return {name: value for name, value in (query or {}).items() if value is not None}


def _state_of(answer: httpx.Response) -> Dict[str, str]:
    state, *rest = answer.headers.get("X-Stream-State", "").replace(" ", "").split(";")
    if not state:
        raise LoomError("REFUSED", "the answer is not that of a Loom server: it has no X-Stream-State")
    return {"state": state, **dict(part.split("=", 1) for part in rest if "=" in part)}


def _explained(error: Exception) -> LoomError:
    return error if isinstance(error, LoomError) else LoomError("UNREACHABLE", "no answer from the server (%s)" % error)


def _error_of(answer: httpx.Response) -> LoomError:
    try:
        body = answer.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    status, lost = answer.status_code, body.get("lost") or {}
    lost_header = answer.headers.get("X-Stream-Lost")
    answer_code = body.get("code") or _BY_STATUS.get(status)
    if lost_header is not None:
        answer_code = "stream_lost" if lost_header == "all" else "stream_damaged"
    may_pass = status in (408, 425, 429) or (status >= 500 and status not in (501, 505))
    retry_after = answer.headers.get("Retry-After", "0")
    return LoomError(
        _CODES.get(answer_code or "", "BUSY" if may_pass else "REFUSED"),
        body.get("error") or "the server answered with status %d" % status,
        status, answer_code, min(float(retry_after), 300.0) if retry_after.isdigit() else 0.0,
        (lost["from"], lost["to"]) if "from" in lost and "to" in lost else None,
    )
