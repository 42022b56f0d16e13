import os

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.web.metrics import Metrics
from service.web.state import State

SENTENCES = ["صادرات زعفران به ده کشور رسید.", "روحیه جهادی تنها راه است.", "۲۵ کارگر بیمه شدند."]


def samples(text):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def client(tagger, manifest):
    return create_app({"QUIET": True}, tagger, manifest).test_client()


def read(client):
    response = client.get("/metrics")
    assert response.content_type.startswith("text/plain")
    return samples(response.text)


def test_requests_are_counted_by_endpoint_and_status(client):
    client.get("/labels")
    client.get("/labels")
    client.post("/classify", data=b"{")
    client.get("/nothing")
    found = read(client)
    assert found["barchasb_requests_total", "about.labels", "200"] == 2
    assert found["barchasb_requests_total", "api.classify", "415"] == 1
    assert found["barchasb_requests_total", "none", "404"] == 1
    assert found["barchasb_request_seconds_count", "about.labels"] == 2
    assert 0 < found["barchasb_request_seconds_sum", "about.labels"] < 10


def test_sentences_tags_and_scores_are_counted(client, tagger):
    client.post("/classify", json={"sentences": SENTENCES})
    tags = [each.tag for each in tagger.tag_sentences(SENTENCES)]
    found = read(client)
    assert found["barchasb_sentences_total",] == 3
    for label in ("health", "employment", "export", "ideology"):
        assert found["barchasb_tags_total", label] == sum(label in tag.themes for tag in tags)
    for label in ("statistic", "rhetoric"):
        assert found["barchasb_tags_total", label] == sum(label == tag.type for tag in tags)
    scores = np.array([tag.scores for tag in tags])
    for place, label in enumerate(("health", "employment", "export", "ideology", "statistic")):
        assert found["barchasb_score_count", label] == 3
        assert found["barchasb_score_sum", label] == pytest.approx(scores[:, place].sum())
        for bound in ("0.1", "0.5", "0.9", "1.0"):
            assert found["barchasb_score_bucket", label, bound] == (scores[:, place] <= float(bound)).sum()


def test_many_tags_count_as_each_by_itself():
    every = np.round(np.arange(10**4 + 1) / 10**4, 4)
    scores = np.stack([np.roll(every, label) for label in range(5)], axis=1)
    codes = np.arange(len(every)) % (1 << 5)
    together, alone = Metrics(State(), []), Metrics(State(), [])
    together.request(None, 200, 0.1, (scores, codes))
    for place in range(len(codes)):
        alone.request(None, 200, 0.1, (scores[place : place + 1], codes[place : place + 1]))
    found, expected = samples(together.text().decode()), samples(alone.text().decode())
    ours = [name for name in found if not name[0].startswith("barchasb_request")]
    assert [found[name] for name in ours] == pytest.approx([expected[name] for name in ours])
    assert found["barchasb_sentences_total",] == 10_001
    assert found["barchasb_tags_total", "export"] == found["barchasb_tags_total", "ideology"] == 5000
    assert [found["barchasb_score_bucket", "health", f"0.{tenth}"] for tenth in (1, 3, 7)] == [1001, 3001, 7001]


def test_the_model_and_its_changes_are_told(client, tagger):
    found = read(client)
    assert found["barchasb_model_info", tagger.version] == 1
    assert found["barchasb_model_switches_total",] == 0
    assert found["barchasb_model_refused_total",] == 0
    assert found["barchasb_ready",] == 1


def test_counts_of_every_process_are_added_and_outlive_it():
    metrics = Metrics(State(), ["a", "b"])
    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            for _ in range(250):
                metrics.request("b", 200, 0.002)
            os._exit(9)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    metrics.request("b", 503, 100.0)
    metrics.switched()
    metrics.refused()
    found = samples(metrics.text().decode())
    assert found["barchasb_requests_total", "b", "200"] == 1000
    assert found["barchasb_requests_total", "b", "503"] == 1
    assert found["barchasb_request_seconds_bucket", "b", "0.001"] == 0
    assert found["barchasb_request_seconds_bucket", "b", "0.0025"] == 1000
    assert found["barchasb_request_seconds_bucket", "b", "10.0"] == 1000
    assert found["barchasb_request_seconds_count", "b"] == 1001
    assert found["barchasb_model_switches_total",] == found["barchasb_model_refused_total",] == 1
    assert found["barchasb_ready",] == 0
