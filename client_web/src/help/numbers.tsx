/** On the help card: the lines to call, in the order in which they help at this hour, by age and by what one can do now. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import shipped from '../../../server/people/helplines/data/fr.json';
import { language } from '../locales/language';
import { dateOf } from '../locales/moments';
import { t, tOr, type Key } from '../locales/text';
import { me } from '../session/session';
import type { Line } from '../wire/help';
import { mine, ours, refreshCard } from './card';
import { answers, checkedOn, dangerLines, talkLines, type Channel, type Shown } from './lines';
import { CALLS, Number } from './number';

const OPENED_STALE_MS = 60_000;
const YOUNG = 21; // from then on 119 is for those whom one worries about

/** Before the first sign-in on a device. */
const FRANCE = shipped.lines.map((line) => ({ ...line, zone: shipped.zone, checked: shipped.checked })) as unknown as readonly Line[];

export function Numbers(): VNode {
  const channel = useSignal<Channel>('voice');
  useEffect(() => void refreshCard(OPENED_STALE_MS), []);
  const lines = ours.value?.lines ?? FRANCE;
  const account = me.value?.account;
  const age = account && mine.value?.account === account.id ? mine.value.age : undefined;
  const grown = (account !== undefined && account.role !== 'mentee') || (age ?? 0) >= YOUNG;
  const checked = checkedOn(lines);
  const words = (line: Line): string => line.audience ?? tOr(`line.${line.id}${grown ? '.grown' : ''}`, `line.${line.id}` as Key);
  return (
    <>
      <p class="field field-check help-silent">
        <label>
          <input type="checkbox" checked={channel.value === 'text'} onChange={(event) => (channel.value = event.currentTarget.checked ? 'text' : 'voice')} />{' '}
          {t('help.silent')}
        </label>
      </p>
      <h3>{t('help.danger')}</h3>
      <ul class={CALLS ? 'danger-lines' : 'danger-lines is-read'}>
        {dangerLines(lines, channel.value).map((line) => (
          <li key={line.id}>
            <Number line={line} />
            <span>{words(line)}</span>
          </li>
        ))}
      </ul>
      <h3>{t('help.talk')}</h3>
      <ul class="talk-lines">
        {talkLines(new Date(), lines, age, channel.value).map((shown) => (
          <li key={shown.line.id} class={answers(shown, channel.value) ? undefined : 'is-closed'}>
            <Number line={shown.line} />
            <div>
              <p class="line-for">{words(shown.line)}</p>
              <p class="line-facts">{facts(shown, channel.value).join(' · ')}</p>
            </div>
          </li>
        ))}
      </ul>
      {!account && <p class="help-team help-team-note">{t('help.sign_in_first')}</p>}
      <p class="help-checked">
        {checked && t('help.checked', { date: dateOf(checked) })} {t('help.left_behind')}
        {!CALLS && account?.role !== 'supervisor' && account?.role !== 'admin' && ` ${t('help.left_keys')}`}
      </p>
    </>
  );
}

function facts({ line, open, chatting }: Shown, channel: Channel): string[] {
  const said: string[] = [];
  const hours = line.hours && { from: clock(line.hours[0]), to: clock(line.hours[1]) };
  if (!hours && !line.days) said.push(t('help.always'));
  else said.push(open ? t('help.open_now') : hours ? t('help.closed_now', { from: hours.from }) : t('help.closed_today'));
  if (hours) said.push(line.days ? t('help.some_days', { days: daysOf(line.days), ...hours }) : t('help.every_day', hours));
  else if (line.days) said.push(daysOf(line.days));
  if (hours && line.zone && elsewhere(line.zone)) said.push(t('help.zone', { zone: line.zone.split('/').pop()!.replace(/_/g, ' ') }));
  if (line.chat === 'some') said.push(t('help.chat_always'));
  else if (line.chat) said.push(t('help.chat', { from: clock(line.chat[0]), to: clock(line.chat[1]) }));
  else if (channel === 'text' && !line.sms) said.push(t('help.voice_only'));
  if (channel === 'text' && line.chat && !chatting) said.push(t('help.chat_closed'));
  if (line.sms) said.push(t('help.by_text'));
  if (line.age_from !== undefined && line.age_to !== undefined) said.push(t('help.ages', { from: line.age_from, to: line.age_to }));
  if (line.free) said.push(t('help.free'));
  if (line.hidden_from_bill) said.push(t('help.hidden_bill'));
  return said;
}

/** `09:00` as it is said. */
function clock(text: string): string {
  if (language.value === 'en') return text.replace(/^0/, '');
  const [hour, minute] = text.split(':') as [string, string];
  return `${parseInt(hour, 10)} h${minute === '00' ? '' : ` ${minute}`}`;
}

/** 22 November 2026 was a Sunday. */
const daysOf = (days: readonly number[]): string =>
  days.map((day) => new Intl.DateTimeFormat(language.value, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 10, 22 + day))).join(', ');

/** Whether the clocks show something else there than here. */
function elsewhere(zone: string): boolean {
  const now = new Date();
  const at = (timeZone?: string): string => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', ...(timeZone ? { timeZone } : {}) }).format(now);
  try {
    return at(zone) !== at();
  } catch {
    return true;
  }
}
