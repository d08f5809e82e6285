import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompactMessage } from '../wire/types';
import { changes, emptyLog, entryOf, hasGap, live, page, snapshot, type Entry, type Log } from './log';

const message = (seq: number, state = 0, changed = 0, body = `m${seq}`): Entry =>
  entryOf([seq, seq % 2, 1_700_000_000 + seq, body, state, changed]);

test('a compact message needs only what differs', () => {
  assert.deepEqual(entryOf([7, 1, 1700, 'bonjour']), {
    seq: 7, changed: 7, seat: 1, at: 1700, body: 'bonjour', state: 'delivered',
  });
  assert.deepEqual(entryOf([7, 1, 1700, 'bonjour', 2, 9, 'A'.repeat(22)]), {
    seq: 7, changed: 9, seat: 1, at: 1700, body: 'bonjour', state: 'held', id: 'A'.repeat(22),
  });
});

test('messages that follow one another move the cursor', () => {
  let log = snapshot(emptyLog, [message(1)], 1, false);
  log = live(live(log, message(2)), message(3));
  assert.deepEqual([log.cursor, log.ahead, log.entries.map((e) => e.seq)], [3, [], [1, 2, 3]]);
});

test('a missing number is a gap until the history says how far it goes', () => {
  let log = live(snapshot(emptyLog, [message(1)], 1, false), message(3));
  assert.equal(hasGap(log), true);
  log = changes(log, [message(3)], 3); // number 2 was a held message that is not ours to see
  assert.deepEqual([hasGap(log), log.cursor, log.entries.map((e) => e.seq)], [false, 3, [1, 3]]);
});

test('a released message appears at its own place', () => {
  const log = live(snapshot(emptyLog, [message(1), message(3)], 3, false), message(2, 0, 4));
  assert.deepEqual(log.entries.map((e) => [e.seq, e.changed]), [[1, 1], [2, 4], [3, 3]]);
  assert.equal(log.cursor, 4);
});

test('a late copy does not undo a decision', () => {
  let log = live(snapshot(emptyLog, [message(1, 2)], 1, false), message(1, 0, 2));
  log = live(log, message(1, 2)); // the acknowledgement of a retry, from before the release
  assert.deepEqual(log.entries.map((e) => e.state), ['delivered']);
});

test('what the others read stays with a masked message, and only with it', () => {
  let log = live(snapshot(emptyLog, [], 0, false), { ...message(1, 1), othersRead: 'mon numéro : •••' });
  log = changes(log, [message(1, 1)], 1);
  assert.equal(log.entries[0]?.othersRead, 'mon numéro : •••');
  log = live(log, message(1, 4, 2));
  assert.equal('othersRead' in log.entries[0]!, false);
});

test('a change to a message that is not loaded waits for its page', () => {
  let log = snapshot(emptyLog, [message(10), message(11)], 11, true);
  log = live(log, message(4, 0, 12));
  assert.deepEqual([log.cursor, log.entries.map((e) => e.seq)], [12, [10, 11]]);
  log = page(log, [message(1), message(4, 0, 12)], false);
  assert.deepEqual([log.floor, log.entries.map((e) => e.seq)], [0, [1, 4, 10, 11]]);
});

test('messages that arrive before the first sync are kept', () => {
  const log = snapshot(live(emptyLog, message(3)), [message(1), message(2)], 2, false);
  assert.deepEqual([log.cursor, log.ahead, log.entries.map((e) => e.seq)], [3, [], [1, 2, 3]]);
});

// --- whatever happens, state + events = fresh fetch -----------------------------------------------------------------

/** A small, seeded generator (mulberry32), so that a failure can be run again. */
function randomness(seed: number): (below: number) => number {
  let a = seed;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** The server's side of one room, as docs/protocol.md tells it, seen by the person on `reader`. */
class ServerRoom {
  readonly rows: { seq: number; changed: number; seat: number; state: number }[] = [];
  last = 0;

  append(seat: number, state: number): CompactMessage {
    this.last += 1;
    const row = { seq: this.last, changed: this.last, seat, state };
    this.rows.push(row);
    return this.wire(row);
  }

  decide(row: { seq: number; changed: number; seat: number; state: number }, state: number): CompactMessage {
    this.last += 1;
    row.changed = this.last;
    row.state = state;
    return this.wire(row);
  }

  wire(row: { seq: number; changed: number; seat: number; state: number }): CompactMessage {
    return [row.seq, row.seat, 1000 + row.seq, `m${row.seq}`, row.state, row.changed === row.seq ? 0 : row.changed];
  }

  visible(reader: number): { seq: number; changed: number; seat: number; state: number }[] {
    return this.rows.filter((row) => row.state < 2 || row.seat === reader);
  }

  after(reader: number, cursor: number, limit: number): { messages: Entry[]; upto: number; more: boolean } {
    const all = this.visible(reader).filter((row) => row.changed > cursor).sort((a, b) => a.changed - b.changed);
    const rows = all.slice(0, limit);
    const more = all.length > limit;
    return { messages: rows.map((r) => entryOf(this.wire(r))), upto: more ? rows.at(-1)!.changed : this.last, more };
  }

  before(reader: number, place: number, limit: number): { messages: Entry[]; more: boolean } {
    const all = this.visible(reader).filter((row) => row.seq < place);
    const rows = all.slice(-limit);
    return { messages: rows.map((r) => entryOf(this.wire(r))), more: all.length > rows.length };
  }
}

function fillGaps(log: Log, room: ServerRoom, reader: number, limit: number): Log {
  let filled = log;
  for (let rounds = 0; ; rounds += 1) {
    assert.ok(rounds < 1000, 'asking for the gap must come to an end');
    const { messages, upto, more } = room.after(reader, filled.cursor ?? 0, limit);
    filled = changes(filled, messages, upto);
    if (!more && !hasGap(filled)) return filled;
  }
}

/** One life of a room and of a client of it. */
function liveThrough(seed: number): void {
  const pick = randomness(seed);
  const reader = pick(2);
  const room = new ServerRoom();
  for (let i = pick(40); i > 0; i -= 1) room.append(pick(2), pick(5));

  const first = room.before(reader, Infinity, 1 + pick(10));
  let log = snapshot(emptyLog, first.messages, room.last, first.more);
  let inFlight: CompactMessage[] = [];

  for (let step = 0; step < 60; step += 1) {
    const what = pick(10);
    const held = room.rows.filter((row) => row.state === 2);
    if (what < 4) inFlight.push(room.append(pick(2), pick(5)));
    else if (what < 6 && held.length > 0) inFlight.push(room.decide(held[pick(held.length)]!, pick(2) ? 0 : 4));
    else if (what === 6) {
      const older = room.before(reader, log.floor, 1 + pick(8));
      if (log.floor > 0) log = page(log, older.messages, older.more);
    } else if (what === 7) {
      inFlight = []; // the connection was cut; it comes back with its cursor
      const missed = room.after(reader, log.cursor ?? 0, 200);
      log = changes(log, missed.messages, missed.upto);
    } else if (inFlight.length > 0) {
      const index = pick(inFlight.length);
      const sent = inFlight[index]!;
      if (pick(3) > 0) inFlight.splice(index, 1); // otherwise it will come twice
      const isSeen = (sent[4] ?? 0) < 2 || sent[1] === reader;
      if (isSeen && pick(5) > 0) log = live(log, entryOf(sent));
    }
    const places = log.entries.map((entry) => entry.seq);
    assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), 'in order, each once');
  }

  log = fillGaps(log, room, reader, 1 + pick(20));
  const fresh = room.visible(reader).filter((row) => row.seq >= log.floor).map((row) => entryOf(room.wire(row)));
  assert.deepEqual(log.entries, fresh);
  assert.equal(log.cursor, room.last);
}

test('state + events = fresh fetch, whatever is lost, doubled or late', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    try {
      liveThrough(seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
