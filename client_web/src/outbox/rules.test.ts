import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, nextToSend, outcome, retryDelay, together, type Waiting } from './rules';

const item = (order: number, more: Partial<Waiting> = {}): Waiting => ({
  order, account: 'lea', kind: 'text', room: 1, id: `id${order}`, body: 'salut', at: order, ...more,
});

test('what can never succeed goes back to its author, everything else is tried again', () => {
  assert.deepEqual(
    ['bad_request', 'room_closed', 'try_again', 'draining', 'too_fast', 'internal', 'unreachable', 'new_code'].map(outcome),
    ['give_back', 'give_back', 'retry', 'retry', 'retry', 'retry', 'retry', 'retry'],
  );
  assert.deepEqual(['session_expired', 'not_signed_in'].map(outcome), ['sign_in', 'sign_in']);
});

test('messages go in the order of writing, calls for help before them', () => {
  const waiting = [item(3), item(2), item(5, { kind: 'help' }), item(4, { kind: 'help' })];
  const order: number[] = [];
  for (let rest = waiting; ; ) {
    const next = nextToSend(rest, 'lea');
    if (!next) break;
    order.push(next.order);
    rest = rest.filter((other) => other !== next);
  }
  assert.deepEqual(order, [4, 5, 2, 3]);
});

test('a voice note goes in its turn, and a call for help before it', () => {
  const note = item(2, { kind: 'voice', seconds: 12 });
  assert.equal(nextToSend([item(3), note], 'lea'), note);
  assert.equal(nextToSend([note, item(5, { kind: 'help' })], 'lea')?.order, 5);
  assert.equal(bodyOf(note), 'id2 12');
});

test('another account never sends what is not its own', () => {
  assert.equal(nextToSend([item(1), item(2)], 'thomas'), undefined);
});

test('a message that was given back does not hold up the next', () => {
  assert.equal(nextToSend([item(1, { returned: 'Ce salon est fermé.' }), item(2)], 'lea')?.order, 2);
});

test('waiting grows, is bounded, and follows the word of the server', () => {
  assert.deepEqual([1, 2, 3, 10].map((n) => retryDelay(n, undefined, 0.5)), [1000, 2000, 4000, 30000]);
  assert.equal(retryDelay(1, 5000, 0), 5000);
});

test('a call for help that is not in the store yet counts, and once it is there it is one', () => {
  const call = item(-1, { kind: 'help', id: 'call' });
  assert.deepEqual(together([item(1)], [call]).map(({ id }) => id), ['call', 'id1']);
  assert.deepEqual(together([item(1), item(2, { kind: 'help', id: 'call' })], [call]).map(({ order }) => order), [1, 2]);
});

test('a letter goes in its turn', () => {
  assert.equal(nextToSend([item(2, { kind: 'letter', room: null, to: 'lea/own' }), item(3)], 'lea')?.order, 2);
});
