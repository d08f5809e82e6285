import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from './spans';

const shown = (text: string, ...spans: [number, number][]): string =>
  pieces(text, spans.map(([start, end]) => ({ start, end }))).map((piece) => (piece.marked ? `[${piece.text}]` : piece.text)).join('');

test('spans are marked, those that touch or overlap as one', () => {
  assert.equal(shown('appelle le 06 12'), 'appelle le 06 12');
  assert.equal(shown('appelle le 06 12', [11, 16]), 'appelle le [06 12]');
  assert.equal(shown('abcdef', [0, 2], [1, 3], [3, 4]), '[abcd]ef');
});

test('places are code points, as the server counts', () => {
  assert.equal(shown('😀 06 😀 é', [2, 4]), '😀 [06] 😀 é');
});

test('nonsense is clipped, nothing is lost', () => {
  assert.equal(shown('abc', [-5, 1], [2, 99], [9, 12], [2, 1]), '[a]b[c]');
  assert.equal(shown('', [0, 3]), '');
});

test('whatever the spans, the pieces make the text again', () => {
  for (let i = 0; i < 500; i += 1) {
    const text = Array.from({ length: i % 13 }, (_, k) => ['a', 'é', '😀', ' '][(i * 7 + k * 3) % 4]).join('');
    const spans = Array.from({ length: i % 4 }, (_, k) => ({ start: ((i * 5 + k) % 17) - 2, end: ((i * 3 + k * 7) % 19) - 2 }));
    assert.equal(pieces(text, spans).map((piece) => piece.text).join(''), text);
  }
});
