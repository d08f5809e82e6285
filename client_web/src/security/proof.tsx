/** Asks that one is there now, on the page of what it is for: the present password, a code, or a passkey. */

import { useSignal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Proof, SecondFactors } from '../wire/security';
import { CodeField } from './code_field';
import { proveByPasskey } from './passkeys';
import { PasswordField } from './password_field';

type Way = 'password' | 'code' | 'passkey';

export interface Asking {
  way: Signal<Way>;
  password: Signal<string>;
  code: Signal<string>;
  /** What was typed; for a passkey, asks for it now. Undefined when nothing was typed. */
  proof: () => Promise<Proof | undefined>;
}

export function useProof(): Asking {
  const way = useSignal<Way>('password');
  const password = useSignal('');
  const code = useSignal('');
  const proof = async (): Promise<Proof | undefined> => {
    if (way.peek() === 'passkey') return { passkey: await proveByPasskey() };
    if (way.peek() === 'code') return code.peek().trim() ? { code: code.peek().trim() } : undefined;
    return password.peek() ? { password: password.peek() } : undefined;
  };
  return { way, password, code, proof };
}

export function ProofFields({ asking, factors }: { asking: Asking; factors: SecondFactors | null }): VNode {
  const ways: Way[] = ['password'];
  if (factors && (factors.totp || factors.recovery_left > 0)) ways.push('code');
  if (factors && factors.passkeys.length > 0) ways.push('passkey');
  return (
    <div class="proof">
      {asking.way.value === 'password' && <PasswordField label={t('proof.password')} value={asking.password} autocomplete="current-password" />}
      {asking.way.value === 'code' && <CodeField code={asking.code} hint={t('proof.code_hint')} />}
      {asking.way.value === 'passkey' && <p class="hint">{t('proof.passkey_hint')}</p>}
      {ways.length > 1 && (
        <p class="proof-ways">
          {ways
            .filter((way) => way !== asking.way.value)
            .map((way) => (
              <button key={way} type="button" class="quiet-button" onClick={() => (asking.way.value = way)}>
                {t(`proof.by_${way}`)}
              </button>
            ))}
        </p>
      )}
    </div>
  );
}
