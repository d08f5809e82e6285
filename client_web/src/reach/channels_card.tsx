/** By what one is told, the hours in which one is left alone, and the number at work that a professional shows. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import type { Loaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import { CHANNELS, type Channel, type MyReach, type Quiet } from '../wire/reach';

const USUAL: Quiet = { start: '22:00', end: '07:00' };

/** What there is of a channel: an address, a number, how many devices; or how there could be. */
function present(reach: MyReach, channel: Channel): string {
  const { there, at } = reach[channel];
  if (channel === 'push') return there ? t('reach.push_there', { count: reach.devices.length }) : t('reach.push_none');
  if (there) return at ?? '';
  return t(at ? 'reach.sms_no_gateway' : channel === 'mail' ? 'reach.mail_none' : 'reach.sms_none');
}

export function ChannelsCard({ reach, loaded }: { reach: MyReach; loaded: Loaded<MyReach> }): VNode {
  const wants = useSignal<Record<Channel, boolean>>({ push: reach.push.on, mail: reach.mail.on, sms: reach.sms.on });
  const quiet = useSignal<Quiet | null>(reach.quiet);
  const phone = useSignal(reach.shown_phone ?? '');
  const done = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const id = useId();
  const save = (event: Event): void => {
    event.preventDefault();
    done.value = '';
    void attempt(async () => {
      const shown = reach.must ? { shown_phone: phone.peek().trim() || null } : {};
      const fresh = await http<MyReach>('PUT', 'reach', { ...wants.peek(), quiet: quiet.peek(), ...shown });
      loaded.keep(fresh);
      phone.value = fresh.shown_phone ?? '';
      done.value = t('reach.saved');
    });
  };
  const move = (part: keyof Quiet) => (event: { currentTarget: HTMLInputElement }) => {
    if (event.currentTarget.value) quiet.value = { ...(quiet.peek() ?? USUAL), [part]: event.currentTarget.value.slice(0, 5) };
  };
  return (
    <section class="card" aria-labelledby="reach-channels-title">
      <form onSubmit={save}>
        <h2 id="reach-channels-title">{t('reach.channels')}</h2>
        {reach.must && <p class="hint">{t('reach.must')}</p>}
        {CHANNELS.map((channel) => (
          <p key={channel} class="field field-check">
            <label>
              <input
                type="checkbox"
                checked={wants.value[channel]}
                aria-describedby={`${id}-${channel}`}
                onChange={(event) => (wants.value = { ...wants.peek(), [channel]: event.currentTarget.checked })}
              />{' '}
              {t(`reach.${channel}`)}
            </label>
            <span class="hint" id={`${id}-${channel}`}>
              {present(reach, channel)}
            </span>
          </p>
        ))}
        <fieldset class="reach-quiet">
          <legend>{t('reach.quiet')}</legend>
          <p class="field field-check">
            <label>
              <input type="checkbox" checked={quiet.value !== null} onChange={(event) => (quiet.value = event.currentTarget.checked ? USUAL : null)} /> {t('reach.quiet_on')}
            </label>
            <span class="hint">{t(reach.must ? 'reach.quiet_hint_must' : 'reach.quiet_hint', { zone: reach.zone.split('/').at(-1)!.replaceAll('_', ' ') })}</span>
          </p>
          {quiet.value && (
            <div class="reach-times">
              {(['start', 'end'] as const).map((part) => (
                <p key={part} class="field">
                  <label for={`${id}-${part}`}>{t(`reach.quiet_${part}`)}</label>
                  <input id={`${id}-${part}`} type="time" required value={quiet.value![part]} onChange={move(part)} />
                </p>
              ))}
            </div>
          )}
        </fieldset>
        {reach.must && (
          <p class="field">
            <label for={`${id}-phone`}>{t('reach.phone')}</label>
            <input id={`${id}-phone`} type="tel" autocomplete="off" aria-describedby={`${id}-phone-hint`} value={phone.value} onInput={(event) => (phone.value = event.currentTarget.value)} />
            <span class="hint" id={`${id}-phone-hint`}>
              {t('reach.phone_hint')}
            </span>
          </p>
        )}
        <Problem sentence={problem.value} />
        <p class="done" role="status">
          {done.value}
        </p>
        <button type="submit" class="button" disabled={busy.value}>
          {t('reach.save')}
        </button>
      </form>
    </section>
  );
}
