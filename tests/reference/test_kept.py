"""What a process keeps of its answers: no more bytes than allowed, the one used longest ago given up first."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

from reference.kept import Kept


def test_the_one_used_longest_ago_is_given_up_first():
    kept = Kept(5_000)
    for key in "abc":
        kept.put(key, b"x" * 1_000)
    assert kept.get("a") == b"x" * 1_000
    kept.put("d", b"y" * 1_000)
    assert [key for key in "abcd" if kept.get(key)] == ["a", "c", "d"]


def test_what_is_put_anew_takes_the_place_of_the_old_one_and_its_room():
    kept = Kept(5_000)
    for size in (4_000, 10, 2_000):
        kept.put("a", b"x" * size)
        assert kept.get("a") == b"x" * size
    kept.put("b", b"y" * 1_500)
    assert kept.get("a") == b"x" * 2_000
    kept.clear()
    assert (kept.get("a"), kept.held) == (None, 0)


def test_what_is_larger_than_all_the_room_is_not_kept_and_drives_nothing_out():
    kept = Kept(5_000)
    kept.put("a", b"x")
    kept.put("b", b"y" * 5_000)
    assert (kept.get("a"), kept.get("b")) == (b"x", None)


def test_threads_together_never_hold_more_than_is_allowed():
    kept = Kept(50_000)

    def work(seed):
        random = Random(seed)
        for _ in range(500):
            key = random.randrange(100)
            kept.put(key, bytes([key]) * random.randrange(5_000))
            found = kept.get(random.randrange(100))
            assert found is None or len(set(found)) <= 1
            assert kept.held <= 50_000

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert kept.held == sum(len(kept.get(key) or b"") + 500 for key in range(100) if kept.get(key) is not None)
