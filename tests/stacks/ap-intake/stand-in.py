"""Answers one path well, and nothing else: stand-in.py PORT PATH."""

import http.server
import sys

PORT, PATH = int(sys.argv[1]), sys.argv[2]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == PATH else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Says nothing."""


http.server.ThreadingHTTPServer(("", PORT), Handler).serve_forever()
