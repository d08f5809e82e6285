/** How much time is left, counted down on the screen and nowhere else. */

import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { left } from './time_left';

/** The time by this device, each second as long as a queue is on the screen. */
export const now = signal(Date.now());

export function useSeconds(): void {
  useEffect(() => {
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
}

/** By when a flag wants to be looked at. */
export function Due({ at }: { at: string }): VNode {
  const due = new Date(at);
  const ms = due.getTime() - now.value;
  return (
    <time class={ms < 0 ? 'due is-late' : ms < 120_000 ? 'due is-near' : 'due'} dateTime={at} title={dayAndHour(due)}>
      {t(ms < 0 ? 'queue.late' : 'queue.due', { left: left(Math.abs(ms)) })}
    </time>
  );
}

export const Left = ({ until }: { until: string }): VNode => <>{left(Math.max(0, Date.parse(until) - now.value))}</>;
