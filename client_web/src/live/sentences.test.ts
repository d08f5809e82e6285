import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOver, unsaid } from './sentences';

test('only what was added is said', () => {
  assert.equal(unsaid('', 'bonjour Léa'), 'bonjour Léa');
  assert.equal(unsaid('bonjour', 'bonjour Léa'), 'Léa');
  assert.equal(unsaid('bonjour Léa', 'bonjour Léa'), '');
  assert.equal(unsaid('bonjour Léo', 'bonjour Léa'), 'bonjour Léa');
});

test('a sentence is over at its sign', () => {
  assert.deepEqual(['oui', 'oui.', 'oui ?', 'oui ! ', 'a. b'].map(isOver), [false, true, true, true, false]);
});
