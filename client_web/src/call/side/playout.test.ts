import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playout } from './playout';

const MS = 48;
const QUANTUM = 128;

/** A voice whose samples tell their own time, so that what is heard can be read; never 0. */
const voice = (at: number, length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((at + i) % 2_880_000) / 2_880_000 + 0.1);
const silence = (length: number): Float32Array => new Float32Array(length);

function hear(playout: Playout, samples: number): Float32Array {
  const heard = new Float32Array(Math.ceil(samples / QUANTUM) * QUANTUM);
  for (let at = 0; at < heard.length; at += QUANTUM) playout.pull(heard.subarray(at, at + QUANTUM));
  return heard;
}

/** The time that is heard at the end, in ms. */
const timeAt = (heard: Float32Array): number => ((heard.at(-1)! - 0.1) * 2_880_000) / MS;

test('a voice that comes evenly is heard whole and in order, after a wait', () => {
  const playout = new Playout();
  const heard: number[] = [];
  for (let at = 0; at < 24_000; at += 2_880) {
    playout.push(at, voice(at, 2_880));
    heard.push(...hear(playout, 2_880));
  }
  const first = heard.findIndex((sample) => sample !== 0);
  assert.ok(first >= 120 * MS && first <= 300 * MS, `${first / MS} ms`);
  const whole = voice(0, heard.length - first);
  assert.deepEqual(heard.slice(first + 5 * MS), [...whole.subarray(5 * MS)]);
  assert.equal(playout.concealed, 0);
});

test('one word is heard though nothing follows it', () => {
  const playout = new Playout();
  playout.push(0, voice(0, 2_880));
  const heard = hear(playout, 400 * MS).filter((sample) => sample !== 0);
  assert.ok(heard.length >= 2_880);
});

test('after a stall the voice skips ahead: the delay does not grow', () => {
  const playout = new Playout();
  let at = 0;
  const speak = (ms: number): void => {
    for (const end = at + ms * MS; at < end; at += 2_880) playout.push(at, voice(at, 2_880));
  };
  speak(300);
  hear(playout, 120 * MS);
  for (let stall = 0; stall < 5; stall += 1) {
    hear(playout, 3_000 * MS);
    speak(3_000); // all of it comes in a heap
    assert.ok(playout.waiting <= 1_000 * MS, `${playout.waiting / MS} ms wait`);
    assert.ok(at / MS - timeAt(hear(playout, 20 * MS)) <= 1_000);
  }
});

test('a gap is hidden at first, then silent', () => {
  const playout = new Playout();
  for (let at = 0; at < 14_400; at += 2_880) playout.push(at, voice(at, 2_880));
  const heard = hear(playout, 1_000 * MS);
  const end = heard.reduce((last, sample, i) => (sample === 0 ? last : i), -1);
  assert.ok(playout.concealed > 0 && playout.concealed <= 120 * MS);
  assert.ok(end / MS < 450, 'no voice is made up for longer than 120 ms');
});

test('the line that stalls is waited for longer, the smooth one less', () => {
  const playout = new Playout();
  let at = 0;
  const step = (): void => {
    playout.push(at, voice(at, 2_880));
    at += 2_880;
  };
  for (let i = 0; i < 6; i += 1) step();
  hear(playout, 600 * MS);
  step(); // goes on where it ran dry: it was late
  assert.equal(playout.target, 320 * MS);
  for (let i = 0; i < 6; i += 1) step();
  for (let i = 0; i < 400; i += 1) {
    hear(playout, 2_816);
    step();
  }
  assert.ok(playout.target < 320 * MS);
});

test('a pause of the speaker is no fault of the line', () => {
  const playout = new Playout();
  for (let at = 0; at < 14_400; at += 2_880) playout.push(at, voice(at, 2_880));
  hear(playout, 1_300 * MS);
  playout.push(62_400, voice(62_400, 2_880));
  assert.equal(playout.target, 240 * MS);
});

test('silence is left out to catch up', () => {
  const playout = new Playout();
  for (let at = 0; at < 26_000; at += 2_880) playout.push(at, silence(2_880));
  const before = playout.waiting;
  hear(playout, 100 * MS);
  assert.ok(playout.waiting < before - 150 * MS);
});

test('another clock is another voice', () => {
  const playout = new Playout();
  for (let at = 0; at < 14_400; at += 2_880) playout.push(at, voice(at, 2_880));
  hear(playout, 250 * MS);
  const start = 4_000_000_000;
  for (let at = start; at < start + 14_400; at += 2_880) playout.push(at, voice(at, 2_880));
  const heard = hear(playout, 300 * MS);
  assert.ok(heard.some((sample) => sample !== 0));
});

test('what comes twice is heard once', () => {
  const playout = new Playout();
  for (let at = 0; at < 14_400; at += 2_880) playout.push(at, voice(at, 2_880));
  hear(playout, 300 * MS);
  playout.push(0, voice(0, 2_880));
  assert.equal(playout.waiting, 0);
});
