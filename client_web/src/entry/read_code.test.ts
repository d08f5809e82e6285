import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCode } from './read_code';

test('a code of the server is read however it is typed', () => {
  for (const text of ['WQPWB-9PH95', ' wqpwb 9ph95 ', 'w.q.p.w.b.9.p.h.9.5']) assert.equal(readCode(text), 'WQPWB9PH95');
});

test('one wrong sign, two neighbours swapped and signs of no code are noticed', () => {
  for (const text of ['WQPWB-9PH96', 'QWPWB-9PH95', 'WQPWB-9PH9', 'WQPWB-9PH955', 'WQPWB-9PHO5', '']) assert.equal(readCode(text), null);
});
