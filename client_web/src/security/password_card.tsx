/** Changing one's password. All other sessions end with it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { SecondFactors } from '../wire/security';
import { PasswordField } from './password_field';
import { ProofFields, useProof } from './proof';

export function PasswordCard({ factors }: { factors: SecondFactors | null }): VNode {
  const fresh = useSignal('');
  const done = useSignal(false);
  const asking = useProof();
  const { busy, problem, attempt } = useAttempt();
  const submit = (event: Event): void => {
    event.preventDefault();
    done.value = false;
    void attempt(async () => {
      if (!fresh.peek()) return t('password.need_new');
      const proof = await asking.proof();
      if (!proof) return t('proof.need');
      await http('POST', 'password', { password: fresh.peek(), proof });
      fresh.value = asking.password.value = asking.code.value = '';
      done.value = true;
      return undefined;
    });
  };
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{t('password.title')}</h2>
      <form noValidate onSubmit={submit}>
        <Problem sentence={problem.value} />
        <p class="done" role="status">
          {done.value ? t('password.done') : ''}
        </p>
        <ProofFields asking={asking} factors={factors} />
        <PasswordField label={t('password.new')} value={fresh} autocomplete="new-password" hint={t('password.hint')} />
        <button type="submit" class="button" disabled={busy.value}>
          {t('password.change')}
        </button>
      </form>
    </section>
  );
}
