import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapted, CATEGORIES, conditionOf, floorOf, keyOf, partOf, ruleOf, WAYS, withPart } from './table';

test('every category says something for every direction', () => {
  for (const category of CATEGORIES) for (const way of WAYS) assert.ok(ruleOf(category, way).action, `${category} ${way}`);
});

test('what a minor tells of their own is delivered, looked at and answered with the help card, whatever is asked', () => {
  const made = adapted('ill_being', 'minor_to_adult', { action: 'block', severity: 0, help: false });
  assert.deepEqual([made.action, made.severity, made.help], ['deliver', 2, true]);
  assert.deepEqual(floorOf('ill_being', 'minor_to_adult', 2).actions, ['deliver']);
});

test('critical stays critical and alerts; what is made critical alerts too', () => {
  const meeting = adapted('meeting', 'adult_to_minor', { severity: 1, alert: false, flag: false });
  assert.deepEqual([meeting.severity, meeting.alert, meeting.flag], [4, true, true]);
  assert.equal(adapted('contact', 'adult_to_minor', { severity: 4 }).alert, true);
});

test('an association may loosen what is not protected', () => {
  assert.deepEqual(adapted('contact', 'adult_to_minor', { action: 'mask', severity: 2 }), { ...ruleOf('contact', 'adult_to_minor'), action: 'mask', severity: 2 });
});

test('only what differs from the table is kept', () => {
  const rule = ruleOf('contact', 'adult_to_minor');
  assert.equal(partOf('contact', 'adult_to_minor', rule), null);
  assert.deepEqual(partOf('contact', 'adult_to_minor', { ...rule, action: 'mask' }), { action: 'mask' });
});

test('a condition and its key are two ways to say one thing', () => {
  for (const key of ['adult_to_minor', 'adult_to_minor.new', 'minor_to_adult.under_15', 'adult_to_minor.closing.under_13']) {
    assert.equal(keyOf(conditionOf(key)), key);
  }
});

test('a part comes and goes without a trace', () => {
  const one = withPart({ version: 3 }, 'contact', 'adult_to_minor.new', { action: 'block' });
  assert.deepEqual(one, { version: 3, policy: { contact: { 'adult_to_minor.new': { action: 'block' } } } });
  assert.deepEqual(withPart(one, 'contact', 'adult_to_minor.new', null), { version: 3, policy: {} });
});
