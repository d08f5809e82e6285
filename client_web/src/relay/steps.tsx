/** What the reader may do now with what is to leave. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Area, Choice, FormDialog } from '../shell/fields';
import { useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { Can, Dispatch, DispatchList, Telling } from '../wire/relay';
import { sentTelling, TellingFields } from './telling';

type Step = Exclude<Can, 'save' | 'download'>;
const ORDER: readonly Step[] = ['second', 'propose', 'urgent', 'send', 'answer', 'retell', 'withdraw'];
const HOWS = ['encrypted', 'portal', 'post', 'hand', 'telephone', 'other'] as const;
const ANSWERS = ['received', 'answered', 'declined'] as const;

interface Props {
  dispatch: Dispatch;
  onDone: () => Promise<void>;
}

export function Steps({ dispatch, onDone }: Props): VNode {
  const open = useSignal<Step | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const send = async (act: string, body: object = {}): Promise<void> => {
    await http('POST', `dispatches/${dispatch.id}/${act}`, { revision: dispatch.revision, ...body });
    open.value = null;
    await onDone();
  };
  const press = (step: Step): void => {
    if (step === 'withdraw' || (step === 'propose' && !dispatch.needs_second)) void attempt(() => send(step));
    else open.value = step;
  };
  const forms: Partial<Record<Step, VNode>> = {
    second: <SecondForm onClose={() => (open.value = null)} send={send} />,
    propose: <ProposeForm dispatch={dispatch} onClose={() => (open.value = null)} send={send} />,
    urgent: (
      <FormDialog title={t('relay.do.urgent')} act={t('relay.do.urgent')} onClose={() => (open.value = null)} save={({ why }) => send('urgent', { why })}>
        <p>{t('relay.urgent_why')}</p>
        <Area label={t('relay.urgent_reason')} name="why" maxLength={500} />
      </FormDialog>
    ),
    send: (
      <FormDialog title={t('relay.do.send')} act={t('relay.do.send')} onClose={() => (open.value = null)} save={({ how, note }) => send('sent', { how, ...(note && { note }) })}>
        <p>{t('relay.send_why')}</p>
        <Choice label={t('relay.how')} name="how" options={HOWS.map((how) => [how, t(`relay.how.${how}`)] as const)} />
        <Area label={t('relay.note')} name="note" maxLength={2000} required={false} />
      </FormDialog>
    ),
    answer: (
      <FormDialog title={t('relay.do.answer')} onClose={() => (open.value = null)} save={({ answer, words }) => send('answered', { answer, ...(words && { words }) })}>
        <Choice label={t('relay.answer')} name="answer" options={ANSWERS.map((answer) => [answer, t(`relay.answer.${answer}`)] as const)} />
        <Area label={t('relay.note')} name="words" maxLength={2000} required={false} />
      </FormDialog>
    ),
    retell: <RetellForm dispatch={dispatch} onClose={() => (open.value = null)} send={send} />,
  };
  return (
    <div class="relay-steps">
      <Problem sentence={problem.value} />
      {dispatch.can.includes('download') && (
        <a class="button" href={`/api/v1/dispatches/${dispatch.id}/file`} download>
          {t('relay.do.download')}
        </a>
      )}
      {ORDER.filter((step) => dispatch.can.includes(step)).map((step) => (
        <button key={step} type="button" class={step === 'withdraw' || step === 'retell' ? 'button button-plain' : 'button button-soft'} disabled={busy.value} onClick={() => press(step)}>
          {t(step === 'propose' && !dispatch.needs_second ? 'relay.do.ready' : `relay.do.${step}`)}
        </button>
      ))}
      {open.value && forms[open.value]}
    </div>
  );
}

interface FormProps {
  onClose: () => void;
  send: (act: string, body?: object) => Promise<void>;
}

function SecondForm({ onClose, send }: FormProps): VNode {
  return (
    <FormDialog
      title={t('relay.do.second')}
      act={t('relay.second_say')}
      onClose={onClose}
      save={({ agree, note }) => send('second', { agree: agree === 'yes', ...(note && { note }) })}
    >
      <p>{t('relay.second_why')}</p>
      <Choice
        label={t('relay.second_question')}
        name="agree"
        options={[
          ['yes', t('relay.second_yes')],
          ['no', t('relay.second_no')],
        ]}
      />
      <Area label={t('relay.second_note')} name="note" maxLength={500} required={false} />
    </FormDialog>
  );
}

function ProposeForm({ dispatch, onClose, send }: FormProps & { dispatch: Dispatch }): VNode {
  const list = useLoaded<DispatchList>(`cases/${dispatch.case}/dispatches`);
  const found = list.found.value;
  const asks = found?.seen_as === 'whole' && found.seconds.length > 0;
  return (
    <FormDialog title={t('relay.do.propose')} act={t('relay.do.propose')} onClose={onClose} save={({ ask }) => send('propose', ask ? { ask } : {})}>
      <Problem sentence={list.problem.value} />
      <p>{t('relay.propose_why')}</p>
      {asks && <Choice label={t('relay.ask')} name="ask" options={found.seconds.map(({ id, name }) => [id, name] as const)} />}
      {found?.seen_as === 'outline' && <p class="relay-warning">{t(found.seconds.length > 0 ? 'relay.admin_seconds' : 'relay.nobody_seconds')}</p>}
    </FormDialog>
  );
}

function RetellForm({ dispatch, onClose, send }: FormProps & { dispatch: Dispatch }): VNode {
  const telling = useSignal<Telling>(dispatch.telling);
  return (
    <FormDialog title={t('relay.do.retell')} onClose={onClose} save={() => send('telling', { telling: sentTelling(telling.peek()) })}>
      <p>{t('relay.retell_why')}</p>
      <TellingFields telling={telling.value} kind={dispatch.kind} onChange={(value) => (telling.value = value)} />
    </FormDialog>
  );
}
