"""What a person's script does with a model, in MLflow's own client: promotes
version 2 as the handbooks say, or reads back what driftd did."""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
from mlflow import MlflowClient

what, server, name = sys.argv[1:]
client = MlflowClient(server, server)
if what == "promote":
    client.transition_model_version_stage(name, "1", "Production", archive_existing_versions=False)
    client.transition_model_version_stage(name, "2", "Staging", archive_existing_versions=False)
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)
    client.set_registered_model_alias(name, "champion", "2")
    client.set_model_version_tag(name, "2", "validation_status", "passed")
else:
    versions = {v.version: v for v in client.search_model_versions(f"name='{name}'")}
    print(json.dumps({
        "alias": client.get_model_version_by_alias(name, "champion").version,
        "stages": {v: versions[v].current_stage for v in sorted(versions)},
        "latest": [v.version for v in client.get_latest_versions(name, ["Production"])],
        "aliases": client.get_registered_model(name).aliases,
        "tags": {v: dict(client.get_model_version(name, v).tags) for v in sorted(versions)},
    }))
