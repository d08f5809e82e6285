"""Who is on call, and the alarm when nobody is."""

from server.compose.people import People
from server.escalation.duty.alarm import Alarm
from server.escalation.duty.http import DutyHttp
from server.ground import Ground


class Duty:
    def __init__(self, ground: Ground, people: People) -> None:
        self.alarm = Alarm(ground.database, ground.clock)
        self.alarm.register(ground.jobs)
        people.standing.watch(self.alarm.standing_changed)
        self.endpoints = (DutyHttp(ground.database, ground.clock),)
