/** Who can help, right now: needs no network, no sign-in and no moderation. */

import type { VNode } from 'preact';
import { hour } from '../locales/moments';
import { language } from '../locales/language';
import { t, type Key } from '../locales/text';
import { me } from '../session/session';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icons';
import { callForHelp, helpCard, tellTeam, toldAt } from './call_for_help';
import { address, checked, dangerLines, talkLines, type Line } from './lines';

export const HelpButton = (): VNode => (
  <button type="button" class="help-button" onClick={() => (helpCard.value = 'asked')}>
    <Icon name="help" />
    {t('help.button')}
  </button>
);

export function HelpCard(): VNode | null {
  if (helpCard.value === 'closed') return null;
  return (
    <Dialog title={t('help.title')} kind="help" onClose={() => (helpCard.value = 'closed')}>
      <p class="help-lead">{t(helpCard.value === 'shown' ? 'help.shown' : 'help.lead')}</p>
      {me.value && <Team />}
      <h3>{t('help.danger')}</h3>
      <ul class="danger-lines">
        {dangerLines().map((line) => (
          <li key={line.id}>
            <Number line={line} />
            <span>{t(`line.${line.id}` as Key)}</span>
          </li>
        ))}
      </ul>
      <h3>{t('help.talk')}</h3>
      <ul class="talk-lines">
        {talkLines(new Date()).map(({ line, open }) => (
          <li key={line.id} class={open ? undefined : 'is-closed'}>
            <Number line={line} />
            <div>
              <p class="line-for">{t(`line.${line.id}` as Key)}</p>
              <p class="line-facts">{facts(line, open).join(' · ')}</p>
            </div>
          </li>
        ))}
      </ul>
      {!me.value && <p class="help-team help-team-note">{t('help.sign_in_first')}</p>}
      <p class="help-checked">{t('help.checked', { date: new Intl.DateTimeFormat(language.value, { dateStyle: 'long' }).format(checked) })}</p>
    </Dialog>
  );
}

function Team(): VNode {
  const state = callForHelp.value;
  return (
    <section class={`help-team help-team-${state}`} aria-label={t('help.team')}>
      <div>
        <h3>{t('help.team')}</h3>
        <p role="status">
          {state === 'none' && t('help.tell_team_why')}
          {state === 'telling' && t('help.telling')}
          {state === 'will_tell' && t('help.will_tell')}
          {state === 'told' && t('help.told', { hour: toldAt.value ? hour(toldAt.value) : '' })}
        </p>
      </div>
      {state === 'none' && (
        <button type="button" class="button" onClick={tellTeam}>
          {t('help.tell_team')}
        </button>
      )}
    </section>
  );
}

function Number({ line }: { line: Line }): VNode {
  return (
    <a class="line-number" href={address(line)} aria-label={t(line.sms ? 'help.text' : 'help.call', { number: line.number })}>
      <Icon name={line.sms ? 'chat' : 'phone'} />
      {line.number}
    </a>
  );
}

function facts(line: Line, open: boolean): string[] {
  const said: string[] = [];
  if (!line.hours) said.push(t('help.always'));
  else {
    const [from, to] = line.hours;
    said.push(t(open ? 'help.open_now' : 'help.closed_now', { from }), t('help.every_day', { from, to }));
  }
  if (line.chat === 'some') said.push(t('help.chat_always'));
  else if (line.chat) said.push(t('help.chat', { from: line.chat[0], to: line.chat[1] }));
  if (line.free) said.push(t('help.free'));
  if (line.hiddenFromBill) said.push(t('help.hidden_bill'));
  return said;
}
