/** A number to call or to text; on a device that makes no calls, one to read and to copy. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import type { Line } from '../wire/help';
import { address, calls as callsHere } from './lines';

export const CALLS = callsHere(navigator as Navigator & { userAgentData?: { mobile: boolean } });

/** `calls` is what is dialled, where it is not what is shown. */
export function Number({ line, calls }: { line: Pick<Line, 'number' | 'sms'>; calls?: string }): VNode {
  const copied = useSignal(false);
  const { number, sms } = line;
  if (CALLS)
    return (
      <a class="line-number" href={address(calls ? { number: calls, ...(sms ? { sms } : {}) } : line)} aria-label={t(sms ? 'help.text' : 'help.call', { number })}>
        <Icon name={sms ? 'chat' : 'phone'} />
        {number}
      </a>
    );
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(number);
      copied.value = true;
    } catch {
      // It stands there to be selected by hand.
    }
  };
  return (
    <span class="line-read">
      <strong class="line-large">{number}</strong>
      <button type="button" class="quiet-button" aria-label={t('help.copy_number', { number })} onClick={() => void copy()}>
        <span role="status">{t(copied.value ? 'help.copied' : 'help.copy')}</span>
      </button>
    </span>
  );
}
