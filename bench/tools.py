# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""The programs that are measured and those that measure: started, asked, stopped."""

import contextlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
READY_SECONDS = 20
STOP_SECONDS = 20
WARM_UP_SECONDS = 2
LOWEST_PORT = 10_000
# The same number of threads for every server, the rest of the machine for whoever loads it.
CORES = os.cpu_count() or 1
SERVER_THREADS = max(1, CORES // 2)
LOAD_THREADS = max(1, CORES - SERVER_THREADS)


def free_port():
    """Below those that connections are made from: one of them might be quicker than the server."""
    first = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(LOWEST_PORT, first)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def running(words, log, environment=None):
    """A child that is told to end when the block does, and killed if it does not."""
    with open(log, "ab") as output:
        child = subprocess.Popen(
            [str(word) for word in words], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})})
    try:
        yield child
        if child.poll() is not None:
            raise RuntimeError(f"{words[0]} ended while it was measured; see {log}")
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_ready(url, child, log, ready=lambda answer: True):
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if ready(answer):
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"{url} does not answer; see {log}")


class Served:
    """A server that runs: where it listens, and the process to look at."""

    def __init__(self, url, pid):
        self.url = url
        self.port = int(url.rsplit(":", 1)[1])
        self.pid = pid


@contextlib.contextmanager
def throughline(binary, database_url, redis_url, folder, **settings):
    """One instance, with the settings of `throughline serve` but for its threads; no access log."""
    port, metrics_port, log = free_port(), free_port(), folder / "throughline.log"
    environment = {
        "THROUGHLINE_DATABASE_URL": database_url, "THROUGHLINE_REDIS_URL": redis_url,
        "THROUGHLINE_LISTEN": f"127.0.0.1:{port}",
        "THROUGHLINE_METRICS_LISTEN": f"127.0.0.1:{metrics_port}",
        "THROUGHLINE_IO_THREADS": str(SERVER_THREADS), "THROUGHLINE_ACCESS_LOG": "false",
        **{f"THROUGHLINE_{name.upper()}": str(value) for name, value in settings.items()}}
    with running([binary, "serve"], log, environment) as child:
        # A cache that is still waiting for its right to serve is not what is to be measured.
        wait_ready(f"http://127.0.0.1:{port}/readyz", child, log,
                   lambda answer: not json.load(answer)["degraded"])
        yield Served(f"http://127.0.0.1:{port}", child.pid)
        # What it counted, for whoever asks why requests failed.
        with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics", timeout=5) as text:
            (folder / f"metrics-{port}.txt").write_bytes(text.read())


NGINX_CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
worker_processes {threads};
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nodelay on;
  keepalive_requests 1000000000; open_file_cache max=16;
  types {{ }} default_type application/json;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/html;
    location / {{ rewrite ^ /document break; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(binary, document, folder):
    """Whatever is asked, the answer is `document`, as a file."""
    port, log = free_port(), folder / "nginx.log"
    (folder / "html").mkdir(exist_ok=True)
    (folder / "html" / "document").write_bytes(document)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX_CONFIGURATION.format(
        folder=folder, port=port, threads=SERVER_THREADS,
        user="user root;" if os.geteuid() == 0 else ""))
    with running([binary, "-p", folder, "-c", configuration, "-e", log], log) as child:
        wait_ready(f"http://127.0.0.1:{port}/", child, log)
        yield Served(f"http://127.0.0.1:{port}", child.pid)


def output_of(words, environment=None, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          env={**os.environ, **(environment or {})}, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


def cpu_seconds(pids):
    """What these processes and the children they have buried have used so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and its children."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def measured(run, processes):
    """What `run` returns, with the CPU seconds that each of `processes`, {name: pid}, used."""
    before = {name: cpu_seconds(family(pid)) for name, pid in processes.items()}
    found = run()
    found["cpu_s"] = {name: cpu_seconds(family(pid)) - before[name]
                      for name, pid in processes.items()}
    return found


def wrk(url, targets, key, clients, seconds, processes, *, in_turn=False, warm_up=None,
        warm_up_seconds=WARM_UP_SECONDS):
    """{rate, p50_ms, p99_ms, requests, errors, cpu_s} of one run over keep-alive connections.

    Errors: answers that are no success, and connections refused, broken or timed out. `warm_up` has
    the targets to begin with, where they are not to be those that are measured."""
    def run(duration, chosen):
        environment = {"BENCH_TARGETS": str(chosen), "BENCH_KEY": key,
                       "BENCH_ORDER": "turn" if in_turn else "random"}
        text = output_of(["wrk", "-t", min(LOAD_THREADS, clients), "-c", clients, "-d", duration,
                          "-s", HERE / "load.lua", url], environment)
        return json.loads(re.search(r"^RESULT (.*)$", text, re.M).group(1))

    run(f"{warm_up_seconds}s", warm_up or targets)
    found = measured(lambda: run(f"{seconds}s", targets), processes)
    good = found["requests"] - found["refused"]
    return {"rate": good / found["seconds"], "requests": good,
            "p50_ms": found["p50_us"] / 1000, "p99_ms": found["p99_us"] / 1000,
            "errors": {"refused": found["refused"], "broken": found["broken"]},
            "cpu_s": found["cpu_s"]}


def steady(binary, port, targets, keys, rate, seconds, connections, processes):
    """What steady.cpp prints for this rate, with errors and cpu_s; `unsent` is none of them: no
    connection was free for it, so that the server has never seen it. Where it may, it goes ahead of
    whom it loads: callers are elsewhere, and don't call less because the server is busy."""
    words = ["nice", "-n", "-10", binary, port, targets, keys, f"{rate:.1f}", seconds, connections]
    found = measured(lambda: json.loads(output_of(words)), processes)
    found["requests"] = found["good"]
    found["errors"] = {kind: found[kind] for kind in ("other", "broken", "hanging")}
    return found


def pgbench(words, database_url, options, scripts, clients, seconds, folder, processes):
    """The same for pgbench (`words` begin its command), which runs one of `scripts` at random as
    each transaction. What ends in the first seconds is its warm-up: it plans everything then."""
    log = folder / "pgbench"
    for old in folder.glob("pgbench.*"):
        old.unlink()
    words = [*words, "-n", "-M", "prepared", "-c", clients, "-j", min(LOAD_THREADS, clients),
             "-l", f"--log-prefix={log}"]
    for script in scripts:
        words += ["-f", script]

    def run():
        return output_of([*words, "-T", WARM_UP_SECONDS + seconds, database_url],
                         {"PGOPTIONS": options})

    found = measured(lambda: {"text": run()}, processes)
    done = [(float(line[4]) + float(line[5]) / 1e6, int(line[2]))  # when, after so many µs
            for part in folder.glob("pgbench.*")
            for line in map(str.split, part.read_text().splitlines())]
    begin = max(end for end, _ in done) - seconds
    times = sorted(taken for end, taken in done if end >= begin)
    return {"rate": len(times) / seconds, "requests": len(done),
            "p50_ms": statistics.median(times) / 1000,
            "p99_ms": times[len(times) * 99 // 100] / 1000, "errors": {},
            "cpu_s": found["cpu_s"]}


def redis_benchmark(redis_url, size, clients, requests, processes):
    """GET of a value of this size, one request at a time on each connection."""
    host, port = re.match(r"redis://([^:/]+):(\d+)", redis_url).groups()
    words = ["redis-benchmark", "-h", host, "-p", port, "-c", clients, "-d", size, "--csv"]
    output_of([*words, "-t", "set", "-n", 1000])
    found = measured(lambda: {"text": output_of([*words, "-t", "get", "-n", requests])}, processes)
    fields = [field.strip('"') for field in found["text"].strip().splitlines()[-1].split(",")]
    return {"rate": float(fields[1]), "requests": requests, "p50_ms": float(fields[4]),
            "p99_ms": float(fields[6]), "errors": {}, "cpu_s": found["cpu_s"]}
