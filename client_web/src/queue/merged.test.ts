import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../wire/flag';
import { merged } from './merged';

const flag = (id: string, state: Flag['state'], revision = 1, excerpt = ''): Flag => ({ id, state, revision, excerpt }) as Flag;
const news = (...flags: Flag[]): ReadonlyMap<string, Flag> => new Map(flags.map((each) => [each.id, each]));

test('a flag raised while the list was on its way is not lost', () => {
  assert.deepEqual([...merged([flag('a', 'open')], news(flag('b', 'open'))).keys()], ['a', 'b']);
  assert.deepEqual([...merged([], news(flag('b', 'open'))).keys()], ['b']);
});

test('of two cards the higher revision counts, whichever side has it', () => {
  assert.equal(merged([flag('a', 'open', 1)], news(flag('a', 'released', 2))).get('a')?.state, 'released');
  assert.equal(merged([flag('a', 'released', 2)], news(flag('a', 'open', 1))).get('a')?.state, 'released');
  assert.equal(merged([flag('a', 'released', 2)], news(flag('a', 'open', 3))).get('a')?.state, 'open', 'an appeal opens it again');
});

test('of equal ones the news is the later word', () => {
  assert.equal(merged([flag('a', 'open', 1, 'help')], news(flag('a', 'open', 1, 'help, quick'))).get('a')?.excerpt, 'help, quick');
});

test('a flag that stands on two fetched lists is there once, as it was last', () => {
  const found = merged([flag('a', 'open', 1), flag('a', 'released', 2), flag('a', 'open', 1)], news());
  assert.deepEqual([...found.values()].map(({ state }) => state), ['released']);
});
