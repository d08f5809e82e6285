import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spansOf, isHidden, touched, wordsOf } from './hiding';

const TEXT = '😀 appelle le 06 12 ou  écris';

test('words have their places in code points', () => {
  const points = [...TEXT];
  for (const word of wordsOf(TEXT)) assert.equal(points.slice(word.start, word.end).join(''), word.text);
  assert.deepEqual(wordsOf(TEXT).map(({ text }) => text), ['😀', 'appelle', 'le', '06', '12', 'ou', 'écris']);
  assert.deepEqual(wordsOf('  \n '), []);
});

test('what was found chooses the words that it touches', () => {
  assert.deepEqual([...touched(wordsOf(TEXT), [{ start: 13, end: 18 }])], [3, 4]);
  assert.deepEqual([...touched(wordsOf(TEXT), [])], []);
});

test('words beside each other are hidden as one, others apart', () => {
  const words = wordsOf(TEXT);
  assert.deepEqual(spansOf(words, new Set([3, 4])), [[13, 18]]);
  assert.deepEqual(spansOf(words, new Set([0, 3, 4, 6])), [[0, 1], [13, 18], [23, 28]]);
  assert.deepEqual(spansOf(words, new Set()), []);
});

test('notes and what the model alone has told are not hidden by themselves', () => {
  const found = [
    { severity: 3, rule: 'contact.phone' },
    { severity: 1, rule: 'flattery.fr.love' },
    { severity: 3, rule: 'model.told' },
  ];
  assert.deepEqual(found.map(isHidden), [true, false, false]);
});
