/** Pairs go to another professional: one, or a whole caseload, all at once. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t, tOr } from '../locales/text';
import { namesOfPair } from '../pairs/names';
import { me } from '../session/session';
import { Area, Choice } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { pairAddress } from '../shell/route';
import type { Named, Pair } from '../wire/account';
import { http } from '../wire/http';

/** `pair`: from whose page one comes. */
export function HandoverPage({ pair }: { pair: string | null }): VNode {
  const pairs = useLoaded<{ pairs: Pair[] }>('pairs');
  const people = useLoaded<{ colleagues: Named[] }>('caseload/colleagues');
  const done = useSignal('');
  const own = me.value?.account.role === 'supervisor';
  return (
    <Page title={t('handover.title')}>
      <p class="lead">{t(own ? 'handover.lead_own' : 'handover.lead')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Awaited of={pairs}>
        {({ pairs: all }) => (
          <Awaited of={people}>
            {({ colleagues }) => (
              <Form
                pairs={all.filter(({ state }) => state !== 'closed')}
                colleagues={colleagues}
                first={pair}
                onDone={(sentence) => {
                  done.value = sentence;
                  document.getElementById('content')?.focus(); // what was filled in may go with the last pair
                  void pairs.load();
                }}
              />
            )}
          </Awaited>
        )}
      </Awaited>
    </Page>
  );
}

interface Props {
  pairs: readonly Pair[];
  colleagues: readonly Named[];
  first: string | null;
  onDone: (sentence: string) => void;
}

function Form({ pairs, colleagues, first, onDone }: Props): VNode {
  const chosen = useSignal<ReadonlySet<string>>(new Set(first ? [first] : []));
  const from = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const supervisors = [...new Map(pairs.map(({ supervisor }) => [supervisor.id, supervisor.name])).entries()];
  const shown = pairs.filter(({ supervisor }) => !from.value || supervisor.id === from.value);
  const going = shown.filter(({ id }) => chosen.value.has(id));
  const choose = (ids: readonly string[], yes: boolean): void => {
    const next = new Set(chosen.peek());
    for (const id of ids) yes ? next.add(id) : next.delete(id);
    chosen.value = next;
  };
  const send = (form: HTMLFormElement): Promise<void> =>
    attempt(async () => {
      const fields = new FormData(form);
      const supervisor = String(fields.get('supervisor') ?? '');
      const note = String(fields.get('note') ?? '').trim();
      if (going.length === 0) return t('handover.none_chosen');
      if (!supervisor) {
        form.querySelector<HTMLElement>('[name=supervisor]')?.focus();
        return t('handover.nobody_chosen');
      }
      await http('POST', 'caseload/hand_over', { pairs: going.map(({ id }) => id), supervisor, ...(note ? { note } : {}) });
      const name = colleagues.find(({ id }) => id === supervisor)?.name ?? '';
      onDone(t('handover.done', { count: going.length, name }));
      chosen.value = new Set();
      form.reset();
      return undefined;
    });
  if (pairs.length === 0) return <p class="empty">{t('handover.no_pair')}</p>;
  if (colleagues.length === 0) return <p class="empty">{t('handover.no_colleague')}</p>;
  return (
    <form
      class="card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      {supervisors.length > 1 && <Choice label={t('handover.from')} name="from" value={from.value} options={[['', t('handover.from_all')], ...supervisors]} onChange={(id) => (from.value = id)} />}
      <fieldset class="handover-pairs">
        <legend>{t('handover.which')}</legend>
        {shown.length > 1 && (
          <button type="button" class="quiet-button" onClick={() => choose(shown.map(({ id }) => id), going.length < shown.length)}>
            {t(going.length < shown.length ? 'handover.all' : 'handover.nothing')}
          </button>
        )}
        {shown.map((pair) => (
          <p key={pair.id} class="field field-check">
            <label>
              <input type="checkbox" checked={chosen.value.has(pair.id)} onChange={(event) => choose([pair.id], event.currentTarget.checked)} />
              <span>
                <strong>
                  {namesOfPair(pair)}
                </strong>{' '}
                <span class="fact">
                  {[...(pair.kind === 'bridge' ? [t('pairs.is_bridge')] : []), tOr(`pair.${pair.state}`, 'pair.active'), ...(supervisors.length > 1 ? [t('pairs.followed_by', { name: pair.supervisor.name })] : [])].join(' · ')}
                </span>
              </span>
            </label>
          </p>
        ))}
      </fieldset>
      <Choice label={t('handover.to')} name="supervisor" options={colleagues.map(({ id, name }) => [id, name])} />
      <Area label={t('pairs.note')} name="note" hint={t('pairs.note_hint')} required={false} maxLength={2000} />
      <p class="hint">{t('handover.told')}</p>
      <Problem sentence={problem.value} />
      <div class="dialog-acts">
        <button type="submit" class="button" disabled={busy.value}>
          {going.length === 0 ? t('handover.go_none') : t('handover.go', { count: going.length })}
        </button>
        {first && (
          <a class="quiet-button" href={pairAddress(first)}>
            {t('handover.back')}
          </a>
        )}
      </div>
    </form>
  );
}
