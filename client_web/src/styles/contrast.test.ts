import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// WCAG 2.2, 1.4.3 and 1.4.11: the words on each ground they are used on, and the edges of fields.
const WORDS: readonly (readonly [ink: string, ground: string])[] = [
  ['ink', 'paper'], ['ink', 'surface'], ['ink', 'raised'], ['soft', 'paper'], ['soft', 'surface'], ['soft', 'raised'],
  ['pine', 'paper'], ['pine', 'surface'], ['pine', 'raised'], ['on-pine', 'pine'], ['on-pine', 'pine-deep'],
  ['pine-wash-ink', 'pine-wash'], ['apricot-ink', 'apricot-wash'], ['staff-ink', 'staff-wash'],
  ['wait-ink', 'wait-wash'], ['stop', 'surface'], ['stop-ink', 'stop-wash'], ['ink', 'apricot-wash'],
  ['stop', 'paper'], ['staff', 'surface'],
];
const EDGES: typeof WORDS = [['edge', 'surface'], ['edge', 'raised'], ['edge', 'paper'], ['pine', 'surface'], ['pine', 'paper'], ['stop', 'surface']];

const source = readFileSync(new URL('src/styles/tokens.css', `file://${process.cwd()}/`), 'utf8');
const [light = '', dark = ''] = source.split('@media (prefers-color-scheme: dark)');

function tokens(text: string): Map<string, string> {
  return new Map([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((found) => [found[1]!, found[2]!]));
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

for (const [scheme, known] of [['light', tokens(light)], ['dark', new Map([...tokens(light), ...tokens(dark)])]] as const) {
  test(`${scheme}: every word and every edge can be seen`, () => {
    const faint: string[] = [];
    for (const [least, couples] of [[4.5, WORDS], [3, EDGES]] as const) {
      for (const [ink, ground] of couples) {
        const reached = contrast(known.get(ink) ?? '', known.get(ground) ?? '');
        if (!(reached >= least)) faint.push(`${ink} on ${ground} is ${reached.toFixed(2)}, needs ${least}`);
      }
    }
    assert.deepEqual(faint, []);
  });
}
