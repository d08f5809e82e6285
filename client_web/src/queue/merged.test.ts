import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../wire/types';
import { merged } from './merged';

const flag = (id: string, state: Flag['state'], excerpt = ''): Flag => ({ id, state, excerpt }) as Flag;
const news = (...flags: Flag[]): ReadonlyMap<string, Flag> => new Map(flags.map((each) => [each.id, each]));

test('a flag raised while the list was on its way is not lost', () => {
  assert.deepEqual([...merged([flag('a', 'open')], news(flag('b', 'open'))).keys()], ['a', 'b']);
  assert.deepEqual([...merged([], news(flag('b', 'open'))).keys()], ['b']);
});

test('a decision is final, whichever side knows of it', () => {
  assert.equal(merged([flag('a', 'open')], news(flag('a', 'released'))).get('a')?.state, 'released');
  assert.equal(merged([flag('a', 'released')], news(flag('a', 'open'))).get('a')?.state, 'released');
});

test('otherwise the news is the later word', () => {
  assert.equal(merged([flag('a', 'open', 'help')], news(flag('a', 'open', 'help, quick'))).get('a')?.excerpt, 'help, quick');
});
