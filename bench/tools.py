# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
"""The programs that are measured and those that measure: started, asked, stopped."""

import contextlib
import json
import os
import pathlib
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
WARM_UP_SECONDS = 0.7
# The same number of threads for every server, the rest of the machine for whoever loads it.
CORES = os.cpu_count() or 1
SERVER_THREADS = max(1, CORES // 2)
LOAD_THREADS = max(1, CORES - SERVER_THREADS)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


def wait_ready(url, child, log):
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{url} does not answer; see {log}")


@contextlib.contextmanager
def throughline(binary, database_url, redis_url, folder):
    """One instance, with the settings of `throughline serve` but for its threads; no access log."""
    port, metrics_port, log = free_port(), free_port(), folder / "throughline.log"
    settings = {
        "THROUGHLINE_DATABASE_URL": database_url, "THROUGHLINE_REDIS_URL": redis_url,
        "THROUGHLINE_LISTEN": f"127.0.0.1:{port}",
        "THROUGHLINE_METRICS_LISTEN": f"127.0.0.1:{metrics_port}",
        "THROUGHLINE_IO_THREADS": str(SERVER_THREADS), "THROUGHLINE_ACCESS_LOG": "false"}
    with running([binary, "serve"], log, settings) as child:
        wait_ready(f"http://127.0.0.1:{port}/readyz", child, log)
        yield f"http://127.0.0.1:{port}"
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
        yield f"http://127.0.0.1:{port}"


def output_of(words, environment=None, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          env={**os.environ, **(environment or {})}, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.stdout


def wrk(url, targets, key, clients, seconds, body=None):
    """{rate, p50_ms, p99_ms, errors} of one run of wrk over keep-alive connections.

    Errors: answers that are no success, and connections refused, broken or timed out."""
    environment = {"BENCH_TARGETS": str(targets), "BENCH_KEY": key}
    if body is not None:
        environment["BENCH_BODY"] = body

    def run(duration):
        text = output_of(["wrk", "-t", min(LOAD_THREADS, clients), "-c", clients, "-d", duration,
                          "-s", HERE / "load.lua", url], environment)
        return json.loads(re.search(r"^RESULT (.*)$", text, re.M).group(1))

    run(f"{max(1, round(WARM_UP_SECONDS))}s")
    found = run(f"{seconds}s")
    errors = {"refused": found["refused"], "broken": found["broken"]}
    return {"rate": (found["requests"] - found["refused"]) / found["seconds"],
            "p50_ms": found["p50_us"] / 1000, "p99_ms": found["p99_us"] / 1000, "errors": errors}


def pgbench(binary, database_url, options, scripts, clients, seconds, folder):
    """The same for pgbench, which runs one of `scripts` at random as each transaction."""
    log = folder / "pgbench"
    for old in folder.glob("pgbench.*"):
        old.unlink()
    words = [binary, "-n", "-M", "prepared", "-c", clients, "-j", min(LOAD_THREADS, clients),
             "-T", seconds, "-l", f"--log-prefix={log}"]
    for script in scripts:
        words += ["-f", script]
    text = output_of([*words, database_url], {"PGOPTIONS": options})
    times = sorted(int(line.split()[2]) for part in folder.glob("pgbench.*")
                   for line in part.read_text().splitlines())
    return {"rate": float(re.search(r"^tps = ([\d.]+)", text, re.M).group(1)),
            "p50_ms": statistics.median(times) / 1000,
            "p99_ms": times[len(times) * 99 // 100] / 1000, "errors": {}}


def redis_benchmark(redis_url, size, clients, requests):
    """GET of a value of this size, one request at a time on each connection."""
    host, port = re.match(r"redis://([^:/]+):(\d+)", redis_url).groups()
    words = ["redis-benchmark", "-h", host, "-p", port, "-c", clients, "-d", size, "--csv"]
    output_of([*words, "-t", "set", "-n", 1000])
    text = output_of([*words, "-t", "get", "-n", requests])
    fields = [field.strip('"') for field in text.strip().splitlines()[-1].split(",")]
    return {"rate": float(fields[1]), "p50_ms": float(fields[4]), "p99_ms": float(fields[6]),
            "errors": {}}
