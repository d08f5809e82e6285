/** Who in a call asks for a professional, and the way straight into it: one press announces, enters and joins. */

import type { VNode } from 'preact';
import { fetchCalling } from '../call/current';
import { hour } from '../locales/moments';
import { t } from '../locales/text';
import { roomOf } from '../room/rooms';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import { go, roomAddress } from '../shell/route';
import type { LiveSession } from '../wire/call';
import { link } from '../wire/link';
import { sessions, useSessions } from './live';

export function Summoned({ session: { number, summons, people } }: { session: LiveSession }): VNode | null {
  const { busy, problem, attempt } = useAttempt();
  if (!summons) return null;
  const comeIn = (): Promise<void> =>
    attempt(async () => {
      const code = await fetchCalling();
      go(roomAddress(number));
      await code.comeIn(roomOf(number));
    });
  return (
    <div class="board-summons">
      {summons.map(({ by, at, seen }) => (
        <p key={by.id}>
          <strong>{t('board.summons', { name: by.name, hour: hour(new Date(at)) })}</strong> {seen && <span class="fact">{t('board.summons_seen', { name: seen.name })}</span>}
        </p>
      ))}
      <Problem sentence={problem.value} />
      {people && (
        <button type="button" class="button" disabled={busy.value || link.value !== 'online'} onClick={() => void comeIn()}>
          <Icon name="eye" />
          {t('board.come_in')}
        </button>
      )}
    </div>
  );
}

/** The same, for a case that came from a room. */
export function SummonedIn({ room }: { room: string }): VNode | null {
  useSessions();
  const session = sessions.value?.find((one) => one.room === room);
  return session ? <Summoned session={session} /> : null;
}
