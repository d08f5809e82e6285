/** By when somebody is to take a case: counted down, and in words. */

import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { now } from '../queue/countdown';
import { left } from '../queue/time_left';
import type { Case } from '../wire/case';
import { deadline } from './rules';

const CLASSES = { time: 'due', near: 'due is-near', late: 'due is-late' } as const;

export function Deadline({ of }: { of: Case }): VNode | null {
  const { standing, ms } = deadline(of, now.value);
  if (standing === 'none') return null;
  const due = new Date(of.due_at!);
  return (
    <time class={CLASSES[standing]} dateTime={of.due_at} title={dayAndHour(due)} role="timer" aria-live="off">
      {t(standing === 'late' ? 'case.late' : 'case.left', { left: left(ms) })}
    </time>
  );
}

/** The same in a sentence, which changes only when it is over. */
export function DeadlineWords({ of }: { of: Case }): VNode | null {
  if (of.state !== 'open') return null;
  const { standing } = deadline(of, now.value);
  if (standing === 'none') return <p class="hint">{t('case.no_deadline')}</p>;
  const when = dayAndHour(new Date(of.due_at!));
  return <p class={standing === 'late' ? 'case-late' : 'hint'}>{t(standing === 'late' ? 'case.late_words' : 'case.left_words', { when })}</p>;
}
