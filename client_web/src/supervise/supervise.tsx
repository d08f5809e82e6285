/** What a professional does in a room, in full view; and, for the mentor, what was written to them aside. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { call } from '../call/current';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { me } from '../session/session';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import { ask, link } from '../wire/link';
import { Asides } from './asides';
import { StepInDialog } from './step_in_dialog';

export const Supervise = ({ room }: { room: Room }): VNode | null => (me.value?.account.role === 'supervisor' ? <Bar room={room} /> : <Asides room={room} />);

function Bar({ room }: { room: Room }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const open = useSignal<'pause' | 'more' | null>(null);
  const aside = useSignal(false);
  const current = call.value?.room === room ? call.value : null;
  const peer = current?.peer.value ?? null;
  const mine = room.inCall.value.find((person) => person.peer === peer);
  const mentor = room.partners.value.find(({ role }) => role === 'mentor');
  const paused = room.card.value?.paused !== undefined;
  const unable = busy.value || link.value !== 'online';

  const lead = async (leads: boolean): Promise<void> => {
    if (!current || !peer) return;
    if (leads && mine?.observing) await current.speak(true);
    if (leads && !current.mic.peek()) return; // there is no microphone: the call says so
    await ask('supervise:lead', { room: room.number, peer, lead: leads });
  };
  return (
    <section class="supervise" aria-label={t('supervise.title')}>
      <div class="supervise-acts">
        {mine && !mine.observing && !mine.leading && room.inCall.value.length > 1 && (
          <button type="button" class="quiet-button" disabled={unable} onClick={() => void attempt(() => current!.speak(false))}>
            <Icon name="eye" />
            {t('supervise.observe')}
          </button>
        )}
        {mine && (
          <button type="button" class="quiet-button" disabled={unable} aria-pressed={mine.leading === true} onClick={() => void attempt(() => lead(!mine.leading))}>
            <Icon name="mic" />
            {t(mine.leading ? 'supervise.hand_back' : 'supervise.lead')}
          </button>
        )}
        <button
          type="button"
          class="quiet-button"
          disabled={unable}
          onClick={() => (paused ? void attempt(async () => void (await ask('supervise:resume', { room: room.number }))) : (open.value = 'pause'))}
        >
          <Icon name={paused ? 'play' : 'pause'} />
          {t(paused ? 'supervise.resume' : 'supervise.pause')}
        </button>
        {mentor && (
          <button type="button" class="quiet-button" aria-expanded={aside.value} onClick={() => (aside.value = !aside.value)}>
            <Icon name="pen" />
            {t('supervise.aside')}
          </button>
        )}
        <button type="button" class="quiet-button" disabled={unable} onClick={() => (open.value = 'more')}>
          <Icon name="stop" />
          {t('supervise.more')}
        </button>
      </div>
      {(room.card.value?.put_out ?? []).map((account) => (
        <p key={account} class="supervise-out">
          <span>{t('supervise.out', { name: room.memberOf(account)?.name ?? '' })}</span>
          <button
            type="button"
            class="quiet-button"
            disabled={unable}
            onClick={() => void attempt(async () => void (await ask('supervise:readmit', { room: room.number, account })))}
          >
            {t('supervise.readmit', { name: room.memberOf(account)?.name ?? '' })}
          </button>
        </p>
      ))}
      <Problem sentence={problem.value} />
      {aside.value && <Asides room={room} />}
      {open.value && <StepInDialog room={room} pausing={open.value === 'pause'} onClose={() => (open.value = null)} />}
    </section>
  );
}
