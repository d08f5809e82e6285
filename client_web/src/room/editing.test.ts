import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterEdit, appealable, editableFor, unmasked } from './editing';
import type { Entry } from './log';

const SENT = 1_700_000_000;
const said = (more: Partial<Entry> = {}): Entry => ({ seq: 4, changed: 4, seat: 1, at: SENT, body: 'avant', state: 'delivered', ...more });
const minutes = (count: number): number => (SENT + count * 60) * 1000;

test('what others read can be changed for a quarter of an hour, what was returned as long as it is', () => {
  assert.ok(editableFor(said(), minutes(1)) > 0);
  assert.ok(editableFor(said({ state: 'masked' }), minutes(14)) > 0);
  assert.equal(editableFor(said(), minutes(15)), 0);
  assert.equal(editableFor(said({ state: 'returned' }), minutes(5000)), Infinity);
});

test('nothing else can be changed: a note, what is held, refused or blocked, nor while an edit waits', () => {
  for (const more of [{ voice: true }, { state: 'held' }, { state: 'refused' }, { state: 'blocked' }, { edit: { state: 'held', body: 'b' } }] as Partial<Entry>[]) {
    assert.equal(editableFor(said(more), minutes(1)), 0, JSON.stringify(more));
  }
  assert.ok(editableFor(said({ edit: { state: 'returned', body: 'b' } }), minutes(1)) > 0);
});

test('another look is for whatever is not read as it was written', () => {
  assert.equal(appealable(said()), false);
  for (const state of ['masked', 'held', 'blocked', 'refused', 'returned'] as const) assert.equal(appealable(said({ state })), true);
  assert.equal(appealable(said({ edit: { state: 'refused', body: 'b' } })), true);
});

test('an edit that goes through takes the place of the text, and says so when that was read', () => {
  assert.deepEqual(afterEdit(said(), 'après', { seq: 4, at: SENT, changed: 9 }), said({ changed: 9, body: 'après', edited: true }));
  const returned = said({ state: 'returned', advice: 'Sans le nom.', changed: 6 });
  assert.deepEqual(afterEdit(returned, 'après', { seq: 4, at: SENT, changed: 9 }), said({ changed: 9, body: 'après' }));
});

test('an edit that is held waits beside what is read; of what was returned nothing is read, so it waits itself', () => {
  assert.deepEqual(
    afterEdit(said(), 'après', { seq: 4, at: SENT, changed: 9, state: 'held', notice: 'frozen' }),
    said({ changed: 9, edit: { state: 'held', body: 'après' }, notice: 'frozen' }),
  );
  assert.deepEqual(
    afterEdit(said({ state: 'returned', advice: 'Sans le nom.' }), 'après', { seq: 4, at: SENT, changed: 9, state: 'held' }),
    said({ changed: 9, state: 'held', body: 'après' }),
  );
});

test('an edit that is masked tells what the others read; one that is blocked changes nothing', () => {
  const before = said({ state: 'masked', othersRead: 'av•nt' });
  assert.equal(afterEdit(before, 'après', { seq: 4, at: SENT, changed: 9, state: 'masked', body: '[••• masqué]' }).othersRead, '[••• masqué]');
  assert.equal('othersRead' in afterEdit(before, 'après', { seq: 4, at: SENT, changed: 9 }), false);
  assert.equal(afterEdit(before, 'après', { seq: 4, at: SENT, changed: 4, state: 'blocked' }), before);
});

test('the words for what was hidden are found, and the text around them is kept', () => {
  assert.deepEqual(unmasked('mon mail : [••• coordonnées masquées] !'), [
    { text: 'mon mail : ', hidden: false },
    { text: 'coordonnées masquées', hidden: true },
    { text: ' !', hidden: false },
  ]);
  assert.deepEqual(unmasked('[tout] va bien'), [{ text: '[tout] va bien', hidden: false }]);
  assert.deepEqual(unmasked('[••• masqué][••• masqué]').map(({ hidden }) => hidden), [true, true]);
});
