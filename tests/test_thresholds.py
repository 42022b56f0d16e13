from .test_api import SENTENCE, post


def test_thresholds_of_a_request_decide_and_the_scores_stay(client):
    plain = post(client, {"sentences": [SENTENCE]}).get_json()["sentences"][0]
    for label, score in plain["scores"].items():
        for threshold, has in ((score, True), (min(1, score + 0.0001), False)):
            asked = {"sentences": [SENTENCE], "thresholds": {label: threshold}}
            answer = post(client, asked).get_json()["sentences"][0]
            assert answer["scores"] == plain["scores"]
            if label == "statistic":
                assert (answer["type"] == "statistic") == has
                assert answer["themes"] == plain["themes"]
            else:
                assert (label in answer["themes"]) == has
                assert answer["type"] == plain["type"]
                assert [theme for theme in answer["themes"] if theme != label] == [
                    theme for theme in plain["themes"] if theme != label
                ]
