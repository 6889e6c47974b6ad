"""What people, jobs and servers do in the story, each step with its proof."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError

import mlflow
import pandas as pd
from mlflow import MlflowClient

from . import data, registry, train, validate
from .daemon import Driftd
from .events import Log
from .notebook import Notebook
from .pace import Pace
from .registry import MODEL
from .replay import Replay
from .servers import Servers, get, post, until

CAREFUL = {"learning_rate": 0.1, "max_depth": 6, "n_estimators": 100, "subsample": 0.8}
GREEDY = {"learning_rate": 1.0, "max_depth": 20, "n_estimators": 100, "min_child_weight": 0, "reg_lambda": 0}
METRICS = ("accuracy", "precision", "recall", "f1", "auc_roc")


class World:
    driftd: Driftd

    def __init__(self, book: Notebook, servers: Servers, slot: str, pace: Pace) -> None:
        self._book, self._servers, self._kind, self._pace = book, servers, slot, pace
        self._runs: dict[str, str] = {}  # version by run id

    def start(self, kafka: Path) -> None:
        self.mlflow = self._servers.mlflow()
        self._client = MlflowClient()
        self._slot = registry.slot(self._kind, self._client)
        try:
            get(self.mlflow + "/api/2.0/mlflow/experiments/get?experiment_id=0")
            raise AssertionError("MLflow answers whoever asks")
        except HTTPError as e:
            assert e.code == 401, e
        self.brokers = self._servers.kafka(kafka)
        self._book.say(f"MLflow {mlflow.__version__}: SQLite, artifact store, basic auth; Apache Kafka: 1 node, 2 topics")

    def train(self, name: str, split: data.Split, params: dict, description: str) -> str:
        """A training job; then what it logged is read back with MLflow's client."""
        t = train.train(name, split, params)
        version = registry.register(self._client, t.model_id, description)
        run = self._client.get_run(t.run_id)
        assert {m: run.data.metrics[m] for m in METRICS} == t.metrics, run.data.metrics
        assert {k: float(run.data.params[k]) for k in params} == params, run.data.params
        assert {f.path for f in self._client.list_artifacts(t.run_id)} >= {"feature_importance.png", "confusion_matrix.png"}
        [inputs] = run.inputs.dataset_inputs
        assert inputs.dataset.name == "mlc_churn" and inputs.tags[0].value == "training", inputs
        files = {f.path for f in self._client.list_logged_model_artifacts(t.model_id)}
        assert files >= {"MLmodel", "requirements.txt", "input_example.json", "monitoring"}, files
        info = mlflow.models.get_model_info(f"models:/{MODEL}/{version}")
        assert info.signature.outputs.input_names() == ["churn_probability", "churn_prediction"], info.signature
        registered = self._client.get_model_version(MODEL, version)
        assert (registered.description, registered.run_id) == (description, t.run_id), registered
        assert registered.tags["validation_status"] == "pending", registered.tags
        self._runs[t.run_id] = version
        self._book.say(f"version {version}: {description}; run {name}")
        known = split.validation.index.isin(split.train.index).sum()
        self._book.say("  " + ", ".join(f"{m} {t.metrics[m]:.3f}" for m in METRICS))
        self._book.say(f"  on {len(split.validation):,} rows, {known:,} of them of customers that it was trained on")
        return version

    def validate(self, version: str) -> None:
        """The pipeline in Python and `driftd validate`, on the same rows: the same verdict."""
        rows = self._servers.at / f"validation-v{version}.csv"
        outcomes = []
        for decide in (lambda: (validate.validate(self._client, self._slot, version, rows), ""), lambda: self.driftd.validate(version, rows.name)):
            self._client.set_model_version_tag(MODEL, version, "validation_status", "pending")
            passed, text = decide()
            [run, *_] = self._client.search_runs([e.experiment_id for e in self._client.search_experiments()],
                                                 f"attributes.run_name = 'validation-{MODEL}-v{version}'", order_by=["attributes.start_time DESC"])
            rules = {k: v for k, v in run.data.metrics.items() if k.startswith("validation_")}
            outcomes.append((passed, self._tag(version), rules, run.info.run_id))
        (python, tag, rules, one), (gate, gate_tag, gate_rules, other) = outcomes
        assert (python, tag, rules) == (gate, gate_tag, gate_rules), outcomes
        assert one != other and python and tag == "passed", outcomes
        self._book.say(f"validation pipeline in Python: {tag}; driftd validate on the same rows: {gate_tag}")
        self._book.say(text.rstrip())
        self._slot.propose(version)
        assert self._slot.challenger().version == version

    def promote(self, version: str) -> None:
        assert self._tag(version) == "passed", "only what was validated is promoted"
        before = self._slot.serving()
        self._slot.promote(version)
        assert self._slot.serving().version == version
        served = mlflow.pyfunc.load_model(self._slot.uri)
        assert self._runs[served.metadata.run_id] == version
        if before and self._kind == "stage":
            assert self._client.get_model_version(MODEL, before.version).current_stage == "Archived"
        self._book.say(f"{self._slot.name}: version {version}" + (f", before it {before.version}" if before else ""))

    def serve(self, future: pd.DataFrame, at: datetime) -> None:
        service = self._servers.service(self.brokers, self._kind)
        self._service = service
        self._replay = Replay(future, service, Log(self.brokers), self._pace.a_day, timedelta(days=self._pace.maturity))
        features = data.features(future).iloc[0].to_dict()
        whole = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in features.items()}
        answer = post(service + "/predict", {"features": whole, "at": at.isoformat()})
        version = self._runs[answer["model_version"]]
        assert version == self._slot.serving().version and 0 <= answer["churn_probability"] <= 1
        assert answer["churn_prediction"] == int(answer["churn_probability"] > 0.5), answer
        self._book.say(f"POST /predict -> {answer}")

    def days(self, day: datetime, n: int, as_long_as: str | None = None) -> datetime:
        """Days of traffic; after each one driftd's clock moves over the tick that judges it.
        Ends earlier when the version as_long_as no longer serves. Says each week."""
        end, monday, by = day + timedelta(days=n), day, Counter()
        self._follow()
        while day < end and as_long_as in (None, self._slot.serving().version):
            by.update(self._replay.day(day))
            day += timedelta(days=1)
            self.driftd.now(day + timedelta(minutes=15))
            self._follow()
            if day == end or (day - monday).days == 7 or as_long_as not in (None, self._slot.serving().version):
                for run in sorted({run for run, _ in by}):
                    right, wrong = by[run, True], by[run, False]
                    self._book.say(f"{monday:%d %b} to {day:%d %b}: version {self._runs[run]} answered {right + wrong:,}, {right / (right + wrong):.1%} of them rightly")
                monday, by = day, Counter()
        return day

    def _follow(self) -> None:
        """The service scores with what the registry names, without a restart."""
        wanted = registry.scoring(self._client, self._slot)
        until(lambda: get(self._service + "/health")["versions"] == wanted, f"the service follows to versions {wanted}")

    def until_taken_back(self, good: str, bad: str, day: datetime, patience: int) -> datetime:
        day = self.days(day, patience, as_long_as=bad)
        serving = self._slot.serving().version
        assert serving == good, f"version {serving} serves after {patience} days:\n{self.driftd.command('status', codes=(0, 3))[1]}"
        self._book.say(f"{day:%d %b}: driftd moved {self._slot.name} to version {good}; the service follows")
        return day

    def check_taken_back(self, good: str, bad: str, today: datetime) -> None:
        tags = self._client.get_model_version(MODEL, bad).tags
        assert tags["driftd_health"] == "demoted" and tags["driftd_replaced_by"] == good, tags
        answer = post(self._service + "/predict", {"features": self._replay.somebody(), "at": today.isoformat()})
        assert self._runs[answer["model_version"]] == good, answer
        self._check_books(bad)
        actions = [h for h in self.driftd.history() if h["what"] == "action"]
        assert actions[-1]["state"] == "effective", actions
        for key in sorted(tags):
            self._book.say(f"version {bad}: {key} = {tags[key]}")
        self._book.say("\n$ driftd history " + MODEL)
        self._book.say(self.driftd.command("history", MODEL)[1])

    def _check_books(self, bad: str) -> None:
        """Every event was read, known by its run id, and compared with the version's own baseline."""
        assert "no rejects" in self.driftd.command("rejects", "list")[1]
        status = json.loads(self.driftd.command("status", "--json", codes=(0, 3))[1])
        assert not {"unresolved_versions", "orphan_outcomes"} & status.keys(), status
        assert "as its baseline states it" in self.driftd.command("reference", "show", MODEL, bad)[1]

    def validate_on_what_happened(self, version: str, today: datetime) -> None:
        known = today - timedelta(days=self._pace.maturity)
        passed, text = self.driftd.validate(version, "--to", f"{known:%Y-%m-%dT%H:%M:%SZ}")
        assert not passed and self._tag(version) == "failed", text
        self._book.say(text)

    def told(self) -> None:
        """What people read in the channel."""
        text = self.driftd.told()
        assert text.count("was demoted, ") == 1, text
        self._book.say(text)

    def _tag(self, version: str) -> str:
        return self._client.get_model_version(MODEL, version).tags["validation_status"]
