import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Window } from './window';

test('numbers run from 1 in one byte', () => {
  const window = new Window();
  assert.deepEqual([window.next(0), window.next(0)], [1, 2]);
  for (let i = 0; i < 252; i += 1) window.acknowledged(window.next(0), 0);
  assert.deepEqual([window.next(0), window.next(0)], [255, 0]);
});

test('an acknowledgement is for all before it', () => {
  const window = new Window();
  for (const at of [0, 100, 200]) window.next(at);
  window.acknowledged(2, 900);
  assert.equal(window.roundTrip, 800);
  assert.equal(window.idle, false);
  window.acknowledged(3, 1_000);
  assert.ok(window.idle);
});

test('0 before the first, an old number and one that was never sent say nothing', () => {
  const window = new Window();
  for (const at of [0, 10]) window.next(at);
  for (const number of [0, 3, 200]) window.acknowledged(number, 20);
  assert.equal(window.roundTrip, null);
  window.acknowledged(2, 30);
  window.acknowledged(1, 40);
  assert.equal(window.roundTrip, 20);
});

test('the line stands still when something waits for longer than usual', () => {
  const window = new Window();
  window.next(0);
  assert.deepEqual([window.stalled(2_900), window.stalled(3_100)], [false, true]);
  window.acknowledged(1, 3_200);
  assert.equal(window.stalled(60_000), false);
  const far = new Window();
  far.acknowledged(far.next(0), 800);
  far.next(1_000);
  assert.deepEqual([far.stalled(2_500), far.stalled(2_700)], [false, true]);
});

test('messages are longer on a far line and after a stall, and short again when it is over', () => {
  const near = new Window();
  near.acknowledged(near.next(0), 50);
  assert.equal(near.batch(60), 120);
  near.next(100);
  near.stalled(2_000);
  near.acknowledged(2, 2_000);
  assert.equal(near.batch(2_100), 240);
  for (let i = 0; i < 200; i += 1) near.acknowledged(near.next(12_000), 12_050);
  assert.equal(near.batch(13_000), 120);
  const far = new Window();
  far.acknowledged(far.next(0), 800);
  assert.equal(far.batch(1_000), 240);
});

test('after a stall one thing is sent at a time, until one is quick', () => {
  const window = new Window();
  window.acknowledged(window.next(0), 100);
  for (const at of [1_000, 1_200]) window.next(at);
  assert.ok(window.stalled(2_100));
  window.acknowledged(2, 2_200);
  assert.ok(window.stalled(2_200), 'the second is young, but the line is full');
  window.acknowledged(3, 2_400);
  assert.equal(window.stalled(2_400), false);
  window.next(2_400);
  assert.ok(window.stalled(2_500));
  window.acknowledged(4, 3_200);
  window.acknowledged(window.next(3_200), 3_400);
  window.next(3_400);
  assert.equal(window.stalled(3_500), false);
});
