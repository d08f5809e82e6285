import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CasePageSent, CaseSent } from '../wire/case';
import { failedCalls } from './deliveries';

const sent = (channel: string, result: string): CaseSent => ({ channel, result });
const page = (step: number, reached: Record<string, CaseSent[]>): CasePageSent => ({
  round: 1,
  step,
  rung: step,
  at: '',
  reached: Object.entries(reached).map(([name, list]) => ({ name, outside: false, sent: list })),
});
const names = (...pages: CasePageSent[]): string[] => failedCalls(pages).map(({ name }) => name);

test('one channel that took it is enough', () => {
  assert.deepEqual(names(page(0, { Claire: [sent('sms', 'failed'), sent('mail', 'sent')] })), []);
});

test('what failed, or was not sent at all, has reached nobody', () => {
  assert.deepEqual(names(page(0, { Claire: [sent('mail', 'failed')], Samir: [sent('', 'dropped')], Ines: [sent('', 'waiting')], Hugo: [] })), ['Claire', 'Samir']);
});

test('the last step that was for somebody counts', () => {
  assert.deepEqual(names(page(0, { Claire: [sent('mail', 'failed')] }), page(1, { Claire: [sent('mail', 'sent')] })), []);
  assert.deepEqual(names(page(0, { Claire: [sent('mail', 'sent')] }), page(1, { Claire: [sent('mail', 'failed')] })), ['Claire']);
});
