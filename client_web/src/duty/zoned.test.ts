import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockIn, dayIn, instantIn, later } from './zoned';

const iso = (zone: string, day: string, clock: string): string => instantIn(zone, day, clock).toISOString().slice(0, 16);

test('a time on the wall is an instant, wherever the association is', () => {
  assert.equal(iso('Europe/Paris', '2026-11-24', '18:00'), '2026-11-24T17:00');
  assert.equal(iso('Europe/Paris', '2026-07-24', '18:00'), '2026-07-24T16:00');
  assert.equal(iso('Indian/Reunion', '2026-11-24', '18:00'), '2026-11-24T14:00');
  assert.equal(iso('America/Martinique', '2026-11-24', '22:30'), '2026-11-25T02:30');
  assert.equal(iso('Pacific/Noumea', '2026-11-24', '08:00'), '2026-11-23T21:00');
});

test('in the nights in which clocks are changed, it is the first such instant', () => {
  assert.equal(iso('Europe/Paris', '2026-03-29', '01:59'), '2026-03-29T00:59');
  assert.equal(iso('Europe/Paris', '2026-03-29', '02:30'), '2026-03-29T01:00'); // the skip
  assert.equal(iso('Europe/Paris', '2026-03-29', '03:00'), '2026-03-29T01:00');
  assert.equal(iso('Europe/Paris', '2026-10-25', '01:59'), '2026-10-24T23:59');
  assert.equal(iso('Europe/Paris', '2026-10-25', '02:30'), '2026-10-25T00:30'); // the first of two
  assert.equal(iso('Europe/Paris', '2026-10-25', '03:00'), '2026-10-25T02:00');
});

test('and back', () => {
  const at = new Date('2026-11-24T23:30:00Z');
  assert.deepEqual([dayIn('Europe/Paris', at), clockIn('Europe/Paris', at)], ['2026-11-25', '00:30']);
  assert.deepEqual([dayIn('America/Martinique', at), clockIn('America/Martinique', at)], ['2026-11-24', '19:30']);
  assert.deepEqual([later('2026-12-31', 1), later('2027-03-01', -1)], ['2027-01-01', '2027-02-28']);
});
