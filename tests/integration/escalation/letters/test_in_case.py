"""A letter in a case: attached by who reads it, handed on word for word, and never to whom it was written around."""

from typing import Any

from server.kernel.identifiers import new_id
from tests.support.dispatches import Worry, parts, said, worry
from tests.support.rooms import House, Person

WORDS = "J’ai peur de rentrer <b>ce soir</b>.\nNe le dis à personne."


async def write(worried: Worry, who: Person, line: str, words: str = WORDS) -> str:
    letter = str(new_id())
    answer = await worried.ask(who, "POST", f"letters/{worried.room.mentee.id}/{line}", {"id": letter, "body": words})
    assert answer.status == 200, answer.body
    return letter


async def attach(worried: Worry, who: Person, letter: str) -> Any:
    return await worried.ask(who, "POST", f"cases/{worried.case}/letters", {"letter": letter})


async def test_a_letter_is_attached_once_and_stands_in_the_bundle_word_for_word(house: House) -> None:
    worried = await worry(house)
    lea, claire = worried.room.mentee, worried.claire
    letter = await write(worried, lea, "own")
    answered = await write(worried, claire, "own", "Je t’appelle tout de suite.")
    for one in (letter, letter, answered):
        assert (await attach(worried, claire, one)).status == 200
    file = (await worried.ask(claire, "GET", f"cases/{worried.case}/file")).body
    assert [link["ref"] for link in file["links"] if link["kind"] == "letter"] == [letter, answered]
    assert [entry["act"] for entry in file["timeline"]].count("linked") == 2

    bundle = await worried.file(await worried.agreed())
    people = {who.id: {"id": str(who.id), "name": who.name, "role": who.role.value} for who in (lea, claire)}
    assert [
        {key: one[key] for key in ("id", "person", "author", "line", "text")} for one in said(bundle)["letters"]
    ] == [
        {"id": letter, "person": people[lea.id], "author": people[lea.id], "line": "own", "text": WORDS},
        {
            "id": answered,
            "person": people[lea.id],
            "author": people[claire.id],
            "line": "own",
            "text": "Je t’appelle tout de suite.",
        },
    ]
    document = parts(bundle)["dossier.html"].decode()
    assert "J’ai peur de rentrer &lt;b&gt;ce soir&lt;/b&gt;.\nNe le dis à personne." in document


async def test_only_who_reads_a_letter_attaches_it_and_only_to_a_case_of_its_person(house: House) -> None:
    worried = await worry(house)
    letter = await write(worried, worried.room.mentee, "own")
    other = await house.room(supervisor=worried.claire)
    foreign = str(new_id())
    written = {"id": foreign, "body": "Bonjour"}
    assert (await worried.ask(other.mentee, "POST", f"letters/{other.mentee.id}/own", written)).status == 200
    assert (await attach(worried, worried.samir, letter)).status == 404
    assert (await attach(worried, worried.claire, foreign)).status == 404
    assert (await attach(worried, worried.claire, str(new_id()))).status == 404
    for who in (worried.room.mentor, worried.room.mentee):
        assert (await attach(worried, who, letter)).status == 403
    assert await house.sql("select count(*) from case_links where kind = 'letter'") == [(0,)]


async def test_whom_a_letter_was_written_around_reads_it_in_no_case(house: House) -> None:
    """Claire looks after the case; Léa wrote to somebody else than her."""
    worried = await worry(house)
    letter = await write(worried, worried.room.mentee, "other")
    assert (await attach(worried, worried.claire, letter)).status == 404
    await house.sql(
        "insert into case_links (case_id, kind, ref, added_at) values (:case, 'letter', :letter, now())",
        case=worried.case,
        letter=letter,
    )  # as if she had come to it later
    bundle = await worried.file(await worried.agreed())
    assert said(bundle)["letters"] == []
    assert b"Ne le dis" not in bundle


async def test_a_forgotten_letter_is_in_nothing_that_is_made_later(house: House) -> None:
    worried = await worry(house)
    letter = await write(worried, worried.room.mentee, "own")
    assert (await attach(worried, worried.claire, letter)).status == 200
    await house.sql("delete from letters where id = :id", id=letter)
    assert said(await worried.file(await worried.agreed()))["letters"] == []
