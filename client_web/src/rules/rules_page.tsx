/** What an association changes of the rules of moderation: tried before it is saved, and never below the floor. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { Header, LinkNotice } from '../shell/header';
import { refusedBecause } from '../shell/refused';
import { useTitle } from '../shell/title';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';
import type { OwnRules, RulesCard } from '../wire/rules';
import { Entries } from './entries';
import { Lines } from './lines';
import { PolicySection } from './policy_section';
import type { Problem } from './problem';
import { missing, tidy } from './draft';
import { TryBox } from './try_box';

export function RulesPage(): VNode {
  const card = useSignal<RulesCard | null>(null);
  const draft = useSignal<OwnRules>({});
  const problem = useSignal<Problem | null>(null);
  const newer = useSignal<RulesCard | null>(null);
  const said = useSignal('');
  const busy = useSignal(false);
  const page = useRef<HTMLElement>(null);
  useTitle(t('rules.title'));

  const hold = (found: RulesCard): void => {
    card.value = found;
    draft.value = found.rules;
    newer.value = null;
    problem.value = null;
  };
  const wrong = (error: unknown, field = ''): void => {
    const sentence = refusedBecause(error);
    problem.value = { field: error instanceof Refusal ? (error.field ?? field) : field, sentence };
    setTimeout(() => {
      const named = problem.peek()?.field ?? '';
      const place = page.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(named)}"], [data-field="${CSS.escape(named.replace(/\[\d+\]$/, ''))}"]`);
      (place ?? page.current?.querySelector<HTMLElement>('.rules-problem'))?.focus();
    });
  };
  useEffect(() => void http<RulesCard>('GET', 'moderation/rules').then(hold, wrong), []);

  const change = (next: OwnRules): void => {
    draft.value = next;
    problem.value = null;
    said.value = '';
  };
  const save = async (rules: OwnRules): Promise<void> => {
    const lacks = missing(rules);
    if (lacks) return wrong(new Refusal({ code: 'bad_request', message: t(lacks.what), field: lacks.field }));
    busy.value = true;
    try {
      hold(await http<RulesCard>('PUT', 'moderation/rules', rules));
      said.value = t('rules.saved');
    } catch (error) {
      if (error instanceof Refusal && error.code === 'conflict') {
        newer.value = await http<RulesCard>('GET', 'moderation/rules').catch(() => null);
        if (newer.peek()) problem.value = null;
        else wrong(error);
      } else wrong(error);
    }
    busy.value = false;
  };

  const tidied = tidy(draft.value);
  const changed = card.value !== null && JSON.stringify(tidied) !== JSON.stringify(tidy(card.value.rules));
  useLeaving(changed);
  const atTop = problem.value && !page.current?.querySelector(`[data-field="${CSS.escape(problem.value.field)}"]`);
  const lines = (name: 'watched' | 'allowed' | 'off'): VNode => (
    <Lines
      title={t(`rules.${name}`)}
      why={t(`rules.${name}_why`)}
      name={name}
      lines={draft.value[name] ?? []}
      problem={problem.value}
      onChange={(next) => change({ ...draft.peek(), [name]: next })}
    />
  );

  return (
    <div class="page rules">
      <Header back />
      <main id="content" class="page-main" tabIndex={-1} ref={page}>
        <LinkNotice />
        <h1>{t('rules.title')}</h1>
        <p class="lead">{t('rules.lead')}</p>
        {card.value?.changed_at && (
          <p class="hint">
            {t('rules.changed', { name: card.value.changed_by?.name ?? '', when: dayAndHour(new Date(card.value.changed_at)), version: card.value.rules.version ?? 0 })}
          </p>
        )}
        {card.value ? (
          <>
            <TryBox draft={changed ? tidied : null} />
            <PolicySection rules={draft.value} problem={problem.value} onChange={change} />
            {lines('watched')}
            {lines('allowed')}
            {lines('off')}
            <Entries entries={draft.value.entries ?? []} problem={problem.value} onChange={(entries) => change({ ...draft.peek(), entries })} />
            <div class={changed || newer.value || atTop ? 'rules-save' : ''}>
              <p class="done" role="status">
                {said.value}
              </p>
              {problem.value && atTop && (
                <p class="problem rules-problem" role="alert" tabIndex={-1}>
                  {problem.value.sentence}
                </p>
              )}
              {newer.value && (
                <div class="notice notice-offline" role="alert">
                  <div>
                    <p>
                      <strong>{t('rules.conflict', { name: newer.value.changed_by?.name ?? '' })}</strong> {t('rules.conflict_why')}
                    </p>
                    <p class="decision-acts">
                      <button type="button" class="button" onClick={() => newer.value && hold(newer.value)}>
                        {t('rules.take_theirs')}
                      </button>
                      <button
                        type="button"
                        class="button button-plain"
                        onClick={() => {
                          const version = newer.value?.rules.version ?? 0;
                          newer.value = null;
                          void save({ ...tidied, version });
                        }}
                      >
                        {t('rules.keep_mine')}
                      </button>
                    </p>
                  </div>
                </div>
              )}
              {changed && (
                <p class="decision-acts">
                  <button type="button" class="button" disabled={busy.value} onClick={() => void save(tidied)}>
                    {t(busy.value ? 'queue.busy' : 'rules.save')}
                  </button>
                  <button type="button" class="button button-plain" onClick={() => card.value && hold(card.value)}>
                    {t('rules.undo')}
                  </button>
                </p>
              )}
            </div>
          </>
        ) : problem.value ? (
          <p class="problem" role="alert">
            {problem.value.sentence}
          </p>
        ) : (
          <p class="empty">{t('app.loading')}</p>
        )}
      </main>
    </div>
  );
}

/** The browser asks before a page with unsaved rules is closed. */
function useLeaving(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [changed]);
}
