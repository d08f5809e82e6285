import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, stopsFor } from './rules';

test("a young person's word of secrets or sex stops contact by itself, unless they say otherwise", () => {
  assert.equal(stopsFor({ kind: 'sexual', stop: null }, true), true);
  assert.equal(stopsFor({ kind: 'secrets', stop: null }, true), true);
  assert.equal(stopsFor({ kind: 'sexual', stop: false }, true), false);
  assert.equal(stopsFor({ kind: 'sexual', stop: null }, false), false);
  assert.equal(stopsFor({ kind: 'danger', stop: null }, true), false);
  assert.equal(stopsFor({ kind: 'hurtful', stop: true }, false), true);
  assert.equal(stopsFor({ kind: null, stop: null }, true), false);
});

test('what can be said of a message is not about somebody who is unwell', () => {
  assert.ok(!KINDS.message.includes('unwell'));
  assert.deepEqual(KINDS.worry, ['danger', 'unwell', 'other']);
});
