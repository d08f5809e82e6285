import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actOf, step } from './keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false, repeat: false };
const free = { on: true, writing: false, onCard: false };
const acts = (keys: string, where = free): (string | null)[] => keys.split(' ').map((key) => actOf({ ...plain, key }, where));

test('letters act anywhere on the board', () => {
  assert.deepEqual(acts('j k a ? x'), ['next', 'before', 'take', 'help', null]);
});

test('arrows and Enter belong to the page until a card has the focus', () => {
  assert.deepEqual(acts('ArrowDown ArrowUp Enter'), [null, null, null]);
  assert.deepEqual(acts('ArrowDown ArrowUp Enter', { ...free, onCard: true }), ['next', 'before', 'open']);
});

test('nothing fires while somebody writes, nor with another key held', () => {
  assert.deepEqual(acts('j k a ? Enter', { on: true, writing: true, onCard: true }), [null, null, null, null, null]);
  for (const held of ['ctrlKey', 'metaKey', 'altKey']) assert.equal(actOf({ ...plain, key: 'a', [held]: true }, free), null);
});

test('switched off, no letter does anything, and cards are still moved between and opened', () => {
  assert.deepEqual(acts('j k a ?', { ...free, on: false }), [null, null, null, null]);
  assert.deepEqual(acts('ArrowDown Enter', { on: false, writing: false, onCard: true }), ['next', 'open']);
});

test('a key that is held down does not take case after case', () => {
  assert.equal(actOf({ ...plain, repeat: true, key: 'a' }, free), null);
  assert.equal(actOf({ ...plain, repeat: true, key: 'j' }, free), 'next');
});

test('it stops at both ends, and begins with the first', () => {
  assert.deepEqual([step(-1, 'next', 3), step(-1, 'before', 3), step(2, 'next', 3), step(0, 'before', 3), step(1, 'before', 3)], [0, 0, 2, 0, 0]);
});
