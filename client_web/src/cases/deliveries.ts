/** Which people a call did not reach: pure. */

import type { CasePageSent, CaseReached } from '../wire/case';

/** Something failed, and nothing has got through to them; it may still be tried again. */
export const unreached = ({ sent }: CaseReached): boolean =>
  !sent.some(({ result }) => result === 'sent') && sent.some(({ result }) => result === 'failed' || result === 'dropped');

/** Whom the last step that was for them did not reach, once each. */
export function failedCalls(pages: readonly CasePageSent[]): CaseReached[] {
  const last = new Map<string, CaseReached>();
  for (const page of pages) for (const one of page.reached) last.set(one.name, one);
  return [...last.values()].filter(unreached);
}
