import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from './webp';

const text = (words: string): number[] => [...words].map((letter) => letter.charCodeAt(0));
const chunk = (name: string, ...body: number[]): number[] => [...text(name), body.length, 0, 0, 0, ...body, ...(body.length & 1 ? [0] : [])];
const file = (...chunks: number[][]): Uint8Array => {
  const body = chunks.flat();
  return new Uint8Array([...text('RIFF'), body.length + 4, 0, 0, 0, ...text('WEBP'), ...body]);
};

test('the picture is left, the rest is not', () => {
  const picture = chunk('VP8 ', 1, 2, 3);
  const extended = file(chunk('VP8X', ...new Array<number>(10).fill(0)), chunk('ICCP', 7, 7, 7), picture, chunk('EXIF', 9));
  assert.deepEqual(plain(extended), file(picture));
  assert.deepEqual(plain(file(picture)), file(picture));
});

test('what holds no lossy picture gives none', () => {
  for (const other of [file(), file(chunk('VP8L', 1)), file(chunk('VP8 ', 1, 2, 3)).subarray(0, 21), new Uint8Array(3)]) assert.equal(plain(other), null);
});
