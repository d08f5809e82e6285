import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ack, duration, read, still, voice } from './frames';

const buffer = (...bytes: number[]): ArrayBuffer => new Uint8Array(bytes).buffer;

test('a voice of the server is read', () => {
  const frame = read(buffer(1, 7, 9, 2, 0xff, 0xff, 0xff, 0xf0, 2, 0x78, 1, 1, 0x78));
  assert.deepEqual(frame, {
    kind: 'voice',
    ack: 7,
    sequence: 9,
    voices: { source: 2, timestamp: 0xfffffff0, packets: [new Uint8Array([0x78, 1]), new Uint8Array([0x78])] },
  });
});

test('acknowledgements, beats and stills are read', () => {
  assert.deepEqual(read(buffer(0, 5)), { kind: 'ack', ack: 5 });
  assert.deepEqual(read(buffer(3, 5, 6)), { kind: 'beat', ack: 5, sequence: 6 });
  assert.deepEqual(read(buffer(2, 5, 6, 1, 82)), { kind: 'still', ack: 5, sequence: 6, source: 1, picture: new Uint8Array([82]) });
});

test('what is no message is none', () => {
  for (const bytes of [[], [0], [9, 1, 1], [1, 0, 1, 0], [1, 0, 1, 0, 0, 0, 0, 0, 3, 1], [1, 0, 1, 0, 0, 0, 0, 0, 252], [2, 0, 1, 0]]) {
    assert.equal(read(buffer(...bytes)), null, String(bytes));
  }
});

test('a voice of ours has its lengths in one byte or two', () => {
  const packets = [new Uint8Array(0), new Uint8Array(251).fill(1), new Uint8Array(252).fill(2), new Uint8Array(1_275).fill(3)];
  const bytes = voice(4, 5, 0x01020304, packets);
  assert.deepEqual([...bytes.subarray(0, 9)], [1, 4, 5, 1, 2, 3, 4, 0, 251]);
  assert.equal(bytes.length, 7 + 1 + 252 + 254 + 1_277);
  // As the server's come, with the index of the source before the time.
  const down = new Uint8Array([...bytes.subarray(0, 3), 0, ...bytes.subarray(3)]);
  const frame = read(down.buffer);
  assert.deepEqual(frame?.kind === 'voice' && frame.voices.packets, packets);
});

test('a still and an acknowledgement are written', () => {
  assert.deepEqual([...still(1, 2, new Uint8Array([82, 73]))], [2, 1, 2, 82, 73]);
  assert.deepEqual([...ack(255)], [0, 255]);
});

test('an Opus packet says how long it lasts', () => {
  // configuration, code: SILK 60 ms alone; CELT 20 ms alone; two of SILK 20 ms; three of CELT 20 ms
  for (const [packet, ms] of [[[0x18], 60], [[0xf8], 20], [[0x09], 40], [[0xfb, 3], 60], [[0xe0], 2.5], [[0x78], 20], [[0x70], 10]] as const) {
    assert.equal(duration(new Uint8Array(packet)), ms * 48, String(packet));
  }
  assert.equal(duration(new Uint8Array(0)), 0);
});
