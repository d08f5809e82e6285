/** One thing to look at: what, from whom to whom, since when, why; and what the professional decides. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { ago, dayAndHour } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { roomNamed } from '../room/rooms';
import { Icon } from '../shell/icons';
import { go, roomAddress } from '../shell/route';
import type { Flag } from '../wire/types';
import { decide, deciding, problems, reasonOf, type Decision } from './queue';
import { pieces } from './spans';

const NEWS: Record<Flag['action'], Key> = {
  hold: 'queue.waiting',
  deliver: 'queue.went_through',
  mask: 'queue.went_masked',
  block: 'queue.not_sent',
  help: 'queue.help_now',
};
const MINUTE_MS = 60_000;

export function FlagCard({ flag }: { flag: Flag }): VNode {
  const heading = useId();
  const raised = new Date(flag.raised_at);
  const problem = problems.value.get(flag.id);
  const categories = [...new Set(flag.labels.map((label) => label.category))];
  const reasons = (categories.length ? categories : [flag.category]).map((name) => tOr(`category.${name}`, 'category.other'));
  const room = flag.room ? roomNamed(flag.room) : undefined;
  useMinutes();
  return (
    <article class={`flag flag-${flag.severity}`} aria-labelledby={heading}>
      <header class="flag-head">
        <Severity level={flag.severity} />
        <h3 id={heading}>{reasonOf(flag)}</h3>
        <time dateTime={flag.raised_at} title={dayAndHour(raised)}>
          {ago(raised)}
        </time>
      </header>
      <div class="flag-who">
        <strong>{flag.author.name}</strong> <span>{t(`role.${flag.author.role}`)}</span>
        {flag.action !== 'help' && others(flag).length > 0 && (
          <>
            <Icon name="arrow" />
            <strong>{others(flag).join(', ')}</strong>
          </>
        )}
        {room && (
          <button type="button" class="quiet-button" onClick={() => go(roomAddress(room.number))}>
            <Icon name="eye" />
            {t('queue.enter')}
          </button>
        )}
      </div>
      {flag.excerpt && (
        <blockquote class="excerpt">
          {isNote(flag)
            ? t('voice.note')
            : pieces(flag.excerpt, flag.labels).map((piece) => (piece.marked ? <mark>{piece.text}</mark> : piece.text))}
        </blockquote>
      )}
      <p class="flag-reason">
        <strong>{t(NEWS[flag.action])}.</strong> {flag.action !== 'help' && t('queue.reason', { reasons: reasons.join(', ') })}
      </p>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <Choices flag={flag} />
    </article>
  );
}

/** What was said is to be heard in the room, seen by all; its words stand nowhere. */
const isNote = (flag: Flag): boolean => flag.labels.some(({ rule }) => rule === 'voice.note');

function Choices({ flag }: { flag: Flag }): VNode {
  const note = useSignal('');
  const writing = useSignal(false);
  const field = useId();
  const chosen = deciding.value.get(flag.id);
  const choose = (decision: Decision): void => void decide(flag, decision, note.peek());
  return (
    <>
      {writing.value && (
        <p class="field">
          <label for={field}>{t('queue.note')}</label>
          <textarea id={field} rows={2} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
        </p>
      )}
      <div class="flag-acts">
        {flag.action === 'hold' ? (
          <>
            <button type="button" class="button" disabled={!!chosen} onClick={() => choose('release')}>
              {t(chosen === 'release' ? 'queue.busy' : 'queue.release')}
            </button>
            <button type="button" class="button button-plain" disabled={!!chosen} onClick={() => choose('refuse')}>
              {t(chosen === 'refuse' ? 'queue.busy' : 'queue.refuse')}
            </button>
          </>
        ) : (
          <button type="button" class="button" disabled={!!chosen} onClick={() => choose('acknowledge')}>
            {t(chosen ? 'queue.busy' : 'queue.acknowledge')}
          </button>
        )}
        {!writing.value && (
          <button type="button" class="quiet-button" onClick={() => (writing.value = true)}>
            {t('queue.add_note')}
          </button>
        )}
      </div>
    </>
  );
}

/** What was decided, in one line. */
export function DecidedFlag({ flag }: { flag: Flag }): VNode {
  const problem = problems.value.get(flag.id);
  return (
    <li class="decided">
      <Icon name={flag.state === 'refused' ? 'stop' : 'sent'} />
      <div>
        <p>
          <strong>{t(`queue.done.${flag.state === 'open' ? 'acknowledged' : flag.state}`)}</strong> · {reasonOf(flag)} · {flag.author.name}
        </p>
        <p class="decided-by">
          {problem ?? [flag.decided_by?.name, flag.decided_at && dayAndHour(new Date(flag.decided_at))].filter(Boolean).join(', ')}
        </p>
        {flag.note && <p class="decided-by">« {flag.note} »</p>}
      </div>
    </li>
  );
}

/** By a word and by a shape with more corners the graver it is; colour only repeats it. */
const Severity = ({ level }: { level: number }): VNode => (
  <span class={`severity severity-${level}`}>
    <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {level <= 1 && <circle cx="10" cy="10" r="6" />}
      {level === 2 && <path d="M10 2.5 17.5 10 10 17.5 2.5 10Z" />}
      {level === 3 && <path d="M10 2.5 18.5 17h-17Z" />}
      {level >= 4 && <path d="M6.3 1.500h7.400l4.8 4.800v7.400l-4.8 4.800H6.300l-4.8-4.800V6.300Z" />}
    </svg>
    {t(`severity.${Math.min(4, Math.max(1, level))}` as Key)}
  </span>
);

const others = (flag: Flag): string[] => flag.people.filter((name) => name !== flag.author.name);

function useMinutes(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
}
