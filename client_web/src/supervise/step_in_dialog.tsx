/** A pause, an end for all, or one person put out of the calls: what, why, and, where it falls on one person, yes once more. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { calling } from '../call/current';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { Dialog } from '../shell/dialog';
import { Problem, useAttempt } from '../shell/refused';
import type { StepInWhy } from '../wire/call';
import { ask } from '../wire/link';

const WHYS: readonly StepInWhy[] = ['break', 'safety', 'words', 'technical', 'other'];

interface Props {
  room: Room;
  /** Only the pause; otherwise what ends a call, for all or for one. */
  pausing: boolean;
  onClose: () => void;
}

export function StepInDialog({ room, pausing, onClose }: Props): VNode {
  const { busy, problem, attempt } = useAttempt();
  const EnterNow = calling.value?.EnterNow;
  const field = useId();
  const inside = room.inCall.value;
  const two = room.partners.value;
  const out = room.card.value?.put_out ?? [];
  const chosen = useSignal(pausing ? 'pause' : inside.length > 0 ? 'end' : '');
  const why = useSignal<StepInWhy | ''>('');
  const lacking = useSignal('');
  const sure = useSignal(false);
  const person = two.find(({ account }) => account === chosen.value);
  const choose = (what: string): void => {
    chosen.value = what;
    sure.value = false;
    lacking.value = '';
  };
  const act = (event: Event): void => {
    event.preventDefault();
    if (busy.peek()) return;
    const reason = why.peek();
    if (!reason) return void (lacking.value = t('supervise.why_needed'));
    if (person && !sure.peek()) return void (sure.value = true);
    void attempt(async () => {
      if (person) await ask('supervise:remove', { room: room.number, account: person.account, why: reason });
      else await ask(chosen.peek() === 'pause' ? 'supervise:pause' : 'supervise:end', { room: room.number, why: reason });
      onClose();
    });
  };
  const choices = [...(inside.length > 0 ? [['end', t('supervise.end')] as const] : []), ...two.filter(({ account }) => !out.includes(account)).map(({ account, name }) => [account, t('supervise.remove', { name })] as const)];
  return (
    <Dialog title={t(pausing ? 'supervise.pause' : 'supervise.more')} onClose={onClose}>
      {!pausing && EnterNow && <EnterNow room={room} onGo={onClose} />}
      <form class="step-in" onSubmit={act} noValidate>
        {!pausing && (
          <fieldset class="report-kinds">
            <legend>{t('supervise.what')}</legend>
            {choices.map(([what, words]) => (
              <p key={what} class="field field-check">
                <label>
                  <input type="radio" name={`${field}-what`} checked={chosen.value === what} onChange={() => choose(what)} />
                  <span>{words}</span>
                </label>
              </p>
            ))}
          </fieldset>
        )}
        {chosen.value !== '' && (
          <>
            <p class="field">
              <label for={`${field}-why`}>{t('supervise.why')}</label>
              <select
                id={`${field}-why`}
                value={why.value}
                onChange={(event) => {
                  why.value = event.currentTarget.value as StepInWhy;
                  lacking.value = '';
                }}
              >
                <option value="">{t('supervise.why_choose')}</option>
                {WHYS.map((one) => (
                  <option key={one} value={one}>
                    {t(`supervise.why.${one}`)}
                  </option>
                ))}
              </select>
            </p>
            {!sure.value && <p class="hint">{person ? t('supervise.remove_means', { name: person.name }) : t(chosen.value === 'pause' ? 'supervise.pause_means' : 'supervise.end_means')}</p>}
            <Problem sentence={lacking.value || problem.value} />
            {sure.value && person && <p role="alert">{t('supervise.remove_sure', { name: person.name })}</p>}
            <button type="submit" class="button" disabled={busy.value}>
              {person ? t(sure.value ? 'supervise.remove_yes' : 'supervise.remove', { name: person.name }) : t(chosen.value === 'pause' ? 'supervise.pause' : 'supervise.end')}
            </button>
          </>
        )}
      </form>
    </Dialog>
  );
}
