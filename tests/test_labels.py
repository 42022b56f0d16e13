from collections import Counter

from labels import dataset
from labels.check import check, variety
from labels.duplicates import near_duplicates
from labels.scheme import SCORED, LabelledSentence, Theme, Type, truth_of


def sentence(identity, text, *, themes=(), kind=Type.RHETORIC, group=None):
    return LabelledSentence(identity, text, themes, kind, group or identity, "agency")


LONG = "استاندار در جلسه شورای اداری از تکمیل راه روستایی منطقه تا پایان سال خبر داد"


def test_the_shipped_labels_have_no_fault(capsys):
    assert check() == 0
    assert capsys.readouterr().err == ""


def test_the_report_counts_every_label_register_and_group(capsys):
    check()
    out = capsys.readouterr().out
    for word in (*Theme, *Type, "no theme", "register", "hospital-epidemic", "largest group"):
        assert word in out


def test_a_near_duplicate_is_a_fault(rows, capsys):
    row = {"id": "a", "text": LONG, "themes": [], "type": "rhetoric", "group": "a", "register": "agency"}
    other = {**row, "id": "b", "text": f"{LONG} و رفت", "group": "b"}
    assert check([rows(row, other)]) == 1
    assert "b: a near-duplicate of a; rewrite one" in capsys.readouterr().err


def test_a_near_duplicate_with_other_labels_is_told_as_such(rows, capsys):
    row = {"id": "a", "text": LONG, "themes": [], "type": "rhetoric", "group": "a", "register": "agency"}
    other = {**row, "id": "b", "text": f"{LONG} و رفت", "group": "b", "type": "statistic"}
    assert check([rows(row, other)]) == 1
    assert "b: labelled otherwise than its near-duplicate a" in capsys.readouterr().err


def test_a_minimal_pair_of_one_group_is_no_near_duplicate():
    pair = [sentence("a", LONG, group="p"), sentence("b", f"{LONG} و رفت", group="p")]
    assert not list(near_duplicates(pair))


def test_sentences_without_three_words_have_no_near_duplicates():
    assert not list(near_duplicates([sentence("a", "سلام دنیا"), sentence("b", "سلام دنیا")]))


def test_a_malformed_file_is_a_fault(rows, capsys):
    assert check([rows("{")]) == 1
    assert "rows.jsonl:1: expected a JSON object" in capsys.readouterr().err


def test_there_are_five_thousand_composed_sentences_in_real_proportions(labelled):
    composed = [each for each in labelled if each.place is None]
    assert len(composed) >= 5000
    statistic = sum(each.type is Type.STATISTIC for each in composed) / len(composed)
    no_theme = sum(not each.themes for each in composed) / len(composed)
    assert 0.25 <= statistic <= 0.38
    assert 0.40 <= no_theme <= 0.52


def test_there_are_four_hundred_minimal_pairs_that_differ_in_a_label(labelled):
    members = {}
    for each in labelled:
        if each.group.startswith("pair-"):
            members.setdefault(each.group, []).append(each)
    pairs = [group for group in members.values() if len({(each.themes, each.type) for each in group}) > 1]
    assert len(pairs) >= 400


def test_every_register_has_sentences_with_and_without_themes(labelled):
    counts = Counter(each.register for each in labelled)
    assert len(counts) >= 20
    for register in counts:
        here = [bool(each.themes) for each in labelled if each.register == register]
        assert any(here), register
        assert not all(here), register


def test_every_sentence_of_the_five_documents_is_labelled():
    places = [line for line in (dataset.FOLDER / "documents.jsonl").read_text("utf-8").splitlines() if line]
    assert 71 <= len(places) <= 75


def test_truth_has_a_column_for_each_scored_label():
    truth = truth_of([sentence("a", LONG, themes=(Theme.EXPORT,), kind=Type.STATISTIC)])
    assert truth.tolist() == [[label in (Theme.EXPORT, Type.STATISTIC) for label in SCORED]]


def test_the_gap_table_sets_ours_beside_real_sentences(rows, capsys):
    ours = {"id": "a", "text": LONG, "themes": [], "type": "rhetoric", "group": "a", "register": "agency"}
    real = {"text": "صادرات ایران دو برابر شد", "themes": ["export"], "type": "statistic"}
    assert check([rows(ours, name="ours.jsonl")], rows(real, name="real.jsonl")) == 0
    lines = {line[:32].strip(): line[32:].split() for line in capsys.readouterr().out.splitlines()}
    assert lines["export with a plain keyword"] == ["-", "1.00"]
    assert lines["statistic"] == ["0.00", "1.00"]
    assert lines["words per sentence, 50 %"] == ["15", "5"]
    assert lines["real words never seen in ours"] == ["1.00"]


def test_a_faulty_file_of_real_sentences_is_told(rows, capsys):
    row = {"id": "a", "text": LONG, "themes": [], "type": "rhetoric", "group": "a", "register": "agency"}
    assert check([rows(row, name="ours.jsonl")], rows("{", name="real.jsonl")) == 1
    assert "real.jsonl:1: expected a JSON object" in capsys.readouterr().err


def test_variety_tells_repeated_words_and_shared_runs():
    same = [sentence("a", "یک دو سه چهار پنج"), sentence("b", "یک دو سه چهار شش"), sentence("c", "هفت هشت نه ده")]
    ratio, templates = variety(same)
    assert ratio == 10 / 14
    assert templates == 2 / 3
