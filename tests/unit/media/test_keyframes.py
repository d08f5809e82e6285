from server.media.keyframes import KeyFrameRequests


def test_many_who_need_a_key_frame_cost_one_request_each_half_second() -> None:
    requests = KeyFrameRequests()
    sent = [step for step in range(200) if requests.ask(step / 100, round_trip=0.05)]
    assert sent == [0, 50, 100, 150]


def test_on_a_long_way_the_answer_is_waited_for() -> None:
    requests = KeyFrameRequests()
    sent = [step for step in range(300) if requests.ask(step / 100, round_trip=0.8)]
    assert sent == [0, 100, 200]


def test_the_wait_ends_with_a_key_frame() -> None:
    requests = KeyFrameRequests()
    states = [requests.waiting]
    requests.ask(0.0, 0.1)
    states.append(requests.waiting)
    requests.came()
    states.append(requests.waiting)
    assert states == [False, True, False]
    assert requests.due_in(0.2, 0.1) > 0  # and yet the next request keeps its distance
