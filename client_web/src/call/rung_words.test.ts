import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frCall } from '../locales/fr_call';
import type { RungReason } from '../wire/call';
import type { Step } from './call';
import { RUNGS } from './pictures';
import { rungWords } from './rung_words';

const step = (more: Partial<Step>): Step => ({ out: 'video', in: 'video', layers: ['full'], stills: false, ...more });

test('the worse direction is the one that is spoken of, with its reason and whose line it is', () => {
  const words = rungWords(step({ out: 'video-small', reason: 'weak_there', who: 'peer of Léa' }), true);
  assert.deepEqual(words, { what: 'call.rung.video-small', why: 'call.why.weak_there', who: 'peer of Léa', up: false, notes: false });
  assert.equal(rungWords(step({ out: 'video-small', in: 'stills', reason: 'weak_here' }), true)?.what, 'call.rung.stills');
});

test('of pictures nothing is said where there are none, but a voice that suffers is', () => {
  assert.equal(rungWords(step({ out: 'voice', in: 'voice', reason: 'weak_here' }), false), null);
  assert.equal(rungWords(step({ out: 'voice-lean', in: 'voice', reason: 'weak_here' }), false)?.what, 'call.rung.voice-lean');
});

test('what a person chose, and what costs nothing, is not told as a trouble', () => {
  assert.equal(rungWords(step({ out: 'voice', in: 'voice', reason: 'pinned' }), true), null);
  assert.equal(rungWords(step({ reason: 'path_tcp' }), true), null);
  assert.equal(rungWords(step({}), true), null);
});

test('voice notes are offered where the voice no longer gets through, and only there', () => {
  const offered = RUNGS.filter((rung) => rungWords(step({ out: rung, reason: 'no_voice' }), true)?.notes);
  assert.deepEqual(offered, ['notes', 'text']);
});

test('each rung and each reason has its words', () => {
  const reasons: RungReason[] = ['weak_here', 'weak_there', 'path_web', 'no_path', 'no_voice', 'budget_near', 'budget', 'better', 'better_there'];
  for (const rung of RUNGS) {
    for (const reason of reasons) {
      const words = rungWords(step({ out: rung, reason }), true);
      assert.ok(words && words.what in frCall && words.why in frCall, `${rung} ${reason}`);
    }
  }
});
