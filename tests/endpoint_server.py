"""A small OpenAI-compatible server on loopback that can also fail. `python -m tests.endpoint_server --port 8765` runs it.

Vectors are made from a hash of the text; chat replies by a function of the messages. Faults come at given rates from a
seeded generator, or from a script, first to last.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from tests.endpoint_batches import Batches

STATUS_FAULTS = {
    "429": 429,
    "429-seconds": 429,
    "429-date": 429,
    "400": 400,
    "401": 401,
    "404": 404,
    "500": 500,
    "503": 503,
}
REPLY_FAULTS = ("dimension", "count", "nan", "zero", "order", "empty")
WIRE_FAULTS = ("reset", "hang", "drip", "truncated", "html", "half-json")
MIXED = (
    "429", "429-seconds", "429-date", "500", "503", "reset", "hang", "truncated", "html", "half-json", "dimension",
    "count", "nan",
)  # fmt: skip
"""Faults that go away."""
CALL_FAULTS = (
    "429", "429-seconds", "429-date", "500", "503", "reset", "hang", "drip", "truncated", "html", "half-json", "empty",
    "no-choices",
)  # fmt: skip
"""Faults that go away, of chat with tools."""
TEXT_FAULTS = ("fenced", "broken-json", "out-of-range", "nan-score")
"""Faults of what a model writes that was to write `{"score": x}`."""
JUDGE_FAULTS = (
    "429", "429-seconds", "429-date", "500", "503", "reset", "hang", "truncated", "html", "half-json", "empty",
    *TEXT_FAULTS,
)  # fmt: skip
Messages = list[dict[str, str]]
Calls = list[tuple[str, str]] | str


def mixed(rate: float, faults: Sequence[str] = MIXED) -> dict[str, float]:
    """All passing faults, alike often, `rate` together."""
    return {fault: rate / len(faults) for fault in faults}


def content(body: Mapping[str, Any]) -> str:
    """What a request asks, whoever asks it and however often."""
    return json.dumps(body, sort_keys=True)


def vector(text: str, dimension: int) -> np.ndarray:
    """(dimension,) float32, not of unit length."""
    seed = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


def unit(text: str, dimension: int) -> np.ndarray:
    """What a client should make of it."""
    exact = vector(text, dimension).astype(np.float64)
    return (exact / np.linalg.norm(exact)).astype(np.float32)


class EndpointServer:
    """A server in a thread; every attribute may be changed while it runs.

    `embedded` counts how often a text was embedded, `delivered` how often its vector was sent whole and right, `asked`
    how often a completion of the last message was sent; `requests` is every request that came, as (path, body).
    With tools, `call` gives the calls as (name, arguments), or a text; `called` counts by `content` how often a reply was
    sent whole and right, and `billed` is the tokens of all replies that were made, also of those that got lost.
    Streams wait `first_token_s` before their first token and `token_s` between tokens; `first_tokens` are (monotonic
    seconds at which it was written, seconds since the request was read), in order. `batches` is `/batches` and `/files`.
    """

    def __init__(
        self,
        *,
        faults: Mapping[str, float] | None = None,
        script: Iterable[str] = (),
        seed: int = 0,
        dimension: int = 8,
        reply: Callable[[Messages], str] = lambda messages: messages[-1]["content"],
        call: Callable[[dict[str, Any]], Calls] = lambda body: [(body["tools"][0]["function"]["name"], "{}")],
        latency_s: float = 0.0,
        retry_after_s: float = 0.01,
        encoding: str = "float",
        says: str = "as it was told to",
        port: int = 0,
    ) -> None:
        self.faults = dict(faults or {})
        self.script = deque(script)
        self.dimension = dimension
        self.reply = reply
        self.call = call
        self.latency_s = latency_s
        self.retry_after_s = retry_after_s
        self.encoding = encoding
        self.says = says
        self.usage = True
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.authorizations: set[str | None] = set()
        self.faulted: Counter[str] = Counter()
        self.embedded: Counter[str] = Counter()
        self.delivered: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.called: Counter[str] = Counter()
        self.billed = 0
        self.first_token_s = 0.0
        self.token_s = 0.0
        self.first_tokens: list[tuple[float, float]] = []
        self.batches = Batches(self._answered)
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._rng = np.random.default_rng(seed)
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.owner = self
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        """The base_url."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def _answered(self, body: dict[str, Any]) -> dict[str, Any]:
        """The reply to a request of a batch."""
        return calls_reply(self, body, "") if "tools" in body else completion_reply(self, body, "")

    def record(self) -> dict[str, Any]:
        """What another process may want to know: `/v1/record`."""
        with self.lock:
            came = Counter(body["messages"][-1]["content"] for _, body in self.requests if "messages" in body)
            counts = {"came": came, "asked": self.asked, "faulted": self.faulted}
            return {**{name: dict(count) for name, count in counts.items()}, "first_tokens": list(self.first_tokens)}

    def next_fault(self) -> str:
        """The script's next, or one by lot, or none."""
        with self.lock:
            if self.script:
                return self.script.popleft()
            if not self.faults:
                return ""
            names = list(self.faults)
            at = int(np.searchsorted(np.cumsum([self.faults[name] for name in names]), self._rng.random(), "right"))
            return names[at] if at < len(names) else ""

    def close(self) -> None:
        """Stop, and let those hang no longer that hang."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> EndpointServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: EndpointServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    server: _Server
    began = 0.0

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        found = self.server.owner.batches.get(self.path)
        if found is not None:
            self._send(200, *found)
        elif self.path == "/v1/record":
            self._json(200, self.server.owner.record())
        elif self.path != "/v1/models":
            self._json(404, {"error": {"message": "there is no such page"}})
        else:
            self._json(200, {"object": "list", "data": [{"id": "test", "object": "model"}]})

    def do_POST(self) -> None:
        owner = self.server.owner
        self.began = time.monotonic()
        data = self.rfile.read(int(self.headers["Content-Length"]))
        body = {} if self.path == "/v1/files" else json.loads(data)
        with owner.lock:
            owner.requests.append((self.path, body))
            owner.authorizations.add(self.headers["Authorization"])
        if owner.latency_s:
            time.sleep(owner.latency_s)
        fault = owner.next_fault()
        with owner.lock:
            owner.faulted[fault] += 1
        if fault in STATUS_FAULTS:
            self._refuse(fault)
        elif self.path in ("/v1/files", "/v1/batches"):
            self._json(200, owner.batches.post(self.path, data))
        elif self.path == "/v1/embeddings":
            self._embeddings(body, fault)
        elif self.path == "/v1/chat/completions" and "tools" in body:
            self._calls(body, fault)
        elif self.path == "/v1/chat/completions":
            self._completion(body, fault)
        else:
            self._json(404, {"error": {"message": f"there is no {self.path}"}})

    def _refuse(self, fault: str) -> None:
        owner = self.server.owner
        after = {
            "429-seconds": f"{owner.retry_after_s:g}",
            "429-date": formatdate(time.time() + owner.retry_after_s, usegmt=True),
        }
        headers = {"Retry-After": after[fault]} if fault in after else {}
        self._json(STATUS_FAULTS[fault], {"error": {"message": owner.says, "code": None}}, headers)

    def _embeddings(self, body: dict[str, Any], fault: str) -> None:
        owner = self.server.owner
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        wide = (body.get("dimensions") or owner.dimension) + (fault == "dimension")
        vectors = [vector(text, wide) for text in texts]
        if fault in ("nan", "zero"):
            vectors[-1] = np.full(wide, np.nan if fault == "nan" else 0, np.float32)
        with owner.lock:
            owner.embedded.update(texts)
        items = [
            {"object": "embedding", "index": 0 if fault == "order" else i, "embedding": self._coded(row)}
            for i, row in enumerate(vectors)
        ]
        reply = {"object": "list", "data": items[::-1][: len(items) - (fault == "count")], "model": body["model"]}
        tokens = sum(len(text) // 4 + 1 for text in texts)
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if owner.usage else {}
        self._deliver({**reply, **usage}, body, fault, owner.delivered, [] if fault in REPLY_FAULTS else texts)

    def _coded(self, row: np.ndarray) -> Any:
        return base64.b64encode(row.tobytes()).decode() if self.server.owner.encoding == "base64" else row.tolist()

    def _completion(self, body: dict[str, Any], fault: str) -> None:
        owner = self.server.owner
        reply = completion_reply(owner, body, fault)
        counted = [] if fault in ("empty", *TEXT_FAULTS) else [body["messages"][-1]["content"]]
        self._deliver(reply, body, fault, owner.asked, counted)

    def _calls(self, body: dict[str, Any], fault: str) -> None:
        owner = self.server.owner
        reply = calls_reply(owner, body, fault)
        self._deliver(reply, body, fault, owner.called, [] if fault in ("empty", "no-choices") else [content(body)])

    def _deliver(
        self, reply: dict[str, Any], body: dict[str, Any], fault: str, count: Counter[str], texts: list[str]
    ) -> None:
        """Send it and count the texts, or fail to."""
        owner = self.server.owner
        data = json.dumps(reply).encode()
        streamed = bool(body.get("stream"))
        if fault in WIRE_FAULTS and not (streamed and fault in ("truncated", "half-json")):
            self._break(fault, data)
            return
        texts = [] if fault in WIRE_FAULTS else texts
        with owner.lock:  # counted before it is there, lest the client looks first
            count.update(texts)
        try:
            if streamed:
                self._stream(events(reply, body), fault)
            else:
                self._send(200, "application/json", data)
        except OSError:
            with owner.lock:
                count.subtract(texts)
            raise

    def _stream(self, parts: list[bytes], fault: str) -> None:
        """Events as chunks; cut off in the middle, with or without the end of the transfer, where that is the fault."""
        owner = self.server.owner
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        sent = parts[: len(parts) // 2] if fault in WIRE_FAULTS else parts
        for i, part in enumerate(sent):
            time.sleep((0, owner.first_token_s)[i == 1] if i < 2 else owner.token_s)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            if i == 1:
                now = time.monotonic()
                with owner.lock:
                    owner.first_tokens.append((now, now - self.began))
        if fault == "truncated":
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()

    def _break(self, fault: str, data: bytes) -> None:
        closing = self.server.owner.closing
        if fault == "html":
            self._send(200, "text/html", b"<html><body>Bad gateway</body></html>")
        elif fault == "half-json":
            self._send(200, "application/json", data[: len(data) // 2])
        else:
            self.close_connection = True
        if fault == "hang":
            closing.wait(30)
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault in ("truncated", "drip"):
            self._head(200, "application/json", len(data), {"Connection": "close"})
            for i in range(len(data) // 2):
                self.wfile.write(data[i : i + 1])
                if fault == "drip":
                    self.wfile.flush()
                    if closing.wait(0.02):
                        break
            self.wfile.flush()

    def _json(self, status: int, value: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self._send(status, "application/json", json.dumps(value).encode(), headers or {})

    def _send(self, status: int, kind: str, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._head(status, kind, len(data), headers or {})
        self.wfile.write(data)
        self.wfile.flush()

    def _head(self, status: int, kind: str, size: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(size), **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def completion_reply(owner: EndpointServer, body: dict[str, Any], fault: str) -> dict[str, Any]:
    """A chat completion."""
    text = "" if fault == "empty" else owner.reply(body["messages"])
    if fault in TEXT_FAULTS:
        text = {
            "fenced": f"Sure:\n```json\n{text}",
            "broken-json": text[: len(text) // 2],
            "out-of-range": '{"score": 7}',
            "nan-score": '{"score": NaN}',
        }[fault]
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    reply: dict[str, Any] = {"object": "chat.completion", "choices": [choice]}
    if owner.usage:
        reply["usage"] = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return reply


def calls_reply(owner: EndpointServer, body: dict[str, Any], fault: str) -> dict[str, Any]:
    """A chat completion with tools."""
    made: Calls = "" if fault == "empty" else owner.call(body)
    message: dict[str, Any] = {"role": "assistant", "content": made if isinstance(made, str) else None}
    if not isinstance(made, str):
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(made)
        ]
    ends = "stop" if isinstance(made, str) else "tool_calls"
    choices = [] if fault == "no-choices" else [{"index": 0, "message": message, "finish_reason": ends}]
    reply: dict[str, Any] = {"object": "chat.completion", "choices": choices}
    read, written = len(content(body)) // 4, 20
    with owner.lock:
        owner.billed += read + written
    if owner.usage:
        counts = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        reply["usage"] = {**counts, "prompt_tokens_details": {"cached_tokens": read // 2}}
    return reply


def events(reply: Mapping[str, Any], body: Mapping[str, Any]) -> list[bytes]:
    """A reply as server-sent events: its role, a word or half a call each, the end, what it took, and the mark."""
    choice = reply["choices"][0] if reply["choices"] else {"message": {}, "finish_reason": None}
    message = choice["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in re.findall(r"\s*\S+\s*$|\s*\S+", message.get("content") or "")]
    for i, call in enumerate(message.get("tool_calls") or ()):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        half = len(arguments) // 2
        deltas.append({"tool_calls": [{"index": i, **call, "function": {"name": name, "arguments": arguments[:half]}}]})
        deltas.append({"tool_calls": [{"index": i, "function": {"arguments": arguments[half:]}}]})
    sent: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    sent.append({"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if "usage" in reply and body.get("stream_options", {}).get("include_usage"):
        sent.append({"choices": [], "usage": reply["usage"]})
    coded = [f"data: {json.dumps(event)}\r\n\r\n".encode() for event in sent]
    return [b": stay\n\n" + coded[0], *coded[1:], b"data: [DONE]\n\n"]


@cache
def shared() -> str:
    """The base_url of a faultless server that lives as long as this process."""
    return EndpointServer().url


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--latency-s", type=float, default=0.0)
    parser.add_argument("--first-token-s", type=float, default=0.0)
    parser.add_argument("--token-s", type=float, default=0.0)
    parser.add_argument("--reply", help="what every chat reply says")
    parser.add_argument("--judged", action="store_true", help="with faults of what a judge writes, too")
    args = parser.parse_args()
    faults = mixed(args.faults, JUDGE_FAULTS if args.judged else MIXED)
    with EndpointServer(port=args.port, faults=faults, dimension=args.dimension, latency_s=args.latency_s) as server:
        server.first_token_s, server.token_s = args.first_token_s, args.token_s
        if args.reply is not None:
            server.reply = lambda messages: args.reply
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
