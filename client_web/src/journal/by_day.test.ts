import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDay } from './by_day';

const line = (id: number, at: string) => ({ id, at, act: 'room.entered' });

test('lines stand under their days, the newest first', () => {
  const days = byDay([line(9, '2026-11-22T12:00:00.000Z'), line(8, '2026-11-22T11:00:00.000Z'), line(7, '2026-11-20T12:00:00.000Z')]);
  assert.deepEqual(days.map((day) => day.lines.map(({ id }) => id)), [[9, 8], [7]]);
});

test('what was told later stands where it was read', () => {
  const days = byDay([line(9, '2026-11-20T12:00:00.000Z'), line(8, '2026-11-22T12:00:00.000Z'), line(7, '2026-11-20T13:00:00.000Z')]);
  assert.deepEqual(days.map((day) => day.lines.map(({ id }) => id)), [[8], [7, 9]]);
});

test('nothing has no day', () => {
  assert.deepEqual(byDay([]), []);
});
