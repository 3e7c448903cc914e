"""The files of `saved_models/deploy` are what their programs read.

Their formats are checked with published schemas and messages. That they start a server
is not: TensorFlow Serving and containers are not among the packages of the tests.
"""

import contextlib
import importlib.resources
import json
import pathlib
import re
import shutil
import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf import text_format
from google.protobuf import wrappers_pb2

from kerazoo.serving.models_config import CONTAINER_CONFIG
from kerazoo.serving.models_config import CONTAINER_ROOT
from kerazoo.serving.models_config import write_models_config
from tests.documents import ROOT
from tests.serving.model_server import ModelServer
from tests.serving.served_models import export_models

DEPLOY = ROOT / "saved_models" / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
# Of Kubernetes: the oldest that is still maintained and has `preStop: sleep`.
KUBERNETES = ("1.34.0", "1.37.0")
# Fields of the messages that are in no package: session_bundle_config.proto and
# monitoring_config.proto of TensorFlow Serving 2.20.
BATCHING = {
    "max_batch_size": "Int64Value",
    "batch_timeout_micros": "Int64Value",
    "max_enqueued_batches": "Int64Value",
    "num_batch_threads": "Int64Value",
    "thread_pool_name": "StringValue",
    "enable_large_batch_splitting": "BoolValue",
    "max_execution_batch_size": "Int64Value",
}
PROMETHEUS = {"enable": "TYPE_BOOL", "path": "TYPE_STRING"}
# Of `tensorflow_model_server --help`.
FLAGS = {
    "allow_version_labels_for_unavailable_models",
    "batching_parameters_file",
    "enable_batching",
    "enable_per_model_batching_parameters",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "monitoring_config_file",
}


def load(path):
    return yaml.safe_load(path.read_text())


def manifest(kind):
    (found,) = (load(path) for path in MANIFESTS if load(path)["kind"] == kind)
    return found


def container():
    (found,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    return found


def service():
    return load(DEPLOY / "docker-compose.yml")["services"]["serving"]


def message(name, fields):
    """Returns a message whose fields are scalars, messages or wrapped scalars."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{name}.proto", package="deploy", syntax="proto3"
    )
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    kind = file.message_type.add(name=name)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    for number, (field, what) in enumerate(fields.items(), 1):
        added = kind.field.add(name=field, number=number, label="LABEL_OPTIONAL")
        if isinstance(what, dict):
            inner = kind.nested_type.add(name="Inner")
            for place, (key, scalar) in enumerate(what.items(), 1):
                inner.field.add(
                    name=key, number=place, label="LABEL_OPTIONAL", type=scalar
                )
            added.type, added.type_name = "TYPE_MESSAGE", f".deploy.{name}.Inner"
        else:
            added.type, added.type_name = "TYPE_MESSAGE", f".google.protobuf.{what}"
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(f"deploy.{name}")
    )()


def read(name, fields, path):
    return text_format.Parse((DEPLOY / path).read_text(), message(name, fields))


def test_threads_of_batches():
    found = read("BatchingParameters", BATCHING, "batching_parameters.txt")
    assert found.num_batch_threads.value >= 1
    # All others are those of each model, see --enable_per_model_batching_parameters.
    names = {field.name for field, _ in found.ListFields()}
    assert names == {"thread_pool_name", "num_batch_threads"}


def test_batches_of_a_model():
    found = read("BatchingParameters", BATCHING, "batching_params.pbtxt")
    assert found.enable_large_batch_splitting.value
    assert found.max_batch_size.value >= found.max_execution_batch_size.value > 1
    assert found.HasField("batch_timeout_micros")


def test_monitoring():
    fields = {"prometheus_config": PROMETHEUS}
    found = read("MonitoringConfig", fields, "monitoring.config").prometheus_config
    assert found.enable
    pod = manifest("Deployment")["spec"]["template"]["metadata"]
    assert pod["annotations"]["prometheus.io/path"] == found.path
    assert found.path in service()["healthcheck"]["test"][-1]


def test_compose_file_has_the_form_of_its_specification():
    schemas = importlib.resources.files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads(schemas.joinpath("compose-spec.json").read_text())
    jsonschema.validate(load(DEPLOY / "docker-compose.yml"), schema)
    wrong = {"services": {"serving": {"image": "a", "port": ["1:1"]}}}
    with pytest.raises(jsonschema.ValidationError, match="'port' was unexpected"):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_manifests_have_the_form_of_kubernetes(path, version):
    kubernetes_validate.validate(load(path), version, strict=True)


def test_manifests_with_unknown_fields_would_be_found():
    wrong = manifest("Deployment")
    wrong["spec"]["template"]["spec"]["containers"][0]["portz"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES[-1], strict=True)


def test_both_start_the_same_server():
    version = re.search(r":-(.*)}", service()["image"])[1]
    assert container()["image"] == f"tensorflow/serving:{version}"
    assert container()["args"] == service()["command"]


def test_flags_are_those_of_the_server_and_name_files_that_are_there():
    for argument in service()["command"]:
        name, _, value = argument.removeprefix("--").partition("=")
        assert name in FLAGS, argument
        if value.startswith("/"):
            path = pathlib.PurePosixPath(value).relative_to(CONTAINER_ROOT)
            is_written = path.name == CONTAINER_CONFIG  # By each run.
            assert is_written or (ROOT / "saved_models" / path).exists(), argument


def test_the_folder_of_models_is_where_the_files_say():
    (mount,) = service()["volumes"]
    assert (DEPLOY / mount["source"]).resolve() == ROOT / "saved_models"
    assert (mount["target"], mount["read_only"]) == (CONTAINER_ROOT, True)
    (mounted,) = container()["volumeMounts"]
    assert (mounted["mountPath"], mounted["readOnly"]) == (CONTAINER_ROOT, True)
    (volume,) = manifest("Deployment")["spec"]["template"]["spec"]["volumes"]
    assert volume["name"] == mounted["name"]
    claim = volume["persistentVolumeClaim"]["claimName"]
    assert claim == manifest("PersistentVolumeClaim")["metadata"]["name"]


def test_manifests_find_each_other():
    deployment, service = manifest("Deployment"), manifest("Service")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (
        service["spec"]["selector"],
        deployment["spec"]["selector"]["matchLabels"],
    ):
        assert selector.items() <= labels.items()
    target = manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert {
        "apiVersion": deployment["apiVersion"],
        "kind": deployment["kind"],
        "name": deployment["metadata"]["name"],
    } == target
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"grpc": 8500, "rest": 8501}
    assert {
        port["targetPort"]: port["port"] for port in service["spec"]["ports"]
    } == ports
    for probe in ("startupProbe", "readinessProbe"):
        assert container()[probe]["httpGet"]["port"] == "rest"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    export_models(folder)
    with contextlib.closing(ModelServer(write_models_config(folder))) as found:
        yield found


def test_containers_are_ready_when_the_server_is(server):
    command = service()["healthcheck"]["test"]
    assert command[0] == "CMD"
    if shutil.which("bash") is None:
        pytest.skip("This has no bash.")
    port = server.rest_address.rpartition(":")[2]
    script = command[-1].replace("8501", port)
    asked = script.replace("/monitoring/prometheus/metrics", "/v1/models/numbers")
    assert subprocess.run([*command[1:-1], asked]).returncode == 0
    asked = script.replace("/monitoring/prometheus/metrics", "/v1/models/cars")
    assert subprocess.run([*command[1:-1], asked]).returncode != 0
    script = script.replace(port, "1")
    done = subprocess.run([*command[1:-1], script], capture_output=True)
    assert done.returncode != 0


def test_deployment_files_are_checked_in():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("This is no clone.")
    files = [str(path) for path in DEPLOY.rglob("*") if path.is_file()]
    assert len(files) >= 8
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=ROOT)
    assert ignored.returncode == 1
