/** One thing that is to leave: filled in, looked at by a second person, downloaded, sent, answered. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dateOf, dayAndHour, dayOf } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded, type Loaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { caseRelayAddress, DEPARTMENTS } from '../shell/route';
import { http } from '../wire/http';
import type { Dispatch, DispatchFile, Fields, Telling } from '../wire/relay';
import { Line, Text, Tick } from './bound';
import { LetterForm } from './letter_form';
import { Steps } from './steps';
import { sentTelling, TellingFields } from './telling';

export function DispatchPage({ id }: { id: string }): VNode {
  return me.value?.account.role === 'supervisor' ? <Whole id={id} /> : <Outline id={id} />;
}

function Whole({ id }: { id: string }): VNode {
  const loaded = useLoaded<DispatchFile>(`dispatches/${id}`);
  const kind = loaded.found.value?.dispatch.kind;
  return (
    <Page title={kind ? t(`relay.kind.${kind}`) : t('relay.title')} kind="relay">
      <Awaited of={loaded}>
        {(file) => (
          <>
            <p>
              <a href={caseRelayAddress(file.dispatch.case)}>{t('relay.of_case', { reference: file.dispatch.reference })}</a>
            </p>
            <Standing dispatch={file.dispatch} />
            <p>
              <a class="button button-soft" href={`/api/v1/dispatches/${id}/page`} target="_blank" rel="noopener">
                {t('relay.look')}
              </a>{' '}
              {file.dispatch.contents?.files.includes('letter.html') && file.dispatch.contents.files.includes('dossier.html') && (
                <a class="button button-soft" href={`/api/v1/dispatches/${id}/page?part=dossier`} target="_blank" rel="noopener">
                  {t('relay.look_dossier')}
                </a>
              )}
            </p>
            <Steps dispatch={file.dispatch} onDone={loaded.load} />
            {file.dispatch.can.includes('save') && <Form key={file.dispatch.revision} file={file} loaded={loaded} />}
            <h2>{t('relay.versions')}</h2>
            <ul class="plain-list">
              {file.versions.map(({ version, at, by }) => (
                <li key={version}>{t('relay.version', { version, name: by, day: dayAndHour(new Date(at)) })}</li>
              ))}
            </ul>
          </>
        )}
      </Awaited>
    </Page>
  );
}

/** For an admin who is the second pair of eyes where there is no other professional: what leaves, and none of its words. */
function Outline({ id }: { id: string }): VNode {
  const loaded = useLoaded<Dispatch>(`dispatches/${id}/outline`);
  const kind = loaded.found.value?.kind;
  return (
    <Page title={kind ? t(`relay.kind.${kind}`) : t('relay.title')} kind="relay">
      <p class="lead">{t('relay.outline_why')}</p>
      <Awaited of={loaded}>
        {(dispatch) => (
          <>
            <p>{t('relay.of_case', { reference: dispatch.reference })}</p>
            <Standing dispatch={dispatch} />
            <Steps dispatch={dispatch} onDone={loaded.load} />
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Standing({ dispatch: one }: { dispatch: Dispatch }): VNode {
  const { second, sent, answer, telling, contents } = one;
  return (
    <dl class="relay-facts">
      <Said name={t('relay.state')}>{t(`relay.state.${one.state}`)}</Said>
      <Said name={t('relay.for_whom')}>
        {t(one.outside ? 'relay.outside' : 'relay.inside')}
        {contents?.to && ` · ${contents.to}`}
      </Said>
      <Said name={t('relay.made_by')}>{t('relay.made', { name: one.made_by, day: dateOf(one.made_at) })}</Said>
      {one.proposed_by && one.proposed_at && <Said name={t('relay.proposed')}>{t('relay.by_on', { name: one.proposed_by, day: dayAndHour(new Date(one.proposed_at)) })}</Said>}
      {one.asked && one.state === 'proposed' && <Said name={t('relay.asked')}>{one.asked}</Said>}
      {one.urgent_why && <Said name={t('relay.urgent')}>{one.urgent_why}</Said>}
      {one.unseen && <Said name={t('relay.second')}>{t('relay.unseen')}</Said>}
      {second && (
        <Said name={t('relay.second')}>
          {t(second.agrees ? 'relay.agreed' : 'relay.refused', { name: second.by, day: dayAndHour(new Date(second.at)) })}
          {second.seen_as === 'outline' && ` ${t('relay.seen_outline')}`}
          {second.note && <span class="relay-verbatim">{second.note}</span>}
        </Said>
      )}
      {contents && (
        <Said name={t('relay.contents')}>
          {contents.files.join(', ')}
          {contents.messages !== undefined && ` · ${t('relay.messages', { count: contents.messages })}`}
          {contents.words !== undefined && ` · ${t('relay.quotes', { count: contents.words })}`}
        </Said>
      )}
      <Said name={t('relay.telling')}>
        {t(`relay.tell.${telling.when}`)}
        {telling.on && ` (${dayOf(telling.on)})`}
        {telling.why && <span class="relay-verbatim">{telling.why}</span>}
        {telling.words && <span class="relay-verbatim">{telling.words}</span>}
        {telling.told_at && <span>{t('relay.told', { day: dayOf(telling.told_at) })}</span>}
      </Said>
      {sent && (
        <Said name={t('relay.sent')}>
          {t('relay.by_on', { name: sent.by, day: dayAndHour(new Date(sent.at)) })} · {tOr(`relay.how.${sent.how}`, 'relay.how.other')}
          {sent.note && <span class="relay-verbatim">{sent.note}</span>}
        </Said>
      )}
      {answer && (
        <Said name={t('relay.answer')}>
          {tOr(`relay.answer.${answer.answer}`, 'relay.answer')} · {t('relay.by_on', { name: answer.by, day: dayAndHour(new Date(answer.at)) })}
          {answer.words && <span class="relay-verbatim">{answer.words}</span>}
        </Said>
      )}
      {one.manifest && (
        <Said name={t('relay.manifest')}>
          <code>{one.manifest}</code>
        </Said>
      )}
    </dl>
  );
}

const Said = ({ name, children }: { name: string; children: preact.ComponentChildren }): VNode => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

function Form({ file, loaded }: { file: DispatchFile; loaded: Loaded<DispatchFile> }): VNode {
  const { dispatch } = file;
  const fields = useSignal<Fields>(file.fields);
  const telling = useSignal<Telling>(dispatch.telling);
  const { busy, problem, attempt } = useAttempt();
  const missing = new Set(file.missing);
  const save = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      await http('PUT', `dispatches/${dispatch.id}`, { revision: dispatch.revision, fields: fields.peek(), telling: sentTelling(telling.peek()) });
      await loaded.load();
    });
  };
  const set = (more: Partial<Fields>): void => {
    fields.value = { ...fields.peek(), ...more };
  };
  const bound = (name: string, as: 'line' | 'text' = 'line'): VNode => {
    const props = {
      label: t(`relay.field.${name}` as 'relay.field.court'),
      name,
      value: String(fields.value[name] ?? ''),
      missing: missing.has(name),
      onChange: (value: string) => set({ [name]: value }),
    };
    return as === 'line' ? <Line {...props} /> : <Text {...props} />;
  };
  return (
    <form noValidate onSubmit={save} class="relay-form">
      <h2>{t('relay.fill_in')}</h2>
      {file.missing.length > 0 && <p class="relay-warning">{t('relay.missing_count', { count: file.missing.length })}</p>}
      {(dispatch.kind === 'concern' || dispatch.kind === 'referral') && (
        <>
          <LetterForm fields={fields.value} missing={missing} onChange={(value) => (fields.value = value)} />
          <p>
            <a href={DEPARTMENTS}>{t('relay.to_departments')}</a>
          </p>
        </>
      )}
      {dispatch.kind === 'bundle' && (
        <>
          {bound('recipient')}
          {bound('why', 'text')}
        </>
      )}
      {dispatch.kind === 'relay' && (
        <>
          {bound('recipient_name')}
          {bound('recipient_organisation')}
          {bound('recipient_profession')}
          {bound('recipient_how')}
          {bound('why', 'text')}
          {bound('letter', 'text')}
          <Tick label={t('relay.attach')} checked={fields.value.attach === true} onChange={(attach) => set({ attach })} />
        </>
      )}
      <TellingFields telling={telling.value} kind={dispatch.kind} onChange={(value) => (telling.value = value)} />
      <Problem sentence={problem.value} />
      <button type="submit" class="button" disabled={busy.value}>
        {t('relay.save')}
      </button>
    </form>
  );
}
