"""Values that contradict each other or the service are refused, each with a sentence that names them."""

import re

import pytest
import yaml

from tests.deploy.rendering import CASES, RefusedError, helm, values_file

GOOD = {"database": {"existingSecret": "db"}, "kafka": {"bootstrap": "kafka:9092"}}
SASL = {"securityProtocol": "SASL_SSL"}
KEDA = {"keda": {"enabled": True}}

#: A name, values over the good ones, and what has to be said; the two versions word their schemas differently.
BAD = [
    # what only the templates can know
    (
        "no database",
        {"database": {"existingSecret": ""}},
        r"name the Secret that holds the database's address",
    ),
    ("two databases", {"database": {"url": "postgresql://a/b"}}, r"database\.url and .* are both set"),
    ("no broker", {"kafka": {"bootstrap": ""}}, r"kafka\.bootstrap is empty"),
    ("TLS in clear", {"kafka": {"tls": {"caSecret": "ca"}}}, r"PLAINTEXT, which is not encrypted"),
    (
        "key password without key",
        {"kafka": {"securityProtocol": "SSL", "tls": {"keyPasswordKey": "p"}}},
        r"kafka\.tls\.clientSecret is empty",
    ),
    ("user without SASL", {"kafka": {"sasl": {"username": "u"}}}, r"PLAINTEXT, which asks for no password"),
    ("SASL without password", {"kafka": {**SASL, "sasl": {"username": "u"}}}, r"there is no password"),
    ("SASL without user", {"kafka": {**SASL, "sasl": {"existingSecret": "s"}}}, r"there is no user"),
    (
        "two passwords",
        {"kafka": {**SASL, "sasl": {"username": "u", "password": "p", "existingSecret": "s"}}},
        r"sasl\.password and kafka\.sasl\.existingSecret are both set",
    ),
    (
        "two users",
        {"kafka": {**SASL, "sasl": {"username": "u", "usernameKey": "k", "existingSecret": "s"}}},
        r"the user comes from one of them",
    ),
    (
        "user of no Secret",
        {"kafka": {**SASL, "sasl": {"usernameKey": "k", "password": "p"}}},
        r"name the Secret that holds the user",
    ),
    (
        "HPA and KEDA",
        {"deployments": {"ingest": {**KEDA, "hpa": {"enabled": True}}}},
        r"deployments\.ingest has both hpa and keda enabled",
    ),
    ("KEDA without ingest", {"deployments": {"clock": KEDA}}, r"deployments\.clock: keda scales by the lag"),
    (
        "more than most",
        {"deployments": {"relay": {"hpa": {"enabled": True, "minReplicas": 9}}}},
        r"hpa\.minReplicas is above hpa\.maxReplicas",
    ),
    (
        "HPA of nothing",
        {"deployments": {"relay": {"hpa": {"enabled": True}, "resources": {"requests": {"cpu": None}}}}},
        r"measures CPU against resources\.requests\.cpu, which is not set",
    ),
    (
        "a role nobody has",
        {"deployments": {"relay": {"enabled": False}}},
        r"no enabled deployment has the role relay",
    ),
    (
        "scraped twice",
        {"monitoring": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}},
        r"every process would be scraped twice",
    ),
    (
        "told twice",
        {"monitoring": {"prometheusRule": {"enabled": True}, "grafanaAlerts": {"enabled": True}}},
        r"they are the same rules",
    ),
    (
        "monitor of no Service",
        {"service": {"enabled": False}, "monitoring": {"serviceMonitor": {"enabled": True}}},
        r"it finds processes through the Service",
    ),
    (
        "two kinds of policies",
        {
            "policies": {
                "existingConfigMap": "c",
                "files": {"a.yaml": "text"},
                "register": {"policies": ["a"]},
            }
        },
        r"use your ConfigMap or the chart's, not both",
    ),
    ("nothing to register", {"policies": {"existingConfigMap": "c"}}, r"policies\.register is empty"),
    (
        "files of no ConfigMap",
        {"policies": {"register": {"policies": ["a.yaml"]}}},
        r"name the ConfigMap, or put",
    ),
    (
        "one name for two files",
        {"policies": {"files": {"a.yaml": "text"}, "calendars": {"a.yaml": "text"}}},
        r"both have a\.yaml",
    ),
    (
        "nobody registers",
        {"migration": {"mode": "none"}, "policies": {"files": {"a.yaml": "text"}}},
        r"registered by the migration, and migration\.mode is none",
    ),
    ("a hasty end", {"settings": {"DRAIN_SECONDS": 20}}, r"SHUTDOWN_SECONDS is 25 and has to be at least"),
    (
        "killed before its end",
        {"deployments": {"clock": {"terminationGracePeriodSeconds": 29}}},
        r"deployments\.clock: terminationGracePeriodSeconds is 29 and has to be at least",
    ),
    ("a slow heart", {"settings": {"KAFKA_HEARTBEAT_MS": 15000}}, r"at most a third of KAFKA_SESSION_MS"),
    ("its own words", {"settings": {"TICKETS_TOPIC": "sla.breaches.v1"}}, r"the topics have to differ"),
    (
        "a topic of its own",
        {"deployments": {"clock": {"settings": {"TICKETS_TOPIC": "x"}}}},
        r"TICKETS_TOPIC, which all processes have to share",
    ),
    (
        "settings by the back door",
        {"defaults": {"extraEnv": [{"name": "SLACLOCK_TENANT", "value": "x"}]}},
        r"extraEnv has SLACLOCK_TENANT; settings belong under settings",
    ),
    # what the schema knows
    ("a key nobody knows", {"replicaCount": 2}, r"replicaCount"),
    ("a misspelt key", {"defaults": {"replica": 2}}, r"defaults.*replica\b"),
    ("a misspelt setting", {"settings": {"BATCH_RECORD": 1}}, r"settings.*BATCH_RECORD\b"),
    ("a setting the chart owns", {"settings": {"KAFKA_USERNAME": "u"}}, r"settings.*KAFKA_USERNAME"),
    ("a setting out of bounds", {"settings": {"SLICES_AT_ONCE": 17}}, r"SLICES_AT_ONCE.*16"),
    ("a word for a number", {"settings": {"BATCH_RECORDS": "many"}}, r"BATCH_RECORDS.*(integer|string)"),
    (
        "no replica",
        {"deployments": {"clock": {"replicas": 0}}},
        r"replicas.*(greater than or equal to 1|want 1)",
    ),
    (
        "scaled to nothing",
        {"deployments": {"ingest": {"keda": {"enabled": True, "minReplicas": 0}}}},
        r"minReplicas.*(greater than or equal to 1|want 1)",
    ),
    ("an unknown role", {"deployments": {"cook": {"roles": ["cook"]}}}, r"roles.*one of.*ingest"),
    ("a deployment of no role", {"deployments": {"idle": {"replicas": 1}}}, r"idle.*roles"),
    ("a name no label takes", {"deployments": {"In_gest": {"roles": ["ingest"]}}}, r"In_gest"),
    ("an unknown way to migrate", {"migration": {"mode": "pod"}}, r"mode.*hook"),
    ("an unknown protocol", {"kafka": {"securityProtocol": "TLS"}}, r"securityProtocol.*SASL_SSL"),
    ("a broker without a port", {"kafka": {"bootstrap": "kafka"}}, r"bootstrap.*(match|pattern)"),
    ("an address of another database", {"database": {"url": "mysql://a/b"}}, r"url.*(match|pattern)"),
    ("half a digest", {"image": {"digest": "sha256:12"}}, r"digest.*(match|pattern)"),
    ("a port for root only", {"http": {"port": 80}}, r"port.*1,?024"),
]


def merged(base: dict, over: dict) -> dict:
    return base | {
        key: merged(base[key], value)
        if isinstance(value, dict) and isinstance(base.get(key), dict)
        else value
        for key, value in over.items()
    }


def said(major: int, values: dict, tmp_path) -> str:
    """What Helm says when it refuses the values, on one line; empty when it takes them."""
    path = tmp_path / "values.yaml"
    path.write_text(yaml.safe_dump(merged(GOOD, values)))
    try:
        helm(major, "template", "-f", str(path))
    except RefusedError as refused:
        return " ".join(str(refused).split())
    return ""


def test_the_good_values_are_good(tmp_path):
    assert said(4, {}, tmp_path) == ""


@pytest.mark.parametrize(("values", "sentence"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_it_is_refused_with_a_sentence(values, sentence, tmp_path):
    assert re.search(sentence, said(4, values, tmp_path))


@pytest.mark.deploy
@pytest.mark.parametrize(("values", "sentence"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_helm_3_refuses_it_too(values, sentence, tmp_path):
    assert re.search(sentence, said(3, values, tmp_path))


@pytest.mark.deploy
@pytest.mark.parametrize("major", [3, 4])
@pytest.mark.parametrize("case", CASES)
def test_the_linter_has_nothing_to_say(case, major):
    assert "0 chart(s) failed" in helm(major, "lint", "--strict", "-f", values_file(case))
