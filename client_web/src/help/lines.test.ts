import assert from 'node:assert/strict';
import { test } from 'node:test';
import data from '../../../server/people/helplines/data/fr.json';
import type { Line } from '../wire/help';
import { address, answers, calls, checkedOn, dangerLines, fits, talkLines, written, type Channel } from './lines';

const FRANCE = data.lines.map((line) => ({ ...line, zone: data.zone, checked: data.checked })) as unknown as readonly Line[];

const order = (instant: string, age?: number, channel: Channel = 'voice', lines = FRANCE): string[] =>
  talkLines(new Date(instant), lines, age, channel).map(
    (one) => `${one.line.id}${answers(one, channel) ? '' : ' closed'}${one.fits ? '' : ' other'}`,
  );

const DAY = '2026-11-22T14:00:00Z';
const NIGHT = '2026-11-22T22:30:00Z';

test('in the day everyone answers, the child in danger first', () => {
  assert.deepEqual(order(DAY), ['119', '3114', '3018', 'fil']);
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

test('119 is for those under 21 and for a worried adult, Fil Santé Jeunes from 12 to 25', () => {
  assert.deepEqual(order(DAY, 11), ['119', '3114', '3018', 'fil other']);
  assert.deepEqual(order(DAY, 12), ['119', '3114', '3018', 'fil']);
  assert.deepEqual(order(DAY, 20), ['119', '3114', '3018', 'fil']);
  assert.deepEqual(order(DAY, 25), ['119', '3114', '3018', 'fil']);
  assert.deepEqual(order(DAY, 26), ['119', '3114', '3018', 'fil other']);
  const alone = FRANCE.map((line) => ({ ...line, worried: false }));
  assert.deepEqual(order(DAY, 21, 'voice', alone), ['3114', '3018', 'fil', '119 other']);
});

test('a line for another age stands behind, even when it is the only one that answers', () => {
  assert.deepEqual(order(NIGHT, 40), ['119', '3114', '3018 closed', 'fil closed other']);
  const lines: Line[] = [{ id: 'young', number: '1', age_to: 25 }, { id: 'all', number: '2', hours: ['09:00', '10:00'], zone: 'UTC' }];
  assert.deepEqual(order(NIGHT, 40, 'voice', lines), ['all closed', 'young other']);
});

test('who cannot speak finds first what takes text messages and chats', () => {
  assert.deepEqual(dangerLines(FRANCE, 'text').map(({ id }) => id), ['114', '112', '15', '17', '18']);
  assert.deepEqual(order(DAY, 15, 'text'), ['119', '3018', 'fil', '3114 closed']);
  assert.deepEqual(order('2026-11-22T21:30:00Z', 15, 'text'), ['119', '3018', '3114 closed', 'fil closed']);
  assert.deepEqual(order(NIGHT, 15, 'text'), ['119', '3114 closed', '3018 closed', 'fil closed']);
});

test('a line of one’s own has days, and hours over midnight, in its own zone', () => {
  const lines: Line[] = [{ id: 'near', number: '1', hours: ['18:00', '02:00'], days: [7], zone: 'Indian/Reunion' }];
  const at = (instant: string): string[] => order(instant, undefined, 'voice', lines); // 22 November 2026 is a Sunday
  assert.deepEqual(at('2026-11-22T13:59:00Z'), ['near closed']);
  assert.deepEqual(at('2026-11-22T14:00:00Z'), ['near']);
  assert.deepEqual(at('2026-11-22T21:59:00Z'), ['near']); // Monday there
  assert.deepEqual(at('2026-11-22T22:00:00Z'), ['near closed']);
  assert.deepEqual(at('2026-11-21T21:00:00Z'), ['near closed']); // the night after Saturday
});

test('a zone that this browser does not know closes nothing by an error', () => {
  assert.equal(talkLines(new Date(DAY), [{ id: 'x', number: '1', hours: ['00:00', '23:59'], zone: 'Mars/Olympus' }]).length, 1);
});

test('an age that nobody knows fits all', () => {
  assert.equal(FRANCE.every((line) => fits(line, undefined)), true);
});

test('immediate danger: 112, 15, 17, 18 by voice and 114 by message', () => {
  assert.deepEqual(dangerLines(FRANCE).map(address), ['tel:112', 'tel:15', 'tel:17', 'tel:18', 'sms:114']);
});

test('a number is dialled without its spaces', () => {
  assert.equal(address({ number: '0 800 235 236' }), 'tel:0800235236');
  assert.equal(address({ number: '+32 2 123' }), 'tel:+322123');
});

test('a number is read as people write it', () => {
  assert.deepEqual([written('+33123456789'), written('+3221234567')], ['01 23 45 67 89', '+3221234567']);
});

test('what was checked the longest ago counts', () => {
  assert.equal(checkedOn([{ id: 'a', number: '1', checked: '2026-05-02' }, { id: 'b', number: '2', checked: '2025-12-31' }]), '2025-12-31');
  assert.equal(checkedOn([]), undefined);
});

test('a telephone calls, a computer and a tablet show the number', () => {
  const android = 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36';
  assert.equal(calls({ userAgent: android }), true);
  assert.equal(calls({ userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15' }), true);
  assert.equal(calls({ userAgent: 'Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0' }), true);
  assert.equal(calls({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36' }), false);
  assert.equal(calls({ userAgent: 'Mozilla/5.0 (Linux; Android 14; Tab S9) AppleWebKit/537.36 Chrome/140.0 Safari/537.36' }), false);
  assert.equal(calls({ userAgent: android, userAgentData: { mobile: false } }), false);
});
