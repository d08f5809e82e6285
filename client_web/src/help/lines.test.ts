import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, checked, dangerLines, talkLines } from './lines';

const order = (instant: string): string[] => talkLines(new Date(instant)).map(({ line, open }) => `${line.id}${open ? '' : ' closed'}`);

test('in the day everyone answers, the child in danger first', () => {
  assert.deepEqual(order('2026-11-22T14:00:00Z'), ['119', '3114', '3018', 'fil']);
});

test('after 23 h in Paris the lines that sleep are not offered first', () => {
  assert.deepEqual(order('2026-11-22T21:59:00Z'), ['119', '3114', '3018', 'fil']);
  assert.deepEqual(order('2026-11-22T22:00:00Z'), ['119', '3114', '3018 closed', 'fil closed']);
  assert.deepEqual(order('2026-11-22T07:59:00Z'), ['119', '3114', '3018 closed', 'fil closed']);
});

test('summer time counts', () => {
  assert.deepEqual(order('2026-07-01T20:59:00Z'), ['119', '3114', '3018', 'fil']);
  assert.deepEqual(order('2026-07-01T21:00:00Z'), ['119', '3114', '3018 closed', 'fil closed']);
});

test('immediate danger: 112, 15, 17, 18 by voice and 114 by message', () => {
  assert.deepEqual(dangerLines().map(address), ['tel:112', 'tel:15', 'tel:17', 'tel:18', 'sms:114']);
});

test('a number is dialled without its spaces', () => {
  assert.equal(address({ id: 'fil', number: '0 800 235 236' }), 'tel:0800235236');
});

test('the date of check is a date', () => {
  assert.equal(Number.isNaN(checked.getTime()), false);
});
