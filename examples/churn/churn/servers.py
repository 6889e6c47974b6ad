"""The servers around the example, each a process of its own on loopback."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

import mlflow
from confluent_kafka.admin import AdminClient, NewTopic

from .events import OUTCOMES, PREDICTIONS

HERE = Path(__file__).parent.parent
ADMIN, PASSWORD = "admin", "an admin's passphrase"  # of a server that lives for minutes

MLFLOW_AUTH = """[mlflow]
default_permission = READ
database_uri = sqlite:///{at}/auth.db
admin_username = {admin}
admin_password = {password}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
# Hashing a password takes 0.3 s a call; 3.17 can remember one that was right.
auth_cache_ttl_seconds = 300
"""

# One node that is broker and controller.
KAFKA = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={at}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


def free_port() -> int:
    """A port below those of outgoing connections, so that none takes it before the server listens."""
    while True:
        port = secrets.choice(range(10_000, 32_768))
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Servers:
    """Starts processes, and stops them in the opposite order."""

    def __init__(self, at: Path) -> None:
        self.at, self._stack = at, ExitStack()

    def __enter__(self) -> "Servers":
        return self

    def __exit__(self, *exc) -> None:
        self._stack.close()

    def start(self, name: str, command: list[str], ready: Callable[[], object], env: dict[str, str] | None = None) -> subprocess.Popen:
        """Returns when the process is ready. What it writes goes to NAME.log."""
        path = self.at / f"{name}.log"
        out = self._stack.enter_context(open(path, "w"))
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=HERE, env=os.environ | (env or {}), start_new_session=True)
        self._stack.callback(stop, process)
        until(ready, f"{name} is ready", process, path)
        return process

    def mlflow(self) -> str:
        """A tracking server with SQLite behind it, artifacts of its own, and users."""
        at = self.at / "mlflow"
        at.mkdir()
        (at / "auth.ini").write_text(MLFLOW_AUTH.format(at=at, admin=ADMIN, password=PASSWORD))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        os.environ |= {"MLFLOW_TRACKING_URI": url, "MLFLOW_TRACKING_USERNAME": ADMIN, "MLFLOW_TRACKING_PASSWORD": PASSWORD}
        os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
        mlflow.set_tracking_uri(url)
        command = [sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth",
                   "--backend-store-uri", f"sqlite:///{at}/mlflow.db", "--artifacts-destination", f"{at}/artifacts", "--serve-artifacts",
                   "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        # Jobs, of which there are none here, would start ten more processes.
        env = {"MLFLOW_AUTH_CONFIG_PATH": str(at / "auth.ini"), "MLFLOW_FLASK_SERVER_SECRET_KEY": os.urandom(16).hex(), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        self.start("mlflow", command, lambda: get(url + "/health"), env)
        until(lambda: mlflow.MlflowClient().search_registered_models(max_results=1), "the registry answers")
        return url

    def kafka(self, libs: Path) -> str:
        """Apache Kafka, one node, with the two topics."""
        at = self.at / "kafka"
        at.mkdir()
        port = free_port()
        config = at / "server.properties"
        config.write_text(KAFKA.format(at=at, port=port, controller=free_port()))
        java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-cp", f"{libs}/*"]
        subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", "ZHJpZnRkLXRlc3QtcGFydA", "-c", config], check=True, capture_output=True)
        brokers = f"127.0.0.1:{port}"
        admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})

        def create() -> None:
            missing = {PREDICTIONS, OUTCOMES} - admin.list_topics(timeout=10).topics.keys()
            if missing:
                for made in admin.create_topics([NewTopic(t, 2, 1) for t in missing]).values():
                    made.result(60)

        self.start("kafka", [*java, "kafka.Kafka", str(config)], lambda: admin.list_topics(timeout=1))
        until(create, "the topics are made")  # the broker answers before it takes any
        return brokers

    def service(self, brokers: str, slot: str) -> str:
        """The FastAPI service, which looks at the registry every half second."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "churn.serve:app", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
        self.start("service", command, lambda: get(url + "/health"), {"KAFKA": brokers, "SLOT": slot, "POLL_SECONDS": "0.5", "REPLAY": "1"})
        return url


def stop(process: subprocess.Popen) -> None:
    for sign, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        return


def until(check: Callable[[], object], what: str, process: subprocess.Popen | None = None, log: Path | None = None, patience: float = 240) -> None:
    """Waits until the check neither raises nor is False."""
    end, last = time.monotonic() + patience, None
    while time.monotonic() < end:
        if process and process.poll() is not None:
            raise RuntimeError(f"{what}: it ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            if check() is not False:
                return
        except Exception as e:
            last = e
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not in {patience:.0f} s: {last}" + (f"\n{log.read_text()[-2000:]}" if log else ""))


def get(url: str) -> Any:
    return _read(url, 10)


def post(url: str, body: object = None) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return _read(urllib.request.Request(url, data, {"Content-Type": "application/json"}), 600)


def _read(request: str | urllib.request.Request, patience: float) -> Any:
    """The answer, an object where it is JSON, else text. Any status but 2xx is an error."""
    with urllib.request.urlopen(request, timeout=patience) as answer:
        text = answer.read().decode()
        return json.loads(text) if answer.headers.get_content_type() == "application/json" else text
