import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraFits, firstRung, holds, quality, type Step } from './rules';

const good: Step = { kbps: 16, kept: 0.98 };
const poor: Step = { kbps: 96, kept: 0.64 };

test('a step holds while nearly all comes round', () => {
  assert.deepEqual([good, poor].map(holds), [true, false]);
});

test('a call begins on what was seen to hold', () => {
  const begins = (steps: Step[]): string => firstRung({ path: 'udp', rttMs: 50, steps });
  assert.equal(begins([good, good, good]), 'video');
  assert.equal(begins([good, good, poor]), 'stills');
  assert.equal(begins([good, poor]), 'voice');
  assert.equal(begins([poor]), 'voice-lean');
  assert.equal(begins([]), 'voice-lean'); // connected, but there was no time to see more
});

test('without a path the voice takes the web socket, whatever was measured', () => {
  assert.equal(firstRung({ path: 'none', rttMs: 0, steps: [good, good, good] }), 'voice-web');
  assert.equal(firstRung({ path: 'tcp', rttMs: 80, steps: [good, good, good] }), 'video');
});

test('the camera is for lines that carry it', () => {
  assert.deepEqual((['video', 'video-small', 'stills', 'voice', 'voice-lean', 'voice-web'] as const).map(cameraFits), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  assert.equal(quality('voice-web'), 'blocked');
});
