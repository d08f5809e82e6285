import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SilenceGate } from './silence_gate';

const tone = (level: number): Float32Array => Float32Array.from({ length: 2_880 }, (_, i) => level * Math.sin(i / 7));
const passes = (gate: SilenceGate, level: number, frames: number): number =>
  Array.from({ length: frames }).filter(() => gate.passes(tone(level))).length;

test('a voice passes from its first frame, and half a second beyond its last', () => {
  const gate = new SilenceGate();
  assert.equal(passes(gate, 0, 50), 0);
  assert.equal(passes(gate, 0.1, 20), 20);
  assert.equal(passes(gate, 0, 50), 7);
});

test('the hum of a fan is learnt, and a voice above it passes', () => {
  const gate = new SilenceGate();
  passes(gate, 0.004, 600);
  assert.equal(passes(gate, 0.004, 50), 0);
  assert.equal(passes(gate, 0.05, 10), 10);
});

test('what is loud always passes, however long', () => {
  assert.equal(passes(new SilenceGate(), 0.1, 5_000), 5_000);
});
