"""`/files` and `/batches` of the test endpoint."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any


class Batches:
    """Batches that are over after `polls` looks at them; every attribute may be changed while it runs.

    `refuses` says which requests get no answer, `ends` how a batch ends, `lists` whether batches can be listed.
    `answered` counts by request (as JSON) how often it was answered, and so paid for.
    """

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.answer = answer
        self.polls = 2
        self.ends = "completed"
        self.lists = True
        self.refusal = "no such thing"
        self.refuses: Callable[[dict[str, Any]], bool] = lambda body: False
        self.files: dict[str, bytes] = {}
        self.made: dict[str, dict[str, Any]] = {}
        self.answered: Counter[str] = Counter()
        self.lock = threading.Lock()

    def post(self, path: str, data: bytes) -> dict[str, Any]:
        """A file, or a batch of one."""
        with self.lock:
            if path == "/v1/files":
                head, _, rest = data.partition(b"application/jsonl\r\n\r\n")
                assert b'name="purpose"\r\n\r\nbatch\r\n' in head
                id = f"file-{sum(name.startswith('file-') for name in self.files)}"
                self.files[id] = rest[: rest.rindex(b"\r\n--", 0, -4)]
                return {"id": id, "object": "file", "purpose": "batch"}
            id = f"batch_{len(self.made)}"
            self.made[id] = {"id": id, "status": "validating", "looks": 0, **json.loads(data)}
            return self.made[id]

    def get(self, path: str) -> tuple[str, bytes] | None:
        """Kind and bytes of what is there."""
        with self.lock:
            if path.startswith("/v1/files/"):
                return "application/octet-stream", self.files[path.split("/")[3]]
            if path.startswith("/v1/batches?"):
                listed = {"object": "list", "data": list(self.made.values())[::-1]}
                return ("application/json", json.dumps(listed).encode()) if self.lists else None
            if path.startswith("/v1/batches/"):
                batch = self.made[path.rsplit("/", 1)[1]]
                batch["looks"] += 1
                if batch["looks"] > self.polls and batch["status"] in ("validating", "in_progress"):
                    self._end(batch)
                return "application/json", json.dumps(batch).encode()
        return None

    def _end(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.ends
        if self.ends == "failed":
            batch["errors"] = {"data": [{"message": "the file cannot be read"}]}
            return
        good, bad = [], []
        for line in self.files[batch["input_file_id"]].splitlines():
            asked = json.loads(line)
            if self.refuses(asked["body"]):
                error = {"error": {"message": self.refusal}}
                bad.append({"custom_id": asked["custom_id"], "response": {"status_code": 400, "body": error}})
            else:
                self.answered[json.dumps(asked["body"], sort_keys=True)] += 1
                response = {"status_code": 200, "body": self.answer(asked["body"])}
                good.append({"custom_id": asked["custom_id"], "response": response, "error": None})
        for name, lines in (("output_file_id", good[::-1]), ("error_file_id", bad)):  # in an order of its own
            if lines:
                batch[name] = f"{batch['id']}-{name}"
                self.files[batch[name]] = "\n".join(map(json.dumps, lines)).encode()
