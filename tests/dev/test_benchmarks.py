"""The benchmark itself: what it divides, what it holds against the goals, and what it refuses to time."""

import http.server
import itertools
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import inside, load as load_module, report, requests
from benchmarks.comparison import Figure, Single
from benchmarks.goals import Goal, chosen, read
from benchmarks.load import load
from benchmarks.measuring import Measured, Unmeasured, divided, measured
from benchmarks.peers import peer_of
from benchmarks.run import GOALS, Run, exit_code, main

MORE = Goal("P1 rate", "rate", "more", 0.4, 0.5)
LESS = Goal("P1 p50", "wait", "less", 2.0, 1.5)
BLOCKS = Goal("P5 blocks", "blocks", "less", 60, bare=True, exact=True)

# As the issue of the figures has them: number, better, floor, stretch.
OF_THE_ISSUE = [
    *[("P1", "more", 0.4, 0.5), ("P1", "less", 2.0, 1.5), ("P2", "more", 0.7, 0.85)],
    *[("P3", "more", 4, 6), ("P3", "more", 6, 9)],
    *[("P4", "more", 0.8, 1), ("P4", "more", 3, 4), ("P4", "more", 6, 8), ("P5", "less", 1.2, 1.05)],
    *[("P6", "more", 80, 130), ("P6", "less", 1.5, 1.3), ("P7", "less", 1.1, 1.03), ("P7", "more", 500, 800)],
    *[("P8", "less", 3, 2.5), ("P8", "more", 20, 35)],
    *[("P9", "more", 0.8, 0.95), ("P9", "less", 16, 2), ("P9", "less", 100, None)],
    *[("P10", "less", 2, 1.5), ("P10", "more", 5, None), ("P10", "less", 32, None)],
    *[("P11", "more", 5, 7), ("P11", "less", 32, None), ("P12", "more", 20, 30), ("P12", "more", 0.5, None)],
    *[("P13", "more", 3, None), ("P13", "more", 10, None), ("P14", "more", 0.45, 0.6), ("P15", "less", 2, 1.3)],
    *[("P5", "less", 60, None), ("B", "less", 500, None), ("P8", "less", 20_000, None)],
]


def figure(ours, reference, *, ratio="ours/reference", same=lambda: None, unit="ms", against="bare") -> Figure:
    """Return a figure whose ways give these values in turn."""
    mine, theirs = itertools.cycle(ours), itertools.cycle(reference)
    return Figure("P1 rate", "work", lambda: next(mine), lambda: next(theirs), against, unit, ratio, same)


def timed(item: Figure | Single, goal: Goal, rounds: int = 3, **options) -> Measured:
    return measured(item, goal, 1_000, rounds=rounds, clock=lambda: 0.0, **options)


def test_the_goals_name_every_number_of_the_issue():
    goals = read(GOALS)
    held = {(goal.number, goal.better, float(goal.floor), goal.stretch) for goal in goals.values()}
    assert {(number, better, float(floor), stretch) for number, better, floor, stretch in OF_THE_ISSUE} <= held
    assert {goal.number for goal in goals.values()} == {*(f"P{place}" for place in range(1, 16)), "B"}


@pytest.mark.parametrize(
    "entry",
    [
        'better = "most"\nfloor = 1',
        'better = "more"\nfloor = 0',
        'better = "more"\nfloor = 2\nstretch = 1',
        'better = "less"\nfloor = 1\nstretch = 2',
        'better = "more"\nflor = 1',
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(tmp_path, entry):
    file = tmp_path / "goals.toml"
    file.write_text(f'["P1 rate"]\nwork = "w"\n{entry}\n')
    with pytest.raises(ValueError, match="P1 rate"):
        read(file)


def test_goals_are_chosen_by_number_or_key_and_an_unknown_word_is_refused():
    goals = {goal.key: goal for goal in (MORE, LESS, BLOCKS)}
    assert [*chosen(goals, ["P1"])] == ["P1 rate", "P1 p50"]
    assert [*chosen(goals, ["P1 p50", "P5"])] == ["P1 p50", "P5 blocks"]
    assert [*chosen(goals, [""])] == [*goals]
    with pytest.raises(ValueError, match="P99"):
        chosen(goals, ["P99"])


def test_a_goal_counts_at_its_own_size():
    sizes = [20_000, 200_000]
    assert Goal("P1", "w", "more", 1, at="each").sizes(sizes) == sizes
    assert Goal("P1", "w", "more", 1, at="each").sizes(sizes, small=True) == [200_000]
    assert Goal("P1", "w", "more", 1).sizes(sizes) == [200_000]
    assert Goal("P1", "w", "more", 1, at=100_000).sizes(sizes) == [200_000]
    assert Goal("P1", "w", "more", 1, at=100_000).sizes([10_000, 100_000, 1_000_000]) == [100_000]
    assert Goal("P1", "w", "less", 1, growth=True).sizes(sizes) == [200_000]
    assert Goal("P1", "w", "less", 1, growth=True).sizes([20_000]) == []


def test_the_share_loosens_a_floor_to_its_side_but_never_that_of_blocks():
    assert MORE.floor_of(0.7) == pytest.approx(0.28)
    assert LESS.floor_of(0.7) == pytest.approx(2.0 / 0.7)
    assert BLOCKS.floor_of(0.7) == 60


def test_the_ratio_is_the_way_round_that_the_figure_says():
    assert divided(figure([1], [1]), 4, 2) == 2
    assert divided(figure([1], [1], ratio="reference/ours"), 4, 2) == 0.5
    with pytest.raises(AssertionError, match="no figure to divide by"):
        divided(figure([1], [1]), 4, 0)


def test_the_figure_is_the_median_of_the_rounds_ratios_not_the_ratio_of_medians():
    item = timed(figure([10, 20, 90], [10, 10, 100]), MORE, is_checked=False)
    assert item.figures == [1, 2, 0.9]
    assert item.figure == 1  # the medians, 20 and 10, would say 2


def test_who_begins_changes_from_round_to_round():
    order = []
    item = Figure(
        "P1 rate",
        "work",
        lambda: order.append("ours") or 1.0,
        lambda: order.append("reference") or 1.0,
        "bare",
        "ms",
        "ours/reference",
        lambda: None,
    )
    timed(item, MORE, rounds=3)
    assert order == ["ours", "reference", "reference", "ours", "ours", "reference"]


def test_unequal_contenders_are_refused_before_anything_is_timed():
    done = []

    def unequal():
        raise AssertionError("row 7 differs")

    item = Figure(
        "P1 rate", "w", lambda: done.append(1), lambda: done.append(1), "bare", "ms", "ours/reference", unequal
    )
    with pytest.raises(AssertionError, match="row 7 differs"):
        timed(item, MORE)
    assert done == []


def test_a_refused_figure_stands_in_the_table_and_ends_with_1_but_costs_no_other():
    def unequal():
        raise AssertionError("row 7 | differs")

    run = a_run()
    run._take(figure([1], [1], same=unequal), 1_000)
    (item,) = run.results()
    assert not item.is_excused
    assert exit_code([item], is_checked=False) == 1
    assert "refused, both ways must give the same: AssertionError: row 7 / differs |" in report.table([item])


def test_what_misses_is_measured_again_with_more_rounds_and_only_these_count():
    busy = [0.1, 0.1, 0.1, *[0.9] * 9]
    item = timed(figure(busy, [1]), MORE)
    assert (item.is_held, item.again, len(item.figures)) == (True, 3, 9)
    assert "missed in 3 rounds, measured again" in report.table([item])
    assert exit_code([item]) == 0


def test_what_misses_again_ends_with_1():
    item = timed(figure([0.1], [1]), MORE)
    assert (item.is_held, item.again, exit_code([item])) == (False, 3, 1)
    assert "| missed; missed in 3 rounds" in report.table([item])
    held = timed(figure([0.45], [1]), MORE)
    assert (held.is_held, held.is_stretch, held.again, exit_code([held])) == (True, False, 0, 0)
    assert exit_code([held, item]) == 1
    assert exit_code([held, item], is_checked=False) == 0


def test_a_loosened_floor_holds_what_the_whole_one_would_not():
    assert not timed(figure([0.3], [1]), MORE).is_held
    assert timed(figure([0.3], [1]), MORE, share=0.7).is_held


def test_blocks_are_counted_once_and_missed_at_once():
    counted = []
    item = Single("P5 blocks", "blocks", lambda: counted.append(1) or 61.0, "blocks")
    found = timed(item, BLOCKS, share=0.7)
    assert (len(counted), found.is_held) == (1, False)
    assert timed(Single("P5 blocks", "blocks", lambda: 60.0, "blocks"), BLOCKS).is_held


def test_what_was_not_measured_stands_in_the_table_and_fails_unless_it_was_asked_for():
    left_out = Unmeasured(MORE, 1_000, "Datasette is not among --peers", is_excused=True)
    assert "not measured: Datasette is not among --peers" in report.table([left_out])
    assert exit_code([left_out]) == 0
    assert exit_code([Unmeasured(MORE, 1_000, "nothing measures it", is_excused=False)]) == 1


def a_run(**options) -> Run:
    said = SimpleNamespace(rounds=3, share=1.0, is_checked=True, small=False, **options)
    return Run({"P1 rate": MORE}, [1_000], ["bare"], said)


def test_a_run_asks_its_modules_and_says_what_nobody_measured():
    stage = SimpleNamespace(rows=1_000, application="postgres://nobody@localhost/nowhere")
    run = a_run()
    run.at(stage, {})
    assert [item.why for item in run.results()] == ["nothing measures it"]


@pytest.mark.parametrize(("missing", "is_excused"), [("import_export", True), ("projects.gone", False)])
def test_only_what_is_not_installed_is_excused(monkeypatch, missing, is_excused):
    def figures(stage):
        yield figure([1], [1], against="bare")
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(inside, "go_to", lambda url: None)
    run = Run({"P1 rate": MORE, "P1 p50": LESS}, [1_000], ["bare"], a_run().options)
    run.at(SimpleNamespace(rows=1_000, application=""), {"some": SimpleNamespace(figures=figures)})
    measured_one, missed_one = run.results()
    assert (measured_one.figure, missed_one.is_excused) == (1, is_excused)
    assert missing in missed_one.why


def test_a_failure_behind_the_last_figure_is_told_too(monkeypatch):
    def figures(stage):
        yield figure([1], [1], against="bare")
        raise KeyError("gone")

    monkeypatch.setattr(inside, "go_to", lambda url: None)
    run = a_run()
    run.at(SimpleNamespace(rows=1_000, application=""), {"some": SimpleNamespace(figures=figures)})
    assert [type(item) for item in run.results()] == [Measured, Unmeasured]
    assert exit_code(run.results()) == 1


@pytest.mark.parametrize(
    ("against", "told"), [("Datasette", "Datasette is not among --peers"), ("bare psycopg", ""), ("the first page", "")]
)
def test_peers_that_were_not_asked_for_are_left_out_and_said(against, told):
    run = a_run()
    run._take(figure([1], [1], against=against), 1_000)
    (item,) = run.results()
    assert getattr(item, "why", "") == told


def test_peers_are_known_by_their_longest_name():
    assert peer_of("django-import-export in bulk") == "django-import-export"
    assert peer_of("bare psycopg + orjson") == "bare"
    assert peer_of("the next smaller register") is None


def test_a_wrong_word_on_the_command_line_ends_with_1_and_makes_nothing(capsys):
    assert main(["--only", "P99"]) == 1
    assert "P99" in capsys.readouterr().err
    assert main(["--peers", "cobol"]) == 1
    assert main(["--rows", "10"]) == 1


def test_the_table_goes_between_the_markers_and_nothing_else_changes(tmp_path):
    file = tmp_path / "performance.md"
    file.write_text(f"# Before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(file, "| new |", postgres="17.6", command="benchmarks/run --rounds 5", of="abc")
    text = file.read_text()
    assert text.startswith(f"# Before\n{report.BEGIN}\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "old" not in text
    assert all(word in text for word in ("| new |", "PostgreSQL 17.6", "commit abc: `benchmarks/run --rounds 5`"))
    file.write_text("no markers")
    with pytest.raises(ValueError, match="to write between"):
        report.write(file, "x", postgres="17", command="y")


def test_addresses_never_come_twice_and_each_finds_a_full_page(monkeypatch):
    values = {name: ["a", "b", "c", "d"] for name in ("sector", "status", "year", "initiator_type")}
    counts = {key: 40 for key in itertools.product("abcd", repeat=4) if key[1] != "d"}
    monkeypatch.setattr(requests, "_counts", lambda url: (counts, values))
    drawn = requests.queries("", 1, 400)
    assert len(set(drawn)) == 400
    assert drawn == requests.queries("", 1, 400) != requests.queries("", 2, 400)
    assert any("status=c" in query for query in drawn)
    assert [query for query in drawn if "status=d" in query and query.count("status=") == 1] == []


class _Site(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"x" * 300_000
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def test_load_counts_whole_answers_and_refuses_another_status(monkeypatch):
    # A site of the same process answers large files as fast as they are read: here the load may be the limit.
    monkeypatch.setattr(load_module, "MOST_OF_A_CORE", 9.0)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        found = load(site, ["/a", "/b"], connections=2, seconds=0.2, warm=0.0)
        assert found.answers > 2
        assert found.bytes >= found.answers * 300_000
        with pytest.raises(AssertionError, match="404 for /gone"):
            load(site, ["/gone"], connections=1, seconds=0.1, warm=0.0)
    finally:
        server.shutdown()
        server.server_close()


def test_the_program_finds_the_environment_by_itself():
    text = Path(GOALS.parent / "run")
    assert text.stat().st_mode & 0o111
    assert text.read_text().startswith("#!/usr/bin/env python3")
