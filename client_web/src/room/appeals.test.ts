import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withAppeal, type Appeals } from './appeals';

const ASKED = '2026-11-22T12:00:00.000Z';
const LATER = '2026-11-22T12:01:00.000Z';

test('an answer takes the place of the question, and stays', () => {
  const asked = withAppeal({}, 7, 3, { at: ASKED });
  assert.deepEqual(asked, { '7:3': { at: ASKED } });
  const answered = withAppeal(asked, 7, 3, { at: ASKED, decided: LATER, kept: true });
  assert.deepEqual(answered, { '7:3': { at: ASKED, decided: LATER, kept: true } });
  assert.equal(withAppeal(answered, 7, 3, { at: ASKED }), answered, 'a late copy of the question');
  assert.deepEqual(withAppeal(answered, 7, 4, { at: LATER })['7:3'], answered['7:3']);
});

test('a later appeal of the same message is waited for anew', () => {
  const answered = withAppeal({}, 7, 3, { at: ASKED, decided: LATER, kept: true });
  const anew = withAppeal(answered, 7, 3, { at: LATER });
  assert.deepEqual(anew, { '7:3': { at: LATER } });
  assert.equal(withAppeal(anew, 7, 3, { at: ASKED, decided: LATER, kept: true }), anew);
});

test('the last heard of are remembered', () => {
  let known: Appeals = {};
  for (let seq = 1; seq <= 60; seq++) known = withAppeal(known, 7, seq, { at: ASKED });
  known = withAppeal(known, 7, 11, { at: ASKED, decided: LATER });
  known = withAppeal(known, 7, 61, { at: ASKED });
  assert.equal(Object.keys(known).length, 50);
  assert.ok('7:11' in known && '7:61' in known && !('7:12' in known));
});
