import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftOf, edits, forgetDrafts, takeBack } from './drafts';

test('a message that was not sent comes back before what is being written', () => {
  draftOf(1).value = 'et aussi';
  takeBack(1, 'bonjour');
  assert.equal(draftOf(1).value, 'bonjour\net aussi');
});

test('whoever signs in next on this device finds nothing of what was being written or changed', () => {
  draftOf(1).value = 'pour moi';
  edits.set('1:4', 'mieux dit');
  forgetDrafts();
  assert.equal(draftOf(1).value, '');
  assert.equal(edits.get('1:4'), undefined);
});
