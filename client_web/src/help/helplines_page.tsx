/** The numbers of the help card, for the admin who keeps them: order, own lines, dates of check. Saved as a whole. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dateOf } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { Icon } from '../shell/icons';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import type { KeptCard, KeptLine } from '../wire/help';
import { http } from '../wire/http';
import { LineForm } from './line_form';
import { written } from './lines';

export function HelplinesPage(): VNode {
  const loaded = useLoaded<KeptCard>('help/lines');
  const draft = useSignal<KeptCard | null>(null);
  const editing = useSignal<KeptLine | 'new' | null>(null);
  const done = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const found = loaded.found.value;
  useEffect(() => {
    draft.value = found;
  }, [found]);
  const change = (lines: readonly KeptLine[]): void => {
    done.value = '';
    draft.value = { ...draft.peek()!, lines };
  };
  const put = (line: KeptLine): void => {
    const lines = draft.peek()!.lines;
    change(lines.some(({ id }) => id === line.id) ? lines.map((other) => (other.id === line.id ? line : other)) : [...lines, line]);
    editing.value = null;
  };
  const save = (): void =>
    void attempt(async () => {
      const { version, lines, phone } = draft.peek()!;
      const fresh = await http<KeptCard>('PUT', 'help/lines', { after: version, lines: lines.map(told), ...(phone?.trim() ? { phone: phone.trim() } : {}) });
      loaded.keep(fresh);
      done.value = t('helplines.saved');
    });
  return (
    <Page title={t('helplines.title')} kind="helplines">
      <p class="lead">{t('helplines.lead')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Awaited of={loaded}>
        {(before) => {
          const now = draft.value ?? before;
          const old = now.lines.filter(({ to_check, hidden }) => to_check && !hidden).length;
          return (
            <>
              {old > 0 && <p class="notice">{t('helplines.to_check_count', { count: old })}</p>}
              <section class="card">
                <p class="field">
                  <label for="our-phone">{t('helplines.phone')}</label>
                  <input id="our-phone" inputMode="tel" autocomplete="off" aria-describedby="our-phone-hint" value={now.phone === undefined ? '' : written(now.phone)} onInput={(event) => (draft.value = { ...draft.peek()!, phone: event.currentTarget.value })} />
                  <span class="hint" id="our-phone-hint">
                    {t('helplines.phone_hint')}
                  </span>
                </p>
              </section>
              {(['danger', 'talk'] as const).map((part) => (
                <section key={part} class="card" aria-labelledby={`helplines-${part}`}>
                  <h2 id={`helplines-${part}`}>{t(`helplines.${part}`)}</h2>
                  <p class="fact">{t(`helplines.${part}_why`)}</p>
                  <ul class="helpline-list">
                    {now.lines
                      .filter(({ danger }) => !!danger === (part === 'danger'))
                      .map((line, place, all) => (
                        <Kept
                          key={line.id}
                          line={line}
                          onPut={put}
                          onEdit={() => (editing.value = line)}
                          onRemove={() => change(now.lines.filter(({ id }) => id !== line.id))}
                          onUp={place > 0 && part === 'talk' ? () => change(swapped(now.lines, all[place - 1]!, line)) : undefined}
                        />
                      ))}
                  </ul>
                </section>
              ))}
              <p>
                <button type="button" class="button button-soft" onClick={() => (editing.value = 'new')}>
                  <Icon name="plus" />
                  {t('helplines.add')}
                </button>
              </p>
              <Problem sentence={problem.value} />
              <p class="acts">
                <button type="button" class="button" disabled={busy.value || now === before} onClick={save}>
                  {t('helplines.save')}
                </button>
                <button type="button" class="button button-plain" disabled={busy.value} onClick={() => void loaded.load().then(() => (draft.value = loaded.found.peek()))}>
                  {t('helplines.undo')}
                </button>
              </p>
            </>
          );
        }}
      </Awaited>
      {editing.value && <LineForm line={editing.value === 'new' ? null : editing.value} onClose={() => (editing.value = null)} onKeep={put} />}
    </Page>
  );
}

interface KeptProps {
  line: KeptLine;
  onPut: (line: KeptLine) => void;
  onEdit: () => void;
  onRemove: () => void;
  onUp: (() => void) | undefined;
}

function Kept({ line, onPut, onEdit, onRemove, onUp }: KeptProps): VNode {
  const { number } = line;
  const act = (name: 'check' | 'hide' | 'show' | 'up' | 'edit' | 'remove', does: () => void): VNode => (
    <button type="button" class="quiet-button" aria-label={t(`helplines.${name}_of`, { number })} onClick={does}>
      {t(`helplines.${name}`)}
    </button>
  );
  return (
    <li class={line.hidden ? 'is-hidden' : undefined}>
      <p>
        <strong>{number}</strong> {line.audience ?? tOr(`line.${line.id}`, `line.${line.id}` as Key)}{' '}
        {line.shipped && <span class="tag">{t('helplines.shipped')}</span>} {line.hidden && <span class="tag">{t('helplines.hidden')}</span>}{' '}
        {line.to_check && <span class="tag tag-due">{t('helplines.to_check')}</span>}
      </p>
      <p class="fact">{t('helplines.checked', { day: dateOf(line.checked!), source: line.source ?? '' })}</p>
      <p class="acts">
        {act('check', () => onPut({ ...line, checked: today(), to_check: false }))}
        {onUp && act('up', onUp)}
        {!(line.shipped && line.danger) && act(line.hidden ? 'show' : 'hide', () => onPut({ ...line, hidden: !line.hidden }))}
        {!line.shipped && act('edit', onEdit)}
        {!line.shipped && act('remove', onRemove)}
      </p>
    </li>
  );
}

function swapped(lines: readonly KeptLine[], one: KeptLine, other: KeptLine): readonly KeptLine[] {
  return lines.map((line) => (line === one ? other : line === other ? one : line));
}

/** As docs/protocol.md wants it: of a shipped line only what is ours to say. */
function told(line: KeptLine): unknown {
  const { id, checked, hidden = false } = line;
  if (line.shipped) return { kind: 'shipped', id, checked, hidden };
  const { shipped: _, to_check: __, zone: ___, hidden_from_bill: ____, worried: _____, ...own } = line;
  return { kind: 'own', ...own };
}

/** Here, by the calendar of this device. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}
