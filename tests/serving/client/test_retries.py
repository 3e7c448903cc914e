import pytest

from kerazoo.serving.client import retries
from kerazoo.serving.client.errors import ServingError


class Clock:
    """Time that passes in pauses only."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


class Server:
    """Fails with these codes, one after the other, then answers."""

    def __init__(self, *codes):
        self.codes, self.timeouts = list(codes), []

    def __call__(self, timeout):
        self.timeouts.append(timeout)
        if self.codes:
            raise ServingError(self.codes.pop(0), "no")
        return "answer"


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(retries, "time", found)
    return found


def test_pauses_grow_to_a_bound(clock):
    send = Server(*["UNAVAILABLE"] * 8)
    assert retries.ask(send, timeout=60.0, retries=8) == "answer"
    bounds = [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]
    assert len(clock.pauses) == len(bounds)
    for pause, bound in zip(clock.pauses, bounds):
        assert bound / 2 <= pause <= bound


def test_clients_do_not_come_at_once(clock):
    for _ in range(20):
        retries.ask(Server("UNAVAILABLE"), timeout=60.0, retries=1)
    assert len(set(clock.pauses)) == 20


def test_the_deadline_is_for_all_of_them(clock):
    send = Server(*["UNAVAILABLE"] * 9)
    with pytest.raises(ServingError, match="UNAVAILABLE"):
        retries.ask(send, timeout=1.0, retries=9)
    assert clock.now < 1
    left = [1 - sum(clock.pauses[:i]) for i in range(len(clock.pauses) + 1)]
    assert send.timeouts == pytest.approx(left)


@pytest.mark.parametrize(
    "code",
    ["INVALID_ARGUMENT", "NOT_FOUND", "DEADLINE_EXCEEDED", "INTERNAL", "UNIMPLEMENTED"],
)
def test_others_are_not_sent_again(clock, code):
    send = Server(code)
    with pytest.raises(ServingError) as error:
        retries.ask(send, timeout=60.0, retries=5)
    assert (error.value.code, len(send.timeouts), clock.pauses) == (code, 1, [])
