/** For a professional before a call that others are in: who asks for them, what coming in means, and how long one waits. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { Icon } from '../shell/icons';
import { ask, link, on } from '../wire/link';
import type { Up } from '../wire/events';
import { startCall } from './calls';
import { mustKnock } from './knocking';
import { askingIn } from './summons';

type Look = Up['supervise:look'][1];

/** What the door would do now, asked again whenever that may be something else. */
function useLook(room: Room): Look | null {
  const look = useSignal<Look | null>(null);
  const changes = useSignal(0);
  const summons = askingIn(room);
  useEffect(() => on('case:changed', () => (changes.value += 1)), []);
  useEffect(() => {
    let current = true;
    if (link.value === 'online') {
      ask('supervise:look', { room: room.number }).then(
        (found) => current && (look.value = found),
        () => undefined, // what is refused is said by who knocks
      );
    }
    return () => {
      current = false;
    };
  }, [room, summons, changes.value, link.value]);
  return look.value;
}

export function Door({ room }: { room: Room }): VNode {
  const look = useLook(room);
  const summons = look?.summons ?? [];
  return (
    <>
      {summons.map(({ by }) => (
        <p key={by.id} class="notice notice-staff" role="status">
          <Icon name="person" />
          <strong>{t('call.summon.theirs', { name: by.name })}</strong>
        </p>
      ))}
      <p class="hint invitation-hint">{t(summons.length > 0 ? 'knock.why_asked' : 'knock.why')}</p>
      <EnterNow room={room} />
    </>
  );
}

/** Offered only where the server would grant it, and where there is a wait to spare. */
export function EnterNow({ room, onGo }: { room: Room; onGo?: () => void }): VNode | null {
  const look = useLook(room);
  if (!look?.now || look.wait_ms === 0 || !mustKnock(room) || room.inCall.value.length === 0) return null;
  const go = (): void => {
    onGo?.();
    void startCall(room, false, null, true);
  };
  return (
    <div class="enter-now">
      <p class="hint">{t('knock.now_means')}</p>
      <button type="button" class="button" disabled={link.value !== 'online'} onClick={go}>
        <Icon name="eye" />
        {t('knock.now')}
      </button>
    </div>
  );
}
