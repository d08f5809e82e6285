import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byDays, mine } from './days';

const stretch = (begins: string, ends: string, ...on_call: string[]) => ({ begins, ends, staffed: false, on_call, covered: on_call.length > 0 });
const WEEK_END = [
  stretch('2026-11-20T23:00:00.000Z', '2026-11-21T19:00:00.000Z', 'anne'),
  stretch('2026-11-21T19:00:00.000Z', '2026-11-22T07:00:00.000Z', 'anne', 'basile'),
  stretch('2026-11-22T07:00:00.000Z', '2026-11-22T23:00:00.000Z'),
];

test('a night that crosses midnight is on both days, in the hours of the wall', () => {
  const days = byDays(WEEK_END, 'Europe/Paris', '2026-11-20T23:00:00.000Z', '2026-11-22T23:00:00.000Z');
  assert.deepEqual(
    days.map(({ day, pieces }) => [day, ...pieces.map(({ from, to, on_call }) => `${from}-${to} ${on_call.join('+')}`)]),
    [
      ['2026-11-21', '00:00-20:00 anne', '20:00-24:00 anne+basile'],
      ['2026-11-22', '00:00-08:00 anne+basile', '08:00-24:00 '],
    ],
  );
});

test('one’s own times are joined, and those that are over are left out', () => {
  assert.deepEqual(mine(WEEK_END, 'anne', Date.parse('2026-11-21T12:00:00Z')), [
    { begins: '2026-11-20T23:00:00.000Z', ends: '2026-11-22T07:00:00.000Z' },
  ]);
  assert.deepEqual(mine(WEEK_END, 'basile', Date.parse('2026-11-22T07:00:00Z')), []);
});
