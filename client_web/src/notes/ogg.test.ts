import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOgg, millisecondsOf, samplesOf, wholeSeconds, writeOgg } from './ogg';
import { readWebm } from './webm';

const packet = (size: number, first = 3 << 3): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i === 0 ? first : i));

test('what was written is read back, whatever the sizes', () => {
  const packets = [1, 60, 254, 255, 256, 509, 510, 511, ...Array<number>(300).fill(70), ...Array<number>(40).fill(2_000)].map((size) => packet(size));
  const opus = { channels: 1, preSkip: 312, packets };
  assert.deepEqual(readOgg(writeOgg(opus)), opus);
});

test('packets say how long they are', () => {
  assert.deepEqual([0, 3, 11, 12, 15, 16, 19, 31].map((config) => samplesOf(packet(2, config << 3))), [480, 2880, 2880, 480, 960, 120, 960, 960]);
  assert.deepEqual([1, 2].map((code) => samplesOf(packet(2, (31 << 3) | code))), [1920, 1920]);
  assert.equal(samplesOf(Uint8Array.of((31 << 3) | 3, 3)), 2880);
  assert.equal(millisecondsOf({ channels: 1, preSkip: 48, packets: Array<Uint8Array>(50).fill(packet(60)) }), 2999);
  assert.deepEqual([1, 499, 1_500, 2_499, 2_500, 300_000].map(wholeSeconds), [1, 1, 2, 2, 3, 300]);
});

/** An element with its size in eight bytes, or of unknown size. */
const element = (id: number[], body: number[], unknown = false): number[] => [
  ...id,
  ...(unknown ? [0x01, 255, 255, 255, 255, 255, 255, 255] : [0x01, 0, 0, 0, 0, 0, body.length >> 8, body.length & 255]),
  ...body,
];
const HEAD = [...'OpusHead'].map((c) => c.charCodeAt(0)).concat(1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0);
const block = (...frame: number[]): number[] => element([0xa3], [0x81, 0, 0, 0x80, ...frame]);
const recording = (...blocks: number[][]): Uint8Array =>
  Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], [1, 2, 3]),
    ...element([0x18, 0x53, 0x80, 0x67], [], true),
    ...element([0x16, 0x54, 0xae, 0x6b], element([0xae], element([0x63, 0xa2], HEAD))),
    ...element([0x1f, 0x43, 0xb6, 0x75], [], true),
    ...element([0xe7], [0]),
    ...blocks.flat(),
  ]);

test('a recording of WebM is its packets', () => {
  assert.deepEqual(readWebm(recording(block(24, 1), block(24, 2, 3))), {
    channels: 2, preSkip: 312, packets: [Uint8Array.of(24, 1), Uint8Array.of(24, 2, 3)],
  });
});

test('one that was cut off has what came before', () => {
  const whole = recording(block(24, 1), block(24, 2, 3));
  assert.equal(readWebm(whole.subarray(0, whole.length - 1)).packets.length, 1);
});

test('what is no recording is refused', () => {
  for (const bytes of [Uint8Array.of(0, 0, 0), Uint8Array.from([1, 2, 3, 4, 5]), recording().subarray(0, 10)]) assert.throws(() => readWebm(bytes));
  assert.throws(() => readOgg(new Uint8Array(100)));
});
