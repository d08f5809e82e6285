/** Setting up one-time codes: a square to scan or a key to type, then a first code. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { TotpOffer } from '../wire/security';
import { CodeField } from './code_field';

interface Props {
  send: (body: { sealed: string; code: string }) => Promise<void>;
  onBack: () => void;
  /** What else the server wants to know, asked on the same page. */
  children?: ComponentChildren;
}

const QUIET = 4; // squares around the code that stay white: ISO/IEC 18004

export function TotpSetUp({ send, onBack, children }: Props): VNode {
  const offer = useSignal<TotpOffer | null>(null);
  const code = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const load = async (): Promise<void> => {
    offer.value = await http<TotpOffer>('POST', 'session/totp/offer');
  };
  useEffect(() => void attempt(load), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      const { sealed } = offer.peek() ?? {};
      if (!sealed || !code.peek().trim()) return t('second.need_code');
      await send({ sealed, code: code.peek().trim() });
      return undefined;
    });
  };
  const shown = offer.value;
  return (
    <form class="totp" noValidate onSubmit={submit}>
      <h2>{t('second.make_totp')}</h2>
      <Problem sentence={problem.value} />
      {shown && (
        <>
          <p>{t('second.scan')}</p>
          <svg class="qr" role="img" aria-label={t('second.qr')} viewBox={`${-QUIET} ${-QUIET} ${shown.size + 2 * QUIET} ${shown.size + 2 * QUIET}`} shape-rendering="crispEdges">
            <path d={shown.qr} />
          </svg>
          <p>
            {t('second.or_type')} <code class="secret">{shown.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
          </p>
        </>
      )}
      {children}
      <CodeField code={code} hint={t('second.first_code')} wrong={problem.value !== ''} />
      <div class="dialog-acts">
        <button type="submit" class="button" disabled={busy.value || !shown}>
          {t(busy.value ? 'signin.busy' : 'second.continue')}
        </button>
        <button type="button" class="button button-plain" onClick={onBack}>
          {t('second.back')}
        </button>
      </div>
    </form>
  );
}
