from . import soak

TABLE = 2_000


def test_memory_is_flat_however_many_words_are_new(models, tmp_path):
    # Each lap fills and drops the small table several times. Of two workers one may get its first request in any lap.
    report = soak.run(models, tmp_path / "log", laps=8, requests=2, command=soak.command(TABLE), workers=1)
    assert report.words > 40 * TABLE
    assert report.ratio <= soak.MOST, report.text()


def test_growth_is_seen():
    assert soak.Report([100, 102, 104, 103], 0).ratio < soak.MOST
    assert soak.Report([100, 103, 106, 109], 0).ratio > soak.MOST
