/** One's second factors: what there is, one more, one less, a new sheet of recovery codes. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { language } from '../locales/language';
import { t, type Key } from '../locales/text';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { SecondFactors } from '../wire/security';
import { Declined, makePasskey } from './passkeys';
import { ProofFields, useProof } from './proof';
import { RecoverySheet } from './recovery_sheet';
import { TotpSetUp } from './totp_set_up';

type Doing = { act: 'totp' | 'passkey' | 'codes' | 'drop_totp' } | { act: 'drop_passkey'; id: string };

const day = (date: string): string =>
  new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'long', year: 'numeric' }).format(new Date(date));

export function FactorsCard(): VNode {
  const factors = useSignal<SecondFactors | null>(null);
  const doing = useSignal<Doing | null>(null);
  const codes = useSignal<readonly string[]>([]);
  const { problem, attempt } = useAttempt();
  const load = async (): Promise<void> => {
    factors.value = await http<SecondFactors>('GET', 'second-factors');
  };
  useEffect(() => void attempt(load), []);
  const done = async (fresh: readonly string[]): Promise<void> => {
    codes.value = fresh;
    doing.value = null;
    await load();
  };
  const there = factors.value;
  return (
    <section class="card" aria-labelledby="factors-title">
      <h2 id="factors-title">{t('second.title')}</h2>
      <p class="fact">{t(there?.required ? 'second.required' : 'second.lead')}</p>
      <Problem sentence={problem.value} />
      {codes.value.length > 0 && <RecoverySheet codes={codes.value} onKept={() => (codes.value = [])} />}
      {there && !doing.value && codes.value.length === 0 && <Listed there={there} onDo={(next) => (doing.value = next)} />}
      {doing.value && <Act doing={doing.value} factors={there} onDone={done} onBack={() => (doing.value = null)} />}
    </section>
  );
}

function Listed({ there, onDo }: { there: SecondFactors; onDo: (doing: Doing) => void }): VNode {
  const alone = there.required && Number(there.totp) + there.passkeys.length < 2;
  const button = (key: Key, act: Doing, kind = 'button button-soft'): VNode => (
    <button type="button" class={kind} onClick={() => onDo(act)}>
      {t(key)}
    </button>
  );
  return (
    <>
      <ul class="devices">
        {there.totp && (
          <li>
            <strong>{t('second.totp')}</strong>
            {!alone && button('second.remove', { act: 'drop_totp' }, 'button button-plain')}
          </li>
        )}
        {there.passkeys.map((key) => (
          <li key={key.id}>
            <span>
              <strong>{t('second.passkey')}</strong>
              <span class="fact">
                {t('device.since', { day: day(key.created_at) })} · {t('device.used', { day: day(key.used_on) })}
              </span>
            </span>
            {!alone && button('second.remove', { act: 'drop_passkey', id: key.id }, 'button button-plain')}
          </li>
        ))}
        {(there.totp || there.passkeys.length > 0) && (
          <li>
            <span>
              <strong>{t('second.recovery')}</strong>
              <span class="fact">{t('second.recovery_left', { count: there.recovery_left })}</span>
            </span>
            {button('second.new_codes', { act: 'codes' }, 'button button-plain')}
          </li>
        )}
      </ul>
      <div class="dialog-acts">
        {window.isSecureContext && button('second.make_passkey', { act: 'passkey' })}
        {button(there.totp ? 'second.replace_totp' : 'second.make_totp', { act: 'totp' })}
      </div>
    </>
  );
}

interface ActProps {
  doing: Doing;
  factors: SecondFactors | null;
  onDone: (codes: readonly string[]) => Promise<void>;
  onBack: () => void;
}

const TITLES: Record<Doing['act'], Key> = {
  totp: 'second.make_totp',
  passkey: 'second.make_passkey',
  codes: 'second.new_codes',
  drop_totp: 'second.drop_totp',
  drop_passkey: 'second.drop_passkey',
};

function Act({ doing, factors, onDone, onBack }: ActProps): VNode {
  const asking = useProof();
  const { busy, problem, attempt } = useAttempt();
  if (doing.act === 'totp') {
    const send = async (body: { sealed: string; code: string }): Promise<void> => {
      const proof = (await asking.proof()) ?? {};
      await onDone((await http<{ recovery_codes: string[] }>('POST', 'second-factors/totp', { ...body, proof })).recovery_codes);
    };
    return (
      <TotpSetUp send={send} onBack={onBack}>
        <ProofFields asking={asking} factors={factors} />
      </TotpSetUp>
    );
  }
  const submit = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      try {
        const proof = await asking.proof();
        if (!proof) return t('proof.need');
        if (doing.act === 'passkey') {
          const passkey = await makePasskey('session/new-passkey/options');
          await onDone((await http<{ recovery_codes: string[] }>('POST', 'second-factors/passkeys', { passkey, proof })).recovery_codes);
        } else if (doing.act === 'codes') {
          await onDone((await http<{ recovery_codes: string[] }>('POST', 'second-factors/recovery-codes', { proof })).recovery_codes);
        } else {
          await http('POST', `second-factors/${doing.act === 'drop_passkey' ? `passkeys/${doing.id}` : 'totp'}/remove`, { proof });
          await onDone([]);
        }
      } catch (error) {
        if (!(error instanceof Declined)) throw error;
      }
      return undefined;
    });
  };
  return (
    <form noValidate onSubmit={submit}>
      <h3>{t(TITLES[doing.act])}</h3>
      <Problem sentence={problem.value} />
      <ProofFields asking={asking} factors={factors} />
      <div class="dialog-acts">
        <button type="submit" class="button" disabled={busy.value}>
          {t('second.continue')}
        </button>
        <button type="button" class="button button-plain" onClick={onBack}>
          {t('second.back')}
        </button>
      </div>
    </form>
  );
}
