/** What every card of a flag has: how grave, what, since when, from whom to whom, and why it was found. */

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { language } from '../locales/language';
import { ago, dayAndHour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { roomNamed } from '../room/rooms';
import { Icon } from '../shell/icons';
import { go, roomAddress } from '../shell/route';
import type { Flag } from '../wire/flag';
import { Due } from './countdown';
import { reasonOf } from './queue';
import { Severity } from './severity';
import { grey, holds } from './wellness';

const MINUTE_MS = 60_000;

interface Props {
  flag: Flag;
  /** The first of its list can be reached by Tab, the others from it: see `keys.ts`. */
  first: boolean;
  children: ComponentChildren;
}

export function FlagFrame({ flag, first, children }: Props): VNode {
  const heading = useId();
  const raised = new Date(flag.raised_at);
  const classes = ['flag', `flag-${flag.severity}`, holds(grey.value, flag.severity) ? 'is-grey' : ''];
  useMinutes();
  return (
    <article class={classes.join(' ')} aria-labelledby={heading} tabIndex={first ? 0 : -1}>
      <header class="flag-head">
        <Severity level={flag.severity} />
        <h3 id={heading}>{reasonOf(flag)}</h3>
        <span class="flag-times">
          {flag.due_at && (flag.state === 'open' || flag.state === 'escalated' || flag.state === 'second') && !flag.sample && <Due at={flag.due_at} />}
          <time dateTime={flag.raised_at} title={dayAndHour(raised)}>
            {ago(raised)}
          </time>
        </span>
      </header>
      {children}
    </article>
  );
}

export function Who({ flag }: { flag: Flag }): VNode {
  const room = flag.room ? roomNamed(flag.room) : undefined;
  const others = flag.people.filter((name) => name !== flag.author.name);
  return (
    <div class="flag-who">
      <strong>{flag.author.name}</strong> <span>{t(`role.${flag.author.role}`)}</span>
      {flag.action !== 'help' && others.length > 0 && (
        <>
          <Icon name="arrow" />
          <strong>{others.join(', ')}</strong>
        </>
      )}
      {room?.card.value && !flag.sample && (
        <button type="button" class="quiet-button" onClick={() => go(roomAddress(room.number))}>
          <Icon name="eye" />
          {t('queue.enter')}
        </button>
      )}
    </div>
  );
}

/** One sentence for each finding, from the server; what is said twice is said once. */
export function Explanations({ flag }: { flag: Flag }): VNode | null {
  const sentences = [...new Set(flag.explanations.map((sentence) => sentence[language.value]))];
  const categories = [...new Set(flag.labels.map((label) => label.category))];
  if (sentences.length === 0) return null;
  return (
    <div class="flag-reason">
      <p>{t('queue.reason', { reasons: categories.map((name) => tOr(`category.${name}`, 'category.other')).join(', ') })}</p>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

function useMinutes(): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
}
