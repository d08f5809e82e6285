/** One's second factors: what there is, one more, one less, a new sheet of recovery codes. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dateOf } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { Awaited, type Loaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { SecondFactors } from '../wire/security';
import { makePasskey } from './passkeys';
import { ProofFields, useProof } from './proof';
import { RecoverySheet } from './recovery_sheet';
import { TotpSetUp } from './totp_set_up';

type Doing = { act: 'totp' | 'passkey' | 'codes' | 'drop_totp' } | { act: 'drop_passkey'; id: string };

export function FactorsCard({ loaded }: { loaded: Loaded<SecondFactors> }): VNode {
  const doing = useSignal<Doing | null>(null);
  const codes = useSignal<readonly string[]>([]);
  const done = async (fresh: readonly string[]): Promise<void> => {
    codes.value = fresh;
    doing.value = null;
    await loaded.load();
  };
  return (
    <section class="card" aria-labelledby="factors-title">
      <h2 id="factors-title">{t('second.title')}</h2>
      {codes.value.length > 0 && <RecoverySheet codes={codes.value} onKept={() => (codes.value = [])} />}
      <Awaited of={loaded}>
        {(there) => (
          <>
            <p class="fact">{t(there.required ? 'second.required' : 'second.lead')}</p>
            {!doing.value && codes.value.length === 0 && <Listed there={there} onDo={(next) => (doing.value = next)} />}
            {doing.value && <Act doing={doing.value} factors={there} onDone={done} onBack={() => (doing.value = null)} />}
          </>
        )}
      </Awaited>
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
      {(there.totp || there.passkeys.length > 0) && (
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
                  {t('device.since', { day: dateOf(key.created_at) })} · {t('device.used', { day: dateOf(key.used_on) })}
                </span>
              </span>
              {!alone && button('second.remove', { act: 'drop_passkey', id: key.id }, 'button button-plain')}
            </li>
          ))}
          <li>
            <span>
              <strong>{t('second.recovery')}</strong>
              <span class="fact">{there.recovery_left === 0 ? t('second.recovery_none') : t('second.recovery_left', { count: there.recovery_left })}</span>
            </span>
            {button('second.new_codes', { act: 'codes' }, 'button button-plain')}
          </li>
        </ul>
      )}
      <div class="dialog-acts">
        {window.isSecureContext && button('second.make_passkey', { act: 'passkey' })}
        {button(there.totp ? 'second.replace_totp' : 'second.make_totp', { act: 'totp' })}
      </div>
    </>
  );
}

interface ActProps {
  doing: Doing;
  factors: SecondFactors;
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
