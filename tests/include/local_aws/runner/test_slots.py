from __future__ import annotations

import threading
import time

import pytest

from include.local_aws.runner.slots import Slots


def test_no_more_than_the_places_run_and_the_first_come_first() -> None:
    slots, order = Slots(2), []
    for number in range(6):
        slots.ask(lambda: None, lambda _, number=number: order.append(number))
    for ended in range(4):
        assert order == list(range(2 + ended))
        with slots.held():
            pass
    assert order == list(range(6))


def test_threads_hold_no_more_than_the_places() -> None:
    slots, running, most = Slots(2), [0], [0]
    lock = threading.Lock()

    def work() -> None:
        with slots.place(lambda: None):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.01)
            with lock:
                running[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running == [0]
    assert most[0] <= 2


def test_one_that_gives_up_waiting_leaves_the_line() -> None:
    slots, give_up, seen = Slots(1), threading.Event(), []

    class GivenUp(Exception):
        pass

    def check() -> None:
        if give_up.is_set():
            raise GivenUp

    def impatient() -> None:
        with pytest.raises(GivenUp), slots.place(check):
            seen.append("never")
        seen.append("gave up")

    with slots.place(lambda: None):
        waiting = threading.Thread(target=impatient)
        waiting.start()
        give_up.set()
        waiting.join(2)
    with slots.place(lambda: None):
        seen.append("next")
    assert seen == ["gave up", "next"]


def test_a_failing_job_gives_its_place_back() -> None:
    slots = Slots(1)
    with pytest.raises(ZeroDivisionError), slots.place(lambda: None):
        _ = 1 / 0
    with slots.place(lambda: None):
        pass


def test_hundreds_wait_without_a_thread_each() -> None:
    slots, told = Slots(1), []
    before = threading.active_count()
    with slots.place(lambda: None):
        for number in range(300):
            slots.ask(lambda: None, lambda error, number=number: told.append((number, error)))
        assert threading.active_count() <= before + 1
        assert told == []
    for number in range(300):
        assert told == [(one, None) for one in range(number + 1)]
        with slots.held():
            pass


def test_one_that_gives_up_is_told_at_once_when_asked_to_look() -> None:
    slots, give_up, told = Slots(1), threading.Event(), threading.Event()

    def check() -> None:
        if give_up.is_set():
            raise ZeroDivisionError

    with slots.place(lambda: None):
        slots.ask(check, lambda error: told.set() if isinstance(error, ZeroDivisionError) else None)
        give_up.set()
        slots.look()
        assert told.wait(5)
