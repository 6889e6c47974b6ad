"""What the service logs to Kafka, in a shape of its own; driftd.yaml says how it is read."""

import json
from datetime import datetime

from confluent_kafka import Producer

PREDICTIONS, OUTCOMES = "churn.predictions", "churn.outcomes"


class Log:
    def __init__(self, brokers: str) -> None:
        self._producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 2})
        self._failed: list[str] = []

    def prediction(self, request_id: str, at: datetime, features: dict, role: str, response: dict) -> None:
        """One message a version and request; all that scored a request share its id."""
        self._send(PREDICTIONS, request_id, {
            "request_id": request_id, "timestamp": at.isoformat(), "role": role,
            "request": {"features": features}, "response": response,
        })

    def outcome(self, request_id: str, known_at: datetime, churned: int) -> None:
        self._send(OUTCOMES, request_id, {"request_id": request_id, "known_at": known_at.isoformat(), "churned": churned})

    def _send(self, topic: str, key: str, message: dict) -> None:
        while True:
            try:
                self._producer.produce(topic, json.dumps(message), key, on_delivery=self._delivered)
                self._producer.poll(0)
                return
            except BufferError:  # the local queue is full
                self._producer.poll(0.1)

    def _delivered(self, error, message) -> None:
        if error:
            self._failed.append(f"{message.topic()}: {error}")

    def flush(self) -> None:
        """Returns when all that was sent is in Kafka."""
        left = self._producer.flush(30)
        if left or self._failed:
            raise RuntimeError(f"{left} messages not delivered in 30 s, {len(self._failed)} refused {self._failed[:1]}")
