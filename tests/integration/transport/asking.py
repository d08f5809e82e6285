"""How each endpoint is asked about the things of a scene: what stands in its path or query, and its body."""

from datetime import timedelta
from typing import Any

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport.scene import Scene, subscription
from tests.support.rooms import NOW

Asked = tuple[dict[str, Any], Any]

TRIED = {"text": "mon num : 06 12 34 56 78", "sender": "mentor"}
ACCOUNT = {"login": "zoe", "name": "Zoé", "role": "mentor", "password": "a long enough one"}
TOKEN = "A" * 43
CHARTER = {"after": 1, "fr": ["J’écoute."], "en": ["I listen."]}
GATES = {"vetting": True, "charter": True, "training": True, "vetting_months": 6}
REACH = {"push": True, "mail": True, "sms": False, "quiet": {"start": "21:00", "end": "08:30"}, "shown_phone": None}
PUSHED = subscription()
YOUNG = {"push": True, "mail": False, "sms": False}
GATES |= {"welfare_blocks": False, "closed_readable_days": 90}
HELP_LINE = {"kind": "own", "number": "01 23 45 67 89", "audience": "Nous", "source": "nous", "checked": "2026-11-01"}
HELP_LINES = {"after": 0, "lines": [{**HELP_LINE, "id": str(new_id())}], "phone": "01 40 00 00 00"}
PASSKEY = {"id": "AAAA", "client_data": "AAAA"}
UNPROVEN: dict[str, Any] = {"proof": {}}
WORDING = {"text": "Un texte.", "easy": "Facile."}
CONSENT_TEXT = {"purpose": "prescriber", "after": 1, "fr": WORDING, "en": WORDING}


CRIP = {"name": "CRIP 93", "phone": "01 23 45 67 89", "source": "département", "checked_on": "2026-11-01"}


def of_room(scene: Scene) -> Asked:
    return {"room": scene.room.number}, None


def of_new_note(scene: Scene) -> Asked:
    return {"room": scene.room.number}, {"id": new_id(), "bytes": 100}


def of_note(scene: Scene) -> Asked:
    return {"room": scene.room.number, "note": scene.note, "chunk": 0}, None


def of_glass(scene: Scene) -> Asked:
    """Of a pair that the professional does not answer for."""
    return {}, {"room": scene.glass, "motive": "danger", "sentence": "Her brother called, we cannot reach her."}


def of_broken_glass(scene: Scene) -> Asked:
    return {"room": scene.glass}, None


def of_broken_note(scene: Scene) -> Asked:
    return {"room": scene.glass, "note": scene.glass_note}, None


def of_old_deferral(scene: Scene) -> Asked:
    return {"deferral": scene.deferral}, None


def of_deferral(scene: Scene) -> Asked:
    body = {"reason": "inquiry", "sentence": "The police asked us to wait.", "until": "2026-12-01T12:00:00Z"}
    return {}, {"room": scene.glass, **body}


def of_flag(scene: Scene) -> Asked:
    return {"flag": scene.flag}, None


def of_case(scene: Scene) -> Asked:
    return {"case": scene.case}, None


def of_new_dispatch(scene: Scene) -> Asked:
    return {"case": scene.case}, {"id": new_id(), "kind": "bundle", "telling": {"when": "now"}}


def of_dispatch(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, None


def of_saved_dispatch(scene: Scene) -> Asked:
    body = {"fields": {"kind": "bundle", "recipient": "Dr Ben", "why": "Un avis."}, "telling": {"when": "now"}}
    return {"dispatch": scene.dispatch}, {"revision": 0, **body}


def of_proposal(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "ask": scene.colleague.id}


def of_urgency(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "why": "Elle part ce soir."}


def of_second_look(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "agree": True}


def of_sending(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "how": "post"}


def of_answer_to_dispatch(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "answer": "received"}


def of_retelling(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0, "telling": {"when": "now"}}


def of_withdrawal(scene: Scene) -> Asked:
    return {"dispatch": scene.dispatch}, {"revision": 0}


def of_page_of_cases(scene: Scene) -> Asked:
    return {"state": "closed", "before": scene.closed_case}, None


def of_new_case(scene: Scene) -> Asked:
    body = {"id": new_id(), "severity": 2, "category": "wellbeing", "note": "Elle ne vient plus."}
    return {}, {**body, "pair": scene.room.pair.id}


def of_new_case_about(scene: Scene) -> Asked:
    body = {"id": new_id(), "severity": 2, "category": "wellbeing", "note": "Elle ne vient plus."}
    return {}, {**body, "about": scene.room.mentee.id}


def of_move(scene: Scene) -> Asked:
    return {"case": scene.case}, {"revision": scene.case_revision, "to": "in_progress"}


def of_reopening(scene: Scene) -> Asked:
    return {"case": scene.case}, {"revision": scene.case_revision, "note": "Elle a réécrit."}


def of_assignment(scene: Scene) -> Asked:
    body = {"revision": scene.case_revision, "owner": scene.people[Role.SUPERVISOR].id}
    return {"case": scene.case}, body


def of_grade(scene: Scene) -> Asked:
    return {"case": scene.case}, {"revision": scene.case_revision, "severity": 4, "note": "Elle est seule."}


def of_case_note(scene: Scene) -> Asked:
    return {"case": scene.case}, {"id": new_id(), "words": "Sa mère est prévenue.", "tier": "team"}


def of_task(scene: Scene) -> Asked:
    body = {"id": new_id(), "words": "Rappeler", "owner": scene.people[Role.SUPERVISOR].id, "due_on": "2026-11-24"}
    return {"case": scene.case}, body


def of_ended_task(scene: Scene) -> Asked:
    return {"case": scene.case, "task": scene.task}, None


def of_involved(scene: Scene) -> Asked:
    return {"case": scene.case}, {"person": scene.spare.id, "part": "witness"}


def of_uninvolved(scene: Scene) -> Asked:
    return {"case": scene.case}, {"person": scene.other.id, "part": "witness", "note": "Elle n’était pas là."}


def of_read_evidence(scene: Scene) -> Asked:
    return {"case": scene.case, "message": scene.evidence}, None


def of_unlinked(scene: Scene) -> Asked:
    return {"case": scene.case}, {"kind": "message", "ref": scene.evidence, "note": "Un autre message."}


def of_evidence(scene: Scene) -> Asked:
    return {"case": scene.case}, {"room": scene.room.id, "seq": 1}


def of_case_letter(scene: Scene) -> Asked:
    return {"case": scene.case}, {"letter": scene.case_letter}


def of_merge(scene: Scene) -> Asked:
    return {"case": scene.case}, {"revision": scene.case_revision, "into": scene.beside_case}


def of_worry(_: Scene) -> Asked:
    return {}, {"id": new_id(), "subject": "worry", "kind": "unwell", "words": "Elle ne mange plus."}


def of_reported_message(scene: Scene) -> Asked:
    """The voice note of the mentor."""
    body = {"id": new_id(), "subject": "message", "kind": "uneasy", "stop": False}
    return {}, {**body, "room": scene.room.id, "seq": 2}


def of_reported_person(scene: Scene) -> Asked:
    body = {"id": new_id(), "subject": "person", "kind": "uneasy", "stop": False}
    return {}, {**body, "person": scene.room.mentor.id}


def of_case_reports(scene: Scene) -> Asked:
    return {"case": scene.reported}, None


def of_heard_report(scene: Scene) -> Asked:
    return {"report": scene.heard_report}, None


def of_answered_report(scene: Scene) -> Asked:
    return {"case": scene.reported, "report": scene.report}, {"id": new_id(), "words": "Merci de l’avoir dit."}


def of_link_out(_: Scene) -> Asked:
    """Of an outside contact: nobody's."""
    return {"token": TOKEN}, None


def of_decision(scene: Scene) -> Asked:
    return {"flag": scene.flag}, {"decision": "refuse", "reason": "unsafe", "note": "vu"}


def of_second(scene: Scene) -> Asked:
    return {"flag": scene.flag}, {"agree": True, "note": "vu"}


def of_sample(scene: Scene) -> Asked:
    return {"flag": scene.sampled}, {"decision": "acknowledge", "reason": "serious"}


def of_pair(scene: Scene) -> Asked:
    people = {role.value: scene.people[role].id for role in (Role.MENTOR, Role.MENTEE, Role.SUPERVISOR)}
    return {}, people


def of_consent(scene: Scene) -> Asked:
    return {}, {"mentee": scene.room.mentee.id, "purpose": "prescriber", "agree": False}


def of_mentee(scene: Scene) -> Asked:
    return {"mentee": scene.room.mentee.id}, None


def of_line(scene: Scene) -> Asked:
    return {"person": scene.room.mentee.id, "line": "own"}, None


def of_letter(scene: Scene) -> Asked:
    return {"person": scene.room.mentee.id, "line": "own"}, {"id": new_id(), "body": "bonjour"}


def of_seen_letter(scene: Scene) -> Asked:
    return {"person": scene.room.mentee.id, "line": "own"}, {"upto": 1}


def of_paper(scene: Scene) -> Asked:
    mentee = scene.room.mentee.id
    body = {"by": mentee, "purpose": "prescriber", "agree": True, "how": "paper", "day": "2026-11-20"}
    return {"mentee": mentee}, body


def of_guardian(scene: Scene) -> Asked:
    guardian = scene.people[Role.GUARDIAN].id
    body = {"guardian": guardian, "relation": "parent", "authority": True, "paper": "family_record"}
    return {"mentee": scene.room.mentee.id}, body


def of_link(scene: Scene) -> Asked:
    return {"mentee": scene.room.mentee.id, "link": scene.link}, {"why": "request"}


def of_asked(scene: Scene) -> Asked:
    return {"request": scene.asked}, {"step": "take", "revision": 0}


def of_export(scene: Scene) -> Asked:
    return {"person": scene.room.mentee.id}, None


def of_request_for(scene: Scene) -> Asked:
    return {}, {"id": new_id(), "kind": "objection", "person": scene.room.mentee.id}


def of_request(scene: Scene) -> Asked:
    return {}, {"id": scene.asked}


def of_leaving(scene: Scene) -> Asked:
    return {"request": scene.leaving}, None


def of_erasure(scene: Scene) -> Asked:
    return {"request": scene.leaving}, {"revision": 0}


def of_hold(scene: Scene) -> Asked:
    return {"hold": scene.hold}, None


def of_new_hold(scene: Scene) -> Asked:
    until = (NOW + timedelta(days=30)).isoformat()
    return {}, {"reason": "plainte", "until": until, "person": scene.room.mentee.id}


def of_new_hold_on_two(scene: Scene) -> Asked:
    _, body = of_new_hold(scene)
    return {}, {name: value for name, value in body.items() if name != "person"} | {"pair": scene.room.pair.id}


def of_account(scene: Scene) -> Asked:
    return {"account": scene.spare.id}, None


def of_correction(scene: Scene) -> Asked:
    body = {"version": 1, "name": "Ana", "language": "fr", "zone": "Europe/Paris", "email": "ana@example.org"}
    return {"account": scene.spare.id}, body


def of_invitation(scene: Scene) -> Asked:
    return {"account": scene.other.id}, {}


def of_way_in(scene: Scene) -> Asked:
    return {"account": scene.other.id}, None


def of_own_device(scene: Scene) -> Asked:
    return {"device": scene.device}, None


def of_contact(scene: Scene) -> Asked:
    return {"contact": scene.contact}, {"name": "La ligne de nuit", "email": "garde@example.org"}


def of_old_contact(scene: Scene) -> Asked:
    return {"contact": scene.contact}, None


def of_new_contact(scene: Scene) -> Asked:
    return {}, {"id": new_id(), "name": "La ligne de nuit", "phone": "01 42 76 12 12", "works_for": "CRIP"}


def of_push_device(scene: Scene) -> Asked:
    return {"device": scene.push_device}, None


def of_notice(scene: Scene) -> Asked:
    return {}, {"ids": [scene.notice]}


def of_page_of_flags(scene: Scene) -> Asked:
    return {"before": scene.flag}, None


def of_device(scene: Scene) -> Asked:
    return {"account": scene.other.id, "session": scene.other.principal.session_id}, None


def of_one_pair(scene: Scene) -> Asked:
    return {"pair": scene.room.pair.id}, None


def of_answer(scene: Scene) -> Asked:
    return {"pair": scene.room.pair.id}, {"answer": "yes"}


def of_act(scene: Scene) -> Asked:
    return {"pair": scene.room.pair.id}, {"act": "probation", "why": "other", "revision": 0}


def of_bridge(scene: Scene) -> Asked:
    body = {"mentor": scene.room.mentor.id, "until": "2026-12-01T12:00:00Z", "revision": 1}
    return {"pair": scene.paused}, body


def of_caseload(scene: Scene) -> Asked:
    return {}, {"pairs": [scene.room.pair.id], "supervisor": scene.people[Role.SUPERVISOR].id}


def of_mentor(scene: Scene) -> Asked:
    return {"mentor": scene.room.mentor.id}, None


def of_new_paper(scene: Scene) -> Asked:
    return {"mentor": scene.room.mentor.id}, {"gate": "training", "kind": "welcome", "issued_on": "2026-11-20"}


def of_gone_paper(scene: Scene) -> Asked:
    return {"mentor": scene.room.mentor.id, "paper": scene.paper}, None


def of_welfare(scene: Scene) -> Asked:
    return {"mentee": scene.room.mentee.id}, {"step": "opened", "on": "2026-11-20"}


def of_person(scene: Scene) -> Asked:
    return {"person": scene.room.mentor.id}, {"why": "other"}


def of_plan(scene: Scene) -> Asked:
    return {}, {"revision": 0, "ladder": [scene.people[Role.ADMIN].id], "fallback": scene.contact}


def of_duty_change(scene: Scene) -> Asked:
    out, into = (scene.people[role].id for role in (Role.SUPERVISOR, Role.ADMIN))
    return {}, {"id": new_id(), "out": out, "into": into, **_SOON}


def of_swap(scene: Scene) -> Asked:
    return {}, {"id": new_id(), "to": scene.colleague.id, **_SOON}


def of_asked_swap(scene: Scene) -> Asked:
    return {"change": scene.duty}, {"accept": True}


def of_withdrawn_swap(scene: Scene) -> Asked:
    return {"change": scene.duty}, {}


_SOON = {"begins": NOW + timedelta(hours=1), "ends": NOW + timedelta(hours=2)}
