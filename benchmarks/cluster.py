#!/usr/bin/env python3
"""Measures the cluster with the real programs: training through the grains against the engine alone, a crowd of watchers, ten
open dashboards, a restart, a start, an idle silo.

  dotnet build benchmarks -c Release && ./icon doctor
  benchmarks/cluster.py [throughput] [watchers] [dashboards] [restart] [start] [idle] [--pairs N]
  benchmarks/cluster.py watchers --clients 200 --window 200 --pairs 3    twenty minutes with the crowd, thirty in all, on a quiet machine
  ICON='dotnet path/to/icon.dll' benchmarks/cluster.py …      another build than this checkout's
"""
import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

root = Path(__file__).resolve().parent.parent
engine = ["dotnet", str(root / "benchmarks/bin/Release/net10.0/icon-benchmark.dll")]
icon = os.environ["ICON"].split() if "ICON" in os.environ else ["dotnet", str(root / "silo/bin/Release/net10.0/icon-silo.dll")]


def experiment(steps, checkpoint="00:00:20"):
    """The quickstart's U-Net, so that a step is what a user's is."""
    return {
        "name": "benchmark",
        "dataset": {"source": "noto-faces", "count": 158, "imageSize": 32},
        "model": {"kind": "ddpm", "unet": {"dim": 32, "dimMults": [1, 2, 4]}, "diffusion": {"objective": "velocity", "loss": "l2"}},
        "training": {"steps": steps, "batchSize": 16},
        "sampling": {"count": 2, "sampler": {"kind": "dpm-solver++", "steps": 2}},
        "evaluation": {"inception": "random", "figures": "preprint"},
        "monitoring": {"checkpointEvery": checkpoint, "stripEvery": 100000},
    }


class Silo:
    """A silo in a process of its own."""

    def __init__(self, data):
        self.data = Path(data)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*icon, "silo", "--data", data, "--device", "cpu", "--threads", "2", "--url", f"http://127.0.0.1:{free_port()}"],
            stdout=subprocess.DEVNULL, stderr=open(self.data / "silo.log", "ab"))
        address = self.data / "silo.json"
        while True:
            if self.process.poll() is not None:
                sys.exit((self.data / "silo.log").read_text())
            with contextlib.suppress(OSError, ValueError, KeyError):
                there = json.loads(address.read_text())
                if there["pid"] == self.process.pid:
                    self.url, self.token = there["url"].rstrip("/"), (self.data / "token").read_text().strip()
                    self.get("/health/ready")
                    return
            time.sleep(0.01)

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if path.startswith("/api") else body

    def seconds(self):
        """Processor time so far, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        """Bytes in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024

    def stop(self, kill=False):
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait()


def submit(data, file):
    done = subprocess.run([*icon, "submit", str(file), "--data", data, "--json"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)["id"]


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def write(folder, spec):
    file = Path(folder) / "experiment.json"
    file.write_text(json.dumps(spec))
    return file


def throughput(pairs):
    ratios = []
    for pair in range(pairs):
        with tempfile.TemporaryDirectory() as alone, tempfile.TemporaryDirectory() as clustered:
            file = write(alone, experiment(steps=300))

            def by_engine():
                done = subprocess.run([*engine, "training", str(file), "--data", alone], capture_output=True, text=True, check=True)
                return json.loads(done.stdout.splitlines()[-1])

            def by_grains():
                silo = Silo(clustered)
                name = submit(clustered, file)
                while not (results := silo.get(f"/api/experiments/{name}/results")):
                    time.sleep(0.5)
                silo.stop()
                hours, minutes, seconds = results[0]["training"]["time"].split(":")
                return {"seconds": int(hours) * 3600 + int(minutes) * 60 + float(seconds), "hash": results[0]["training"]["weightsHash"]}

            # The order changes, so that a machine that slows down favours neither.
            first, second = (by_engine, by_grains) if pair % 2 == 0 else (by_grains, by_engine)
            a, b = first(), second()
            a, b = (a, b) if pair % 2 == 0 else (b, a)
            assert a["hash"] == b["hash"], "the weights differ"
            ratios.append(a["seconds"] / b["seconds"])
            print(f"  engine {a['seconds']:.2f} s, grains {b['seconds']:.2f} s, throughput ratio {ratios[-1]:.3f}, same weights", flush=True)
    print(f"training throughput through the grains / engine alone: {statistics.median(ratios):.3f}")


class Watchers:
    """So many clients that read an experiment's events."""

    def __init__(self, silo, name, count):
        self.bytes, self.events, self.stop = 0, 0, threading.Event()
        host, port = silo.url.removeprefix("http://").split(":")
        self.sockets = []
        for _ in range(count):
            client = socket.create_connection((host, int(port)))
            client.sendall(f"GET /api/experiments/{name}/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {silo.token}\r\n\r\n".encode())
            client.setblocking(False)
            self.sockets.append(client)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.stop.wait(0.5):  # rarely, since the watchers share the training's cores here
            for client in self.sockets:
                with contextlib.suppress(BlockingIOError):
                    while data := client.recv(65536):
                        self.bytes += len(data)
                        self.events += data.count(b"event: status")

    def close(self):
        self.stop.set()
        self.thread.join()
        for client in self.sockets:
            client.close()


def watchers(pairs, count, window):
    with tempfile.TemporaryDirectory() as data:
        silo = Silo(data)
        name = submit(data, write(data, experiment(steps=1_000_000)))
        run = silo.get(f"/api/experiments/{name}")["cells"][0]["runId"]

        def step():
            progress = silo.get(f"/api/runs/{run}").get("progress") or {}
            return progress.get("step") or 0

        while step() < 30:
            time.sleep(0.2)

        # Steps in a second, and in a second of the silo's processor time, which other programs on the machine change less.
        def speed(latencies=None):
            begin, first, used = time.monotonic(), step(), silo.seconds()
            while (passed := time.monotonic() - begin) < window:
                if latencies is not None:
                    asked = time.monotonic()
                    silo.get(f"/api/experiments/{name}")
                    latencies.append(time.monotonic() - asked)
                time.sleep(0.05 if latencies is not None else 1)
            steps = step() - first
            return steps / passed, steps / (silo.seconds() - used)

        ratios, shares, latencies, memory, events = [], [], [], [], 0
        for _ in range(pairs):
            without = speed()
            crowd = Watchers(silo, name, count)
            with_them = speed()
            speed(latencies)  # asking too takes time from the training, so the two are measured apart
            memory.append(silo.resident())
            crowd.close()
            events += crowd.events
            ratios.append(with_them[0] / without[0])
            shares.append(with_them[1] / without[1])
            print(f"  {without[0]:.2f} steps/s alone, {with_them[0]:.2f} with {count} watchers ({crowd.events} events), ratio {ratios[-1]:.3f}, "
                  f"by processor time {shares[-1]:.3f}, {memory[-1] / 1e6:.0f} MB resident", flush=True)
        silo.stop(kill=True)
    latencies.sort()
    assert events > 0, "no watcher was told anything"
    print(f"{count} watchers: training at {statistics.median(ratios):.3f} of its speed, {statistics.median(shares):.3f} by processor time; "
          f"memory from {memory[0] / 1e6:.0f} to {memory[-1] / 1e6:.0f} MB; "
          f"API p50 {1000 * statistics.median(latencies):.1f} ms, p99 {1000 * latencies[int(len(latencies) * 0.99)]:.1f} ms over {len(latencies)} calls")


class Dashboards(Watchers):
    """So many open dashboards without a browser: beside each page's stream of events, its questions every two seconds (dashboard.js: look)."""

    def __init__(self, silo, name, count):
        super().__init__(silo, name, count)
        self.asked, self.pages = 0, [threading.Thread(target=self.look, args=(silo, 2 * i / count)) for i in range(count)]
        for page in self.pages:
            page.start()

    def look(self, silo, late):
        self.stop.wait(late)  # pages are not opened at once
        while not self.stop.is_set():
            for path in ("/api/experiments", "/api/devices"):
                silo.get(path)
                self.asked += 1
            self.stop.wait(2)

    def close(self):
        super().close()
        for page in self.pages:
            page.join()


def dashboards(pairs, count=10, window=20):
    """Without a browser, which would share the training's cores: what is told is the silo's part alone."""
    with tempfile.TemporaryDirectory() as data:
        silo = Silo(data)
        name = submit(data, write(data, experiment(steps=1_000_000)))
        run = silo.get(f"/api/experiments/{name}")["cells"][0]["runId"]

        def step():
            return (silo.get(f"/api/runs/{run}").get("progress") or {}).get("step") or 0

        while step() < 30:
            time.sleep(0.2)

        def measure():
            """Steps per second, and the silo's CPU seconds for a step."""
            begin, cpu, first = time.monotonic(), silo.seconds(), step()
            time.sleep(window)
            steps = step() - first
            return steps / (time.monotonic() - begin), (silo.seconds() - cpu) / steps

        speeds, costs = [], []
        for pair in range(pairs):
            def alone():
                return measure()

            def watched():
                pages = Dashboards(silo, name, count)
                measured = measure()
                pages.close()
                assert pages.events > 0 and pages.asked > 0, "no dashboard was told anything"
                return measured

            # The order changes, so that a machine that slows down favours neither.
            first, second = (alone, watched) if pair % 2 == 0 else (watched, alone)
            a, b = first(), second()
            without, beside = (a, b) if pair % 2 == 0 else (b, a)
            speeds.append(beside[0] / without[0])
            costs.append(beside[1] / without[1])
            print(f"  {without[0]:.2f} steps/s alone, {beside[0]:.2f} with {count} dashboards, ratio {speeds[-1]:.3f}; "
                  f"CPU {without[1]:.3f} and {beside[1]:.3f} s a step, ratio {costs[-1]:.3f}", flush=True)
        silo.stop(kill=True)
    print(f"{count} dashboards: training at {statistics.median(speeds):.3f} of its speed, {statistics.median(costs):.3f} of the CPU time a step")


def restart(pairs):
    seconds = []
    with tempfile.TemporaryDirectory() as data:
        silo = Silo(data)
        name = submit(data, write(data, experiment(steps=1_000_000, checkpoint="00:00:02")))
        run = silo.get(f"/api/experiments/{name}")["cells"][0]["runId"]
        for attempt in range(2, pairs + 2):
            while ((silo.get(f"/api/runs/{run}").get("progress") or {}).get("checkpointStep") or 0) == 0:
                time.sleep(0.1)
            silo.stop(kill=True)
            silo = Silo(data)
            ready = time.monotonic() - silo.started
            while True:
                status = silo.get(f"/api/runs/{run}")
                if len(status["attempts"]) >= attempt and (status.get("progress") or {}).get("step"):
                    break
                time.sleep(0.02)
            seconds.append(time.monotonic() - silo.started)
            print(f"  ready after {ready:.2f} s, first step of the resumed run told after {seconds[-1]:.2f} s", flush=True)
        silo.stop(kill=True)
    print(f"from the start of a killed silo to the resumed run's next step: median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s")


def start(pairs):
    firsts, steps = [], []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as data:
            file = write(data, experiment(steps=1_000_000))
            began = time.monotonic()
            process = subprocess.Popen([*icon, "run", str(file), "--data", data, "--device", "cpu", "--threads", "2"],
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            process.stdout.readline()
            firsts.append(time.monotonic() - began)
            while not any(log.stat().st_size for log in Path(data).glob("runs/*/loss.jsonl")):
                if process.poll() is not None:
                    sys.exit(process.stdout.read().decode())
                time.sleep(0.005)
            steps.append(time.monotonic() - began)
            process.kill()
            process.wait()
            print(f"  first line after {firsts[-1]:.2f} s, first step's loss on the disk after {steps[-1]:.2f} s", flush=True)
    print(f"icon run: first line {statistics.median(firsts):.2f} s, first step's loss {statistics.median(steps):.2f} s")


def idle(pairs, settle=20, window=60):
    memory, shares = [], []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as data:
            silo = Silo(data)
            time.sleep(settle)
            before = silo.seconds()
            time.sleep(window)
            shares.append((silo.seconds() - before) / window)
            memory.append(silo.resident())
            silo.stop()
            print(f"  {memory[-1] / 1e6:.0f} MB resident, {shares[-1]:.2%} of a core", flush=True)
    print(f"idle silo: {statistics.median(memory) / 1e6:.0f} MB resident, {statistics.median(shares):.2%} of a core")


def main():
    measures = {
        "throughput": throughput, "watchers": lambda pairs: watchers(pairs, options.clients, options.window), "dashboards": dashboards, "restart": restart, "start": start, "idle": idle,
    }
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", nargs="*", choices=[*measures, []], help="default: all")
    options.add_argument("--pairs", type=int, default=3, help="how often each is measured (default 3)")
    options.add_argument("--clients", type=int, default=100, help="watchers at once (default 100)")
    options.add_argument("--window", type=float, default=15, help="seconds of each period that watchers are measured in (default 15)")
    options = options.parse_args()
    os.environ.setdefault("DOTNET_TieredPGO", "0")
    for what in options.what or measures:
        measures[what](options.pairs)


if __name__ == "__main__":
    main()
