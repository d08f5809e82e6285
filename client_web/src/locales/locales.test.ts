import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en } from './en';
import { fr as frPage } from './fr';
import { frCall } from './fr_call';
import { frLooks } from './fr_looks';
import { frMend } from './fr_mend';
import { frStaff } from './fr_staff';
import { frWords } from './fr_words';
import type { Text } from './text';

const fr: Readonly<Record<string, Text>> = { ...frPage, ...frCall, ...frLooks, ...frMend, ...frStaff, ...frWords };

const forms = (text: Text): readonly string[] =>
  typeof text === 'string' ? [text] : 'one' in text ? [text.one, text.other] : text;
const parameters = (text: Text): string[] =>
  [...new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!)))].sort();

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(fr).sort());
});

test('a text takes the same parameters in both languages', () => {
  for (const [key, text] of Object.entries(fr)) {
    assert.deepEqual(parameters(en[key as keyof typeof en]), parameters(text), key);
  }
});

test('nothing is empty and no straight apostrophe is left', () => {
  for (const texts of [fr, en]) {
    for (const [key, text] of Object.entries(texts)) {
      for (const form of forms(text as Text)) {
        assert.ok(form.trim(), key);
        assert.doesNotMatch(form, /'/, key);
      }
    }
  }
});

test('French puts a no-break space before high punctuation, and English none', () => {
  for (const [key, text] of Object.entries(fr)) {
    for (const form of forms(text as Text)) {
      assert.doesNotMatch(form, /[^\u202f\u00a0][!?;:](\s|$)/, key);
      assert.doesNotMatch(form, / [!?;:]/, key);
    }
  }
  for (const [key, text] of Object.entries(en)) {
    for (const form of forms(text)) assert.doesNotMatch(form, /\s[!?;:]/, key);
  }
});
