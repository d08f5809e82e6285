import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../wire/flag';
import { inOrder, listOf, needsTwo, offered } from './lists';

const flag = (more: object): Flag => ({ id: 'f', state: 'open', severity: 3, raised_at: '1', decisions: [], mine: false, labels: [], ...more }) as unknown as Flag;
const by = (id: string): object => ({ id, name: id });

test('one’s own caseload, and what of others may be decided, is open', () => {
  assert.equal(listOf(flag({ mine: true }), 'claire'), 'open');
  assert.equal(listOf(flag({ decisions: ['refuse'] }), 'claire'), 'open');
  assert.equal(listOf(flag({ state: 'escalated', decisions: ['refuse'] }), 'claire'), 'open');
  assert.equal(listOf(flag({}), 'claire'), null);
});

test('a proposal waits on the list of colleagues, and stays open for who made it', () => {
  const proposed = { state: 'second', proposal: { by: by('claire') }, decisions: ['refuse'] };
  assert.equal(listOf(flag(proposed), 'claire'), 'open');
  assert.equal(listOf(flag(proposed), 'hugo'), 'second');
  assert.equal(listOf(flag({ ...proposed, decisions: [] }), 'hugo'), null);
});

test('what was decided is kept by those who had to do with it', () => {
  const decided = { state: 'released', decided_by: by('claire'), seconded_by: by('hugo') };
  assert.deepEqual(['claire', 'hugo', 'ines'].map((me) => listOf(flag(decided), me)), ['closed', 'closed', null]);
  assert.equal(listOf(flag({ ...decided, mine: true }), 'ines'), 'closed');
});

test('the most severe comes first, among equals the oldest', () => {
  const list = [flag({ id: 'a', severity: 2 }), flag({ id: 'b', severity: 4, raised_at: '2' }), flag({ id: 'c', severity: 4, raised_at: '1' })];
  assert.deepEqual(inOrder(list, 'open').map(({ id }) => id), ['c', 'b', 'a']);
});

test('two people let through what is critical, and lift a freeze; one keeps back or asks for more', () => {
  assert.equal(needsTwo(4, 'release', 'context_ok', false), true);
  assert.equal(needsTwo(3, 'release', 'context_ok', false), false);
  assert.equal(needsTwo(4, 'acknowledge', 'misread', false), true);
  assert.equal(needsTwo(4, 'acknowledge', 'serious', false), false);
  assert.equal(needsTwo(2, 'refuse', 'unsafe', true), true);
  assert.equal(needsTwo(4, 'escalate', 'serious', true), false);
});

test('of a voice note nothing can be hidden', () => {
  const held = flag({ decisions: ['release', 'release_masked', 'refuse'] });
  assert.equal(offered(held).length, 3);
  assert.deepEqual(offered({ ...held, labels: [{ rule: 'voice.note' }] } as unknown as Flag), ['release', 'refuse']);
});
