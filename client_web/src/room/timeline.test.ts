import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Waiting } from '../outbox/rules';
import { emptyLog, entryOf, snapshot, type Entry } from './log';
import { reach, timeline } from './timeline';

const NOON = Date.parse('2026-11-20T12:00:00') / 1000;
const said = (seq: number, seat: number, at: number, id?: string): Entry => ({ ...entryOf([seq, seat, at, `m${seq}`]), ...(id ? { id } : {}) });
const waits = (id: string): Waiting => ({ order: 1, account: 'lea', kind: 'text', room: 1, id, body: 'x', at: 0 });
const laidOut = (entries: Entry[], waiting: Waiting[] = []): string[] =>
  timeline(snapshot(emptyLog, entries, 99, false), 1, waiting).map((item) =>
    item.kind === 'message'
      ? `${item.mine ? 'mine' : 'theirs'} ${item.entry.seq}${item.first ? ' first' : ''}${item.last ? ' last' : ''}`
      : item.kind === 'day' ? 'day' : `waiting ${item.item.id}`,
  );

test('a day opens with its name, and five minutes of one author stand together', () => {
  assert.deepEqual(laidOut([said(1, 0, NOON), said(2, 0, NOON + 60), said(3, 0, NOON + 600), said(4, 1, NOON + 610), said(5, 1, NOON + 86400)]), [
    'day', 'theirs 1 first', 'theirs 2 last', 'theirs 3 first last', 'mine 4 first last', 'day', 'mine 5 first last',
  ]);
});

test('what waits stands last, until the log holds it', () => {
  assert.deepEqual(laidOut([said(1, 1, NOON, 'a')], [waits('a'), waits('b')]), ['day', 'mine 1 first last', 'waiting b']);
});

test('a message is seen as soon as one of those it is for has seen its last change', () => {
  const released = entryOf([5, 1, NOON, 'x', 0, 9]);
  assert.deepEqual(
    [[{ seat: 0, delivered: 8, seen: 8 }], [{ seat: 0, delivered: 9, seen: 8 }], [{ seat: 0, delivered: 9, seen: 9 }]].map((marks) => reach(released, marks)),
    ['sent', 'delivered', 'seen'],
  );
});
