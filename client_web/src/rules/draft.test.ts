import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, tidy } from './draft';

test('empty lines are not sent, and the version stays', () => {
  assert.deepEqual(tidy({ watched: [' fugue ', '', ' '], version: 4 }), { policy: {}, watched: ['fugue'], entries: [], allowed: [], off: [], version: 4 });
});

test('a line of one’s own needs a pattern, an example, a counter-example and a plain name, in this order', () => {
  const lacks = (entry: object): string | undefined => missing(tidy({ entries: [{ category: 'watched', id: 'a', match: 'x y', examples: ['b'], counter: ['c'], ...entry }] }))?.field;
  assert.equal(lacks({}), undefined);
  assert.equal(lacks({ match: ' ' }), 'entries[0].match');
  assert.equal(lacks({ examples: [' '] }), 'entries[0].examples');
  assert.equal(lacks({ counter: [] }), 'entries[0].counter');
  assert.equal(lacks({ id: 'Pas simple' }), 'entries[0].id');
});
