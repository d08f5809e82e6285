/** What left about a case, and what is to leave: for the professional who looks after it. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { dispatchAddress, go } from '../shell/route';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import type { Dispatch, DispatchList, Kind, Telling } from '../wire/relay';
import { language } from '../locales/language';
import { Pick } from './bound';
import { sentTelling, TellingFields } from './telling';

const KINDS: readonly Kind[] = ['bundle', 'relay', 'concern', 'referral'];

export function CaseRelayPage({ id }: { id: string }): VNode {
  const loaded = useLoaded<DispatchList>(`cases/${id}/dispatches`, ['notice:new']);
  const beginning = useSignal(false);
  return (
    <Page title={t('relay.title')} kind="relay">
      <p class="lead">{t('relay.lead')}</p>
      <button type="button" class="button" onClick={() => (beginning.value = true)}>
        {t('relay.begin')}
      </button>
      <Awaited of={loaded}>{({ dispatches }) => <Dispatches dispatches={dispatches} empty={t('relay.none')} />}</Awaited>
      {beginning.value && <BeginForm caseId={id} onClose={() => (beginning.value = false)} />}
    </Page>
  );
}

/** What waits for one's own second look. */
export function WaitingPage(): VNode {
  const loaded = useLoaded<{ dispatches: readonly Dispatch[] }>('dispatches', ['notice:new']);
  return (
    <Page title={t('relay.waiting')} kind="relay">
      <p class="lead">{t('relay.waiting_why')}</p>
      <Awaited of={loaded}>{({ dispatches }) => <Dispatches dispatches={dispatches} empty={t('relay.nothing_waits')} />}</Awaited>
    </Page>
  );
}

function Dispatches({ dispatches, empty }: { dispatches: readonly Dispatch[]; empty: string }): VNode {
  if (dispatches.length === 0) return <p class="empty">{empty}</p>;
  return (
    <ul class="requests">
      {dispatches.map((one) => (
        <li key={one.id} class="card">
          <a href={dispatchAddress(one.id)}>
            <strong>{t(`relay.kind.${one.kind}`)}</strong>
          </a>
          <p>
            {t('relay.of_case', { reference: one.reference })} · {t(`relay.state.${one.state}`)}
            {one.unseen && ` · ${t('relay.unseen')}`}
          </p>
          <p class="fact">{t('relay.made', { name: one.made_by, day: dateOf(one.made_at) })}</p>
        </li>
      ))}
    </ul>
  );
}

function BeginForm({ caseId, onClose }: { caseId: string; onClose: () => void }): VNode {
  const id = useSignal(newId()); // the same when it is sent again
  const kind = useSignal<Kind>('bundle');
  const outside = useSignal('outside');
  const written = useSignal<string>(language.value);
  const telling = useSignal<Telling>({ when: 'now' });
  const begin = async (): Promise<void> => {
    const body = { id: id.peek(), kind: kind.peek(), outside: outside.peek() === 'outside', language: written.peek(), telling: sentTelling(telling.peek()) };
    await http('POST', `cases/${caseId}/dispatches`, body);
    go(dispatchAddress(id.peek()));
  };
  return (
    <FormDialog title={t('relay.begin')} act={t('relay.begin_act')} onClose={onClose} save={begin}>
      <Pick label={t('relay.kind')} name="kind" value={kind.value} options={KINDS.map((one) => [one, t(`relay.kind.${one}`)] as const)} onChange={(value) => (kind.value = value as Kind)} />
      <p class="hint">{t(`relay.kind_why.${kind.value}`)}</p>
      {(kind.value === 'bundle' || kind.value === 'relay') && (
        <Pick
          label={t('relay.for_whom')}
          name="outside"
          value={outside.value}
          options={[
            ['outside', t('relay.outside')],
            ['inside', t('relay.inside')],
          ]}
          onChange={(value) => (outside.value = value)}
          hint={t(outside.value === 'outside' ? 'relay.whom_why.outside' : 'relay.whom_why.inside')}
        />
      )}
      <Pick
        label={t('relay.language')}
        name="language"
        value={written.value}
        options={[
          ['fr', 'Français'],
          ['en', 'English'],
        ]}
        onChange={(value) => (written.value = value)}
      />
      <TellingFields telling={telling.value} kind={kind.value} onChange={(value) => (telling.value = value)} />
    </FormDialog>
  );
}
