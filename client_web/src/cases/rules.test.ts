import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Case, CasePerson } from '../wire/case';
import { byDeadline, deadline, later, merged, newer, partsFor, passes, ringing, waitsFor } from './rules';

const made = (more: Partial<Case>): Case =>
  ({ id: 'c', state: 'open', severity: 3, round: 1, pages: 1, revision: 1, opened_at: '1', due_at: '5', can_acknowledge: true, paged: false, ...more }) as Case;
const has = (id: string): { owner: CasePerson } => ({ owner: { id, name: id, role: 'supervisor' } });
const ids = (cases: readonly Case[]): string[] => cases.map(({ id }) => id);

test('it waits for who was called and for who has it, and for nobody once it is taken', () => {
  assert.equal(waitsFor(made({ paged: true }), 'claire'), true);
  assert.equal(waitsFor(made(has('claire')), 'claire'), true);
  assert.equal(waitsFor(made(has('claire')), 'samir'), false);
  assert.equal(waitsFor(made({ paged: true, can_acknowledge: false }), 'claire'), false);
  assert.equal(waitsFor(made({}), undefined), false);
});

test('a note for the record, without a deadline, waits for nobody', () => {
  const { due_at: _, ...note } = made({ paged: true });
  assert.equal(waitsFor(note as Case, 'claire'), false);
});

test('what waits comes first by its deadline, then what somebody has, the gravest first', () => {
  const { due_at: _, ...undue } = made({ id: 'note', severity: 1 });
  const cases = [
    made({ id: 'had', state: 'in_progress', due_at: '1', severity: 2 }),
    made({ id: 'graver', state: 'in_progress', due_at: '1', severity: 4 }),
    undue as Case,
    made({ id: 'later', due_at: '9', severity: 4 }),
    made({ id: 'soon', due_at: '2', severity: 2 }),
  ];
  assert.deepEqual(ids(byDeadline(cases)), ['soon', 'later', 'note', 'graver', 'had']);
});

test('of those that somebody has the most severe stand first, whichever deadline was the earlier', () => {
  const state = 'acknowledged';
  const cases = [made({ id: 'early', state, due_at: '1', severity: 2 }), made({ id: 'grave', state, due_at: '9', severity: 4 })];
  assert.deepEqual(ids(byDeadline(cases)), ['grave', 'early']);
});

test('what somebody can be in a case goes by their role', () => {
  assert.deepEqual(partsFor('mentee'), ['young', 'reported', 'witness']);
  assert.deepEqual(partsFor('supervisor'), ['professional', 'reported', 'witness']);
  assert.deepEqual(partsFor('mentor'), ['witness', 'reported']);
  assert.deepEqual(partsFor(undefined), []);
});

test('a deadline is near two minutes before, late after, and none once somebody has the case', () => {
  const due_at = '2026-11-22T12:05:00.000Z';
  const at = (time: string): object => deadline({ state: 'open', due_at }, Date.parse(`2026-11-22T${time}Z`));
  assert.deepEqual(at('12:00:00'), { standing: 'time', ms: 300_000 });
  assert.deepEqual(at('12:03:01'), { standing: 'near', ms: 119_000 });
  assert.deepEqual(at('12:05:01'), { standing: 'late', ms: 1_000 });
  assert.deepEqual(deadline({ state: 'acknowledged', due_at }, 0), { standing: 'none', ms: 0 });
  assert.deepEqual(deadline({ state: 'open' }, 0), { standing: 'none', ms: 0 });
});

test('filters', () => {
  const mine = made(has('claire'));
  assert.equal(passes(mine, { which: 'mine', severity: 1 }, 'claire'), true);
  assert.equal(passes(mine, { which: 'mine', severity: 1 }, 'samir'), false);
  assert.equal(passes(mine, { which: 'all', severity: 4 }, 'claire'), false);
  assert.equal(passes(made({ state: 'relayed' }), { which: 'waiting', severity: 1 }, 'claire'), false);
});

test('neither order of a fetch and its news brings back an older card, or a closed case', () => {
  const open = made({ revision: 1 });
  const taken = made({ revision: 2, state: 'acknowledged' });
  const closed = made({ revision: 3, state: 'closed' });
  const news = (...cases: Case[]): ReadonlyMap<string, Case> => new Map(cases.map((one) => [one.id, one]));
  assert.equal(merged([open], news(taken)).get('c'), taken);
  assert.equal(merged([taken], news(open)).get('c'), taken);
  assert.equal(merged([taken], news(closed)).size, 0);
  assert.equal(merged([closed], news(taken)).size, 0);
});

test('a page that went out is news, though nobody acted', () => {
  const [once, twice] = [made({ pages: 1 }), made({ pages: 2 })];
  assert.deepEqual([newer(once, twice), newer(twice, once), newer(undefined, once)], [twice, twice, once]);
  assert.equal(later(once, once), false);
});

test('a critical page rings until it is silenced, and the next one rings anew', () => {
  const page = made({ severity: 4 });
  assert.deepEqual(ringing([page, made({ id: 'calm' }), made({ id: 'unpaged', severity: 4, pages: 0 })], new Set()), [page]);
  assert.deepEqual(ringing([page], new Set(['c:1:1'])), []);
  const next = made({ severity: 4, pages: 2 });
  assert.deepEqual(ringing([next], new Set(['c:1:1'])), [next]);
});
