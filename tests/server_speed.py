#!/usr/bin/env python3
"""Prints how fast `sigwise server` is, beside another server: figures, ratios and the bars.

    cargo install rsigma-lsp --version 0.26.0 --locked --ignore-rust-version --root /tmp/rsigma
    cargo build --release
    SIGWISE_SHARED=../shared tests/server_speed.py --peer /tmp/rsigma/bin/rsigma-lsp

Figures are of one run on this machine; run it on an idle one.
"""

import argparse
import glob
import json
import os
import queue
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.environ.get("SIGWISE_SHARED", os.path.join(HERE, "../../shared"))
RULES = os.path.join(SHARED, "corpora/sigmahq")
SMALL = "rules/windows/process_creation/proc_creation_win_rundll32_process_dump_via_comsvcs.yml"


class Server:
    def __init__(self, command):
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.messages, self.id = queue.Queue(), 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.start = time.perf_counter() - start
        self.notify("initialized", {})

    def read(self):
        out = self.process.stdout
        while True:
            length = 0
            while line := out.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = out.read(length)
            # The end of a server that was killed can come in the middle of a message.
            if not length or len(body) < length:
                return
            self.messages.put((time.perf_counter(), json.loads(body)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.id += 1
        self.send({"id": self.id, "method": method, "params": params})
        return self.wait(lambda message: message.get("id") == self.id and "method" not in message)

    def wait(self, meant, timeout=20):
        while True:
            at, message = self.messages.get(timeout=timeout)
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            if meant(message):
                return at, message

    def published(self, uri, timeout=20):
        def meant(message):
            publish = message.get("method") == "textDocument/publishDiagnostics"
            return publish and message["params"]["uri"] == uri
        return self.wait(meant, timeout)

    def open(self, uri, text):
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def type(self, uri, version, line, text):
        place = {"line": line, "character": 0}
        change = {"range": {"start": place, "end": place}, "text": text}
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def read(path):
    return open(path, encoding="utf-8").read()


def edits(server, path, count):
    """Milliseconds from an edit to its publish, and CPU milliseconds an edit."""
    uri, text = "file://" + path, read(path)
    line = text.count("\n") // 2
    server.open(uri, text)
    server.published(uri)
    cpu, times = server.cpu(), []
    for version in range(2, count + 2):
        start = time.perf_counter()
        server.type(uri, version, line, "# typed\n" if version % 2 else "#\n")
        times.append((server.published(uri)[0] - start) * 1000)
    used = (server.cpu() - cpu) / count * 1000
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return times, used


def typing(server, path):
    """How many publishes there are in 5 seconds of a key every 100 ms."""
    uri = "file://" + path
    server.open(uri, read(path))
    time.sleep(1)
    while not server.messages.empty():
        server.messages.get()
    until, version = time.perf_counter() + 5, 2
    while time.perf_counter() < until:
        server.type(uri, version, 4, "x" if version > 2 else "# ")
        version += 1
        time.sleep(max(0, 0.1 - 0.001))
    count = 0
    while not server.messages.empty():
        at, message = server.messages.get()
        count += message.get("method") == "textDocument/publishDiagnostics" and at <= until
    return count, version - 2


def all_rules(server):
    """MiB after opening and closing every rule."""
    files = sorted(glob.glob(RULES + "/rules*/**/*.yml", recursive=True))
    for path in files:
        uri = "file://" + path
        server.open(uri, read(path))
        server.published(uri)
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return len(files), server.memory()


def requests(server, path, method, count=200):
    uri, text = "file://" + path, read(path)
    server.open(uri, text)
    server.published(uri)
    lines, times = text.splitlines(), []
    for n in range(count):
        line = n * 7 % len(lines)
        place = {"line": line, "character": len(lines[line])}
        start = time.perf_counter()
        at, _ = server.request(method, {"textDocument": {"uri": uri}, "position": place})
        times.append((at - start) * 1000)
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return percentile(times, 0.95)


def measure(command):
    """Figures by name."""
    small = os.path.abspath(os.path.join(RULES, SMALL))
    large = max(glob.glob(os.path.abspath(RULES) + "/rules*/**/*.yml", recursive=True), key=os.path.getsize)
    figures, starts = {}, []
    for _ in range(20):
        server = Server(command)
        starts.append(server.start * 1000)
        server.end()
    figures["start"] = percentile(starts, 0.5)
    server = Server(command)
    times, figures["cpu"] = edits(server, small, 300)
    figures["edit50"], figures["edit95"] = percentile(times, 0.5), percentile(times, 0.95)
    figures["typed"], _ = typing(server, small)
    for method in ("completion", "hover"):
        figures[method] = requests(server, small, "textDocument/" + method)
    times, _ = edits(server, large, 40)
    figures["large50"], figures["large95"] = percentile(times, 0.5), percentile(times, 0.95)
    server.end()
    server = Server(command)
    _, figures["memory"] = all_rules(server)
    server.end()
    return figures


# What is measured, its unit, and the bar where there is one: at most, for "typed" at least.
ROWS = [
    ("start", "start → initialize reply, median", "ms", 5),
    ("edit50", "didChange → publish, p50", "ms", None),
    ("edit95", "didChange → publish, p95", "ms", 5),
    ("cpu", "CPU an edit", "ms", 0.7),
    ("typed", "publishes in 5 s, a key every 100 ms", "", 49),
    ("completion", "completion, p95", "ms", 3),
    ("hover", "hover, p95", "ms", 1),
    ("large50", "largest rule, p50", "ms", None),
    ("large95", "largest rule, p95", "ms", 60),
    ("memory", "RSS after all rules", "MiB", 40),
]


def main():
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "../target"))
    arguments = argparse.ArgumentParser(description="How fast the language server is.")
    own = os.environ.get("SIGWISE_BIN", os.path.join(target, "release/sigwise"))
    arguments.add_argument("--sigwise", default=own, help="the binary (SIGWISE_BIN)")
    arguments.add_argument("--peer", default=os.environ.get("SIGWISE_PEER"), help="another server (SIGWISE_PEER)")
    options = arguments.parse_args()
    own = measure([options.sigwise, "server"])
    peer = measure([options.peer]) if options.peer else {}
    print(f"{'':40} {'sigwise':>9} {'peer':>9} {'ratio':>7} {'bar':>6}")
    met = True
    for key, name, unit, bar in ROWS:
        figure, other = own[key], peer.get(key)
        shown = f"{other:9.2f}" if other is not None else f"{'–':>9}"
        ratio = f"{figure / other:7.2f}" if other else f"{'–':>7}"
        good = bar is None or (figure >= bar if key == "typed" else figure <= bar)
        met = met and good
        limit = "" if bar is None else f"{bar:6} {'ok' if good else 'MISSED'}"
        print(f"{name + (f', {unit}' if unit else ''):40} {figure:9.2f} {shown} {ratio} {limit}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
