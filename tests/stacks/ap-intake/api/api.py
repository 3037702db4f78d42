"""A small HTTP API with health and metrics, and faults that are switched from outside.

The file faults/api holds `500`, `slow` or `flapping`, or is not there.
"""

import http.server
import itertools
import json
import pathlib
import threading
import time

FAULT = pathlib.Path("/srv/faults/api")
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
TURNS = itertools.count()


class Metrics:
    """What Prometheus is told: how many requests there were, and how long they took."""

    def __init__(self):
        self.lock = threading.Lock()
        self.statuses = {}
        self.below = [0] * len(BUCKETS)
        self.seconds = 0.0

    def record(self, status, seconds):
        with self.lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.seconds += seconds
            for index, bound in enumerate(BUCKETS):
                self.below[index] += seconds <= bound

    def text(self):
        with self.lock:
            count = sum(self.statuses.values())
            lines = ["# TYPE http_requests_total counter"]
            lines += [f'http_requests_total{{status="{s}"}} {n}' for s, n in self.statuses.items()]
            name = "http_request_duration_seconds"
            lines.append(f"# TYPE {name} histogram")
            lines += [f'{name}_bucket{{le="{b}"}} {n}' for b, n in zip(BUCKETS, self.below)]
            lines += [f'{name}_bucket{{le="+Inf"}} {count}', f"{name}_sum {self.seconds}"]
            lines += [f"{name}_count {count}", "# TYPE invoices_processed_total counter"]
            lines.append(f"invoices_processed_total {self.statuses.get(200, 0)}")
            return "\n".join(lines) + "\n"


METRICS = Metrics()


def fault():
    try:
        return FAULT.read_text().strip()
    except FileNotFoundError:
        return ""


def health(asked_by_itself):
    """The status of an answer, once its time has come. To and fro goes what others hear."""
    match fault():
        case "500":
            return 500
        case "slow":
            time.sleep(1.2)
        case "flapping" if not asked_by_itself:
            return 500 if next(TURNS) % 2 else 200
    return 200


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/metrics":
            self.answer(200, "text/plain; version=0.0.4", METRICS.text())
            return
        begin = time.monotonic()
        is_own = self.client_address[0] == "127.0.0.1"
        status = health(is_own) if self.path == "/health" else 404
        word = "ok" if status == 200 else "error"
        self.answer(status, "application/json", json.dumps({"status": word}))
        METRICS.record(status, time.monotonic() - begin)

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *args):
        level = "error" if fault() == "500" else "info"
        print(json.dumps({"level": level, "message": form % args}))


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
