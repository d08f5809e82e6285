/** What waits for somebody, and what goes on now, on one page: for who watches. It keeps itself up to date. */

import { computed, signal, useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Rings } from '../cases/rings';
import { CaseLine } from '../cases/case_line';
import { filter, FilterBar } from '../cases/filter_bar';
import { hadCases, living, loadCases } from '../cases/living';
import { byDeadline, passes } from '../cases/rules';
import { ago } from '../locales/moments';
import { t } from '../locales/text';
import { useSeconds } from '../queue/countdown';
import { hadQueue, loadQueue, openFlags, reasonOf } from '../queue/queue';
import { Severity } from '../queue/severity';
import { me } from '../session/session';
import { Page } from '../shell/page';
import { CASES, go } from '../shell/route';
import { recall, remember } from '../shell/memory';
import type { Case } from '../wire/case';
import type { Flag } from '../wire/flag';
import { KeyHelp } from './key_help';
import { actOf, step } from './keys';
import { Sessions } from './sessions';
import { Sound } from './sound';

const keysOn = signal(recall('board.keys') !== 'off');
const switchKeys = (on: boolean): void => {
  keysOn.value = on;
  remember('board.keys', on ? null : 'off');
};

const shown = computed(() => byDeadline(living.value.values()).filter((one) => passes(one, filter.value, me.value?.account.id ?? '')));
const held = computed(() => openFlags.value.filter((flag) => flag.action === 'hold' && flag.severity >= filter.value.severity));

const CARD = '[data-case], [data-flag]';

export function BoardPage(): VNode {
  const place = useRef<HTMLDivElement>(null);
  const helping = useSignal(false);
  const done = useSignal('');
  useSeconds();
  useEffect(() => {
    void loadCases();
    void loadQueue();
  }, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const writing = target.closest('input, textarea, select, dialog, [contenteditable]') !== null || document.querySelector('dialog[open]') !== null;
      const act = actOf(event, { on: keysOn.peek(), writing, onCard: target.matches(CARD) });
      if (!act) return;
      event.preventDefault();
      if (act === 'help') helping.value = true;
      else act === 'next' || act === 'before' ? move(place.current!, target, act) : press(target, act);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  const taken = (one: Case): void => {
    done.value = t('board.taken', { reference: one.reference });
  };
  const help = shown.value.filter(({ origin }) => origin === 'help');
  const others = shown.value.filter(({ origin }) => origin !== 'help');
  return (
    <Page title={t('board.title')} kind="board">
      <p class="lead">{t('board.lead')}</p>
      <Rings />
      <p class="done" role="status">
        {done.value}
      </p>
      <div class="board-tools">
        <FilterBar />
        <Sound />
        <button type="button" class="quiet-button" onClick={() => (helping.value = true)}>
          {t('board.keys')}
        </button>
        <a class="quiet-button" href={CASES}>
          {t('board.all_cases')}
        </a>
      </div>
      <div class="board-columns" ref={place}>
        <Part name="help" count={help.length} none="board.help_none" ready={hadCases.value}>
          {help.map((one) => (
            <CaseLine key={one.id} one={one} onTaken={taken} />
          ))}
        </Part>
        <Part name="cases" count={others.length} none="board.cases_none" ready={hadCases.value}>
          {others.map((one) => (
            <CaseLine key={one.id} one={one} onTaken={taken} />
          ))}
        </Part>
        <Part name="held" count={held.value.length} none="board.held_none" ready={hadQueue.value}>
          {held.value.map((flag) => (
            <HeldLine key={flag.id} flag={flag} />
          ))}
        </Part>
        <Sessions />
      </div>
      {helping.value && <KeyHelp on={keysOn.value} onSwitch={switchKeys} onClose={() => (helping.value = false)} />}
    </Page>
  );
}

interface PartProps {
  name: 'help' | 'cases' | 'held';
  count: number;
  none: 'board.help_none' | 'board.cases_none' | 'board.held_none';
  ready: boolean;
  children: ComponentChildren;
}

const Part = ({ name, count, none, ready, children }: PartProps): VNode => (
  <section class={`board-part board-${name}`} aria-labelledby={`board-${name}`}>
    <h2 id={`board-${name}`}>
      {t(`board.${name}`)} {count > 0 && <span class="queue-count">{count}</span>}
    </h2>
    {!ready ? <p class="empty">{t('app.loading')}</p> : count === 0 ? <p class="empty">{t(none)}</p> : children}
  </section>
);

/** A message that is held back: what was found, in a line; its text is in the queue, with what spares the reader. */
const HeldLine = ({ flag }: { flag: Flag }): VNode => (
  <article class={`flag flag-${flag.severity} case-line`} tabIndex={-1} data-flag={flag.id}>
    <header class="flag-head">
      <Severity level={flag.severity} />
      <h3>{reasonOf(flag)}</h3>
      <span class="flag-times">{t('board.held_since', { ago: ago(new Date(flag.raised_at)) })}</span>
    </header>
    <p>
      <strong>{flag.author.name}</strong> <span class="fact">{t(`role.${flag.author.role}`)}</span>
    </p>
    <p class="flag-acts">
      <a class="quiet-button" href="#/">
        {t('board.held_see')}
      </a>
    </p>
  </article>
);

function move(place: HTMLElement, from: HTMLElement, act: 'next' | 'before'): void {
  const cards = [...place.querySelectorAll<HTMLElement>(CARD)];
  if (cards.length === 0) return;
  const next = cards[step(cards.findIndex((card) => card.contains(from)), act, cards.length)]!;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

/** Presses the button or link of the card that the focus is in. */
function press(from: HTMLElement, act: 'open' | 'take'): void {
  const card = from.closest<HTMLElement>(CARD);
  if (!card) return;
  if (act === 'take') card.querySelector<HTMLButtonElement>('[data-take]')?.click();
  else go(card.querySelector('a')?.getAttribute('href') ?? '#/');
}
