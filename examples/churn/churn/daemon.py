"""driftd beside the example: the daemon whose clock the replay moves, and its commands."""

import json
import subprocess
from datetime import datetime
from pathlib import Path
from string import Template
from urllib.parse import quote

from .registry import MODEL
from .servers import ADMIN, HERE, PASSWORD, Servers, free_port, get, post

CHANNEL, TOKEN = "#churn-ml", "xoxb-example"
FAILED = 3  # the exit code of `driftd validate` for a version that may not be promoted


class Driftd:
    def __init__(self, program: Path, slack: Path, servers: Servers, mlflow: str, brokers: str, slot: str, maturity: int, start: datetime) -> None:
        self._program, self._servers, self._start = program, servers, start
        self._slack = subprocess.Popen([slack, TOKEN, CHANNEL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        listen = f"127.0.0.1:{free_port()}"
        self.url = f"http://{listen}"
        directory = servers.at / "driftd"
        directory.mkdir(mode=0o700)
        (directory / "mlflow-password").write_text(PASSWORD)
        (directory / "slack-token").write_text(TOKEN)
        self._config = directory / "driftd.yaml"
        self._config.write_text(Template((HERE / "driftd.yaml").read_text()).substitute(
            kafka=brokers, mlflow=mlflow, user=ADMIN, directory=directory, slack=self._slack.stdout.readline().strip(), listen=listen,
            slot={"stage": "stage: Production", "alias": "alias: champion"}[slot], maturity=f"{24 * maturity}h",
        ))

    def run(self) -> None:
        """Starts the daemon; its clock stands until it is moved."""
        self._servers.start("driftd", [str(self._program), "run", "-c", str(self._config), "--clock-from", f"{self._start:%Y-%m-%dT%H:%M:%SZ}"],
                            lambda: get(self.url + "/-/ready"))

    def now(self, at: datetime) -> None:
        """Moves the clock; returns when all that fell due was judged and acted upon."""
        post(self.url + "/-/clock?now=" + quote(f"{at:%Y-%m-%dT%H:%M:%SZ}"))

    def command(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> tuple[int, str]:
        done = subprocess.run([self._program, *arguments, "-c", self._config], capture_output=True, text=True, cwd=self._servers.at)
        if done.returncode not in codes:
            raise AssertionError(f"driftd {' '.join(arguments)}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done.returncode, done.stdout

    def validate(self, version: str, *arguments: str) -> tuple[bool, str]:
        code, text = self.command("validate", "--model", MODEL, "--version", version, *arguments, codes=(0, FAILED))
        return code == 0, text

    def history(self) -> list[dict]:
        return json.loads(self.command("history", MODEL, "--json")[1])["history"]

    def told(self) -> str:
        """What people read in the channel."""
        text, _ = self._slack.communicate(timeout=240)
        return text
