import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompactMessage } from '../wire/room';
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

test('a kind word stays with the text that it was said of, and only with it', () => {
  let log = live(snapshot(emptyLog, [], 0, false), { ...message(1, 2), notice: 'held_first_slip' });
  log = changes(log, [message(1, 2)], 1);
  assert.equal(log.entries[0]?.notice, 'held_first_slip');
  log = live(log, message(1, 5, 2));
  assert.equal('notice' in log.entries[0]!, false);
});

test('a returned message comes with its advice, and an edit takes its place', () => {
  const returned = entryOf([1, 1, 1700, 'avant', 5, 3, 'A'.repeat(22), 0, 0, 'Sans le nom.']);
  assert.deepEqual([returned.state, returned.advice], ['returned', 'Sans le nom.']);
  let log = live(snapshot(emptyLog, [message(1, 2), message(2)], 2, false), returned);
  log = live(log, entryOf([1, 1, 1700, 'après', 0, 4, 'A'.repeat(22)]));
  assert.deepEqual(log.entries.map((e) => [e.seq, e.body, e.state, e.advice]), [[1, 'après', 'delivered', undefined], [2, 'm2', 'delivered', undefined]]);
});

test('a held edit stands beside what the others read, and goes with the decision', () => {
  let log = live(snapshot(emptyLog, [message(1)], 1, false), entryOf([1, 1, 1700, 'avant', 0, 2, '', 0, 0, '', [2, 'après']]));
  assert.deepEqual(log.entries[0]?.edit, { state: 'held', body: 'après' });
  log = live(log, entryOf([1, 1, 1700, 'après', 0, 3, '', 0, 1]));
  assert.deepEqual([log.entries[0]?.body, log.entries[0]?.edited, 'edit' in log.entries[0]!], ['après', true, false]);
});

test('what the others read is not carried over to another text', () => {
  let log = live(snapshot(emptyLog, [], 0, false), { ...message(1, 1), othersRead: 'mon numéro : •••' });
  log = live(log, message(1, 1, 2, 'autre chose'));
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

interface Row {
  readonly seq: number;
  readonly seat: number;
  /** Of the last change that is for everybody who may see it, and of the last that is for its author alone. */
  changed: number;
  alone: number;
  state: number;
  body: string;
  edited: boolean;
  advice: string;
  edit: [number, string] | 0;
}

const own = (row: Row, reader: number): boolean => row.seat === reader;

/** The server's side of one room, as docs/protocol.md tells it, seen by the person on `reader`. */
class ServerRoom {
  readonly rows: Row[] = [];
  last = 0;

  append(seat: number, state: number): Row {
    this.last += 1;
    const row: Row = { seq: this.last, seat, changed: this.last, alone: 0, state, body: `m${this.last}`, edited: false, advice: '', edit: 0 };
    this.rows.push(row);
    return row;
  }

  /** Released, refused, or returned with advice. */
  decide(row: Row, state: number): Row {
    row.changed = this.last += 1;
    row.state = state;
    row.advice = state === 5 ? `a${this.last}` : '';
    return row;
  }

  /** The author writes something else: it goes through, or waits while the others read on. */
  rewrite(row: Row, held: boolean): Row {
    this.last += 1;
    const body = `e${this.last}`;
    if (held && row.state < 2) {
      row.alone = this.last;
      row.edit = [2, body];
      return row;
    }
    Object.assign(row, { changed: this.last, body, edited: row.edited || row.state < 2, state: held ? 2 : 0, advice: '', edit: 0 });
    return row;
  }

  changedFor(row: Row, reader: number): number {
    return own(row, reader) ? Math.max(row.changed, row.alone) : row.changed;
  }

  wire(row: Row, reader: number): CompactMessage {
    const changed = this.changedFor(row, reader);
    const mine = own(row, reader);
    return [
      row.seq, row.seat, 1000 + row.seq, row.body, row.state, changed === row.seq ? 0 : changed, '', 0, row.edited ? 1 : 0,
      mine ? row.advice : '', mine ? (row.edit as 0 | [number, string]) : 0,
    ];
  }

  visible(reader: number): Row[] {
    return this.rows.filter((row) => row.state < 2 || own(row, reader));
  }

  after(reader: number, cursor: number, limit: number): { messages: Entry[]; upto: number; more: boolean } {
    const all = this.visible(reader).filter((row) => this.changedFor(row, reader) > cursor).sort((a, b) => this.changedFor(a, reader) - this.changedFor(b, reader));
    const rows = all.slice(0, limit);
    const more = all.length > limit;
    return { messages: rows.map((r) => entryOf(this.wire(r, reader))), upto: more ? this.changedFor(rows.at(-1)!, reader) : this.last, more };
  }

  before(reader: number, place: number, limit: number): { messages: Entry[]; more: boolean } {
    const all = this.visible(reader).filter((row) => row.seq < place);
    const rows = all.slice(-limit);
    return { messages: rows.map((r) => entryOf(this.wire(r, reader))), more: all.length > rows.length };
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
    const open = room.rows.filter((row) => (row.state < 2 && row.edit === 0) || row.state === 5);
    const tell = (row: Row, alone = false): void => {
      if (row.seat === reader || (row.state < 2 && !alone)) inFlight.push(room.wire(row, reader));
    };
    if (what < 4) tell(room.append(pick(2), pick(5)));
    else if (what < 6 && held.length > 0 && pick(3) > 0) tell(room.decide(held[pick(held.length)]!, [0, 4, 5][pick(3)]!));
    else if (what < 6 && open.length > 0) {
      const waits = pick(3) === 0;
      const row = open[pick(open.length)]!;
      const readBefore = row.state < 2;
      tell(room.rewrite(row, waits), waits && readBefore);
    }
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
      if (pick(5) > 0) log = live(log, entryOf(sent));
    }
    const places = log.entries.map((entry) => entry.seq);
    assert.deepEqual(places, [...new Set(places)].sort((a, b) => a - b), 'in order, each once');
  }

  log = fillGaps(log, room, reader, 1 + pick(20));
  const fresh = room.visible(reader).filter((row) => row.seq >= log.floor).map((row) => entryOf(room.wire(row, reader)));
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
