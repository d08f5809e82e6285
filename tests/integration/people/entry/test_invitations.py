"""Staff let people in: each way serves once and as long as it holds, and each of the staff lets in their own alone."""

from datetime import timedelta

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.entry import PASSWORD, bound, file_of, issued, made, public, token_of
from tests.support.rooms import House, Person


async def test_an_adult_comes_in_by_a_link_that_serves_once(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTOR, "Julien B.", email="julien@example.org")
    given = await issued(house, admin, account)
    assert (given["purpose"], "code" in given) == ("password", False)
    assert set(given["qr"]) == {"path", "size"}
    token = token_of(given["link"])
    stored = str(await house.sql("select * from invitations"))
    assert token not in stored
    for _ in range(2):  # looking uses nothing
        welcome = await public(house, "join", {"token": token})
        assert welcome.body | {"login": ...} == {
            "organisation": "North",
            "name": "Julien B.",
            "role": "mentor",
            "language": "fr",
            "login": ...,
            "purpose": "password",
        }
    login = welcome.body["login"]
    assert (await public(house, "join/device", {"token": token})).error == ("bad_credentials", None)
    assert (await public(house, "join/password", {"token": token, "password": "court"})).error[0] == "bad_request"
    assert (await public(house, "session", {"login": login, "password": ""})).error[0] == "bad_credentials"
    chosen = await public(house, "join/password", {"token": token, "password": PASSWORD})
    assert (chosen.status, chosen.body) == (200, {"login": login})
    signed_in = await public(house, "session", {"login": login, "password": PASSWORD, "kind": "bearer"})
    assert signed_in.body["account"]["name"] == "Julien B."
    again = await public(house, "join/password", {"token": token, "password": PASSWORD + "!"})
    unknown = await public(house, "join/password", {"token": "A" * 43, "password": PASSWORD})
    assert (again.status, again.body) == (unknown.status, unknown.body) == (401, again.body)
    assert (await file_of(house, admin, account))["invitation"]["state"] == "used"


async def test_only_the_newest_way_in_counts_and_staff_can_take_it_back(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE)
    first, second = [await issued(house, admin, account) for _ in range(2)]
    assert (await public(house, "join", {"token": token_of(first["link"])})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": first["code"]})).error[0] == "bad_credentials"
    assert (await public(house, "join", {"token": token_of(second["link"])})).status == 200
    assert (await house.ask(admin, "DELETE", f"/api/v1/accounts/{account}/invitation")).status == 204
    assert (await public(house, "join", {"token": token_of(second["link"])})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": second["code"]})).error[0] == "bad_credentials"
    third = await issued(house, admin, account)
    house.clock.advance(timedelta(hours=72).total_seconds())
    admin = await house.person(Role.ADMIN, "Bob")  # whose session has not ended meanwhile
    assert (await public(house, "join/device", {"code": third["code"]})).error[0] == "bad_credentials"
    assert (await file_of(house, admin, account))["invitation"]["state"] == "expired"
    fourth = await issued(house, admin, account)
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/close")).status == 204
    assert (await public(house, "join/device", {"code": fourth["code"]})).error[0] == "bad_credentials"
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/invitation", {})).error[0] == "conflict"
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/reopen")).status == 204
    assert (await public(house, "join/device", {"code": fourth["code"]})).error[0] == "bad_credentials"
    assert (await issued(house, admin, account))["purpose"] == "device"


async def test_a_supervisor_lets_in_their_own_young_people_and_guardians_alone(house: House, admin: Person) -> None:
    """A telephone that is lost on a Friday evening: whoever answers then gives another code, and is seen to do so."""
    nadia = await house.person(Role.GUARDIAN, "Nadia")
    room, other = await house.room(guardian=nadia), await house.room()
    claire, lost = room.supervisor, await house.open(room.mentee)
    for mine in (room.mentee, nadia):
        path = f"/api/v1/accounts/{mine.id}"
        first = await issued(house, claire, str(mine.id))
        assert first["purpose"] == "device"
        second = await issued(house, claire, str(mine.id))
        assert (await public(house, "join/device", {"code": first["code"]})).error[0] == "bad_credentials"
        assert (await house.ask(claire, "DELETE", f"{path}/devices")).status == 204
        found = await bound(house, {"code": second["code"]})
        assert found.id == mine.id
        third = await issued(house, claire, str(mine.id))
        assert (await house.ask(claire, "DELETE", f"{path}/invitation")).status == 204
        assert (await public(house, "join/device", {"code": third["code"]})).error[0] == "bad_credentials"
        assert (await house.ask(claire, "DELETE", f"{path}/devices/{found.principal.session_id}")).status == 204
        password = await house.ask(claire, "POST", f"{path}/invitation", {"password": True})
        assert password.error == ("forbidden", None)
    await lost.until(lambda: lost.closed, "the end of the lost telephone")
    notices = (await house.ask(admin, "GET", "/api/v1/notices")).body["notices"]
    assert {(one["kind"], one["facts"]["account"]) for one in notices} == {
        ("access_touched", str(room.mentee.id)), ("access_touched", str(nadia.id)),
    }  # fmt: skip
    assert (await house.ask(claire, "GET", "/api/v1/notices")).body == {"notices": []}
    await house.sql(
        "update guardian_links set until = now(), ended_why = 'request' where guardian_id = :id", id=nadia.id
    )
    strangers = [room.mentor, claire, admin, other.mentee, other.mentor, nadia]
    answers = {
        str(reply.body)
        for who in (*(stranger.id for stranger in strangers), new_id())
        for method, path in (("POST", "invitation"), ("DELETE", "invitation"), ("DELETE", "devices"))
        for reply in [
            await house.ask(claire, method, f"/api/v1/accounts/{who}/{path}", {} if method == "POST" else None)
        ]
    }
    assert len(answers) == 1
    assert "not_found" in answers.pop()
