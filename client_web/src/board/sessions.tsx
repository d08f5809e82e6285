/** The calls that go on now: who is in, how their lines are, since when. Told by the server as long as this is on the screen. */

import type { VNode } from 'preact';
import { hour } from '../locales/moments';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { roomAddress } from '../shell/route';
import type { LiveSession } from '../wire/call';
import { sessions, useSessions } from './live';
import { Summoned } from './summoned';

export function Sessions(): VNode {
  useSessions();
  const shown = sessions.value;
  return (
    <section class="board-part board-sessions" aria-labelledby="board-sessions">
      <h2 id="board-sessions">
        {t('board.sessions')} {shown !== null && shown.length > 0 && <span class="queue-count">{shown.length}</span>}
      </h2>
      {shown === null ? (
        <p class="empty">{t('app.loading')}</p>
      ) : shown.length === 0 ? (
        <p class="empty">{t('board.sessions_none')}</p>
      ) : (
        shown.map((session) => <Session key={session.room} session={session} />)
      )}
    </section>
  );
}

function Session({ session }: { session: LiveSession }): VNode {
  const { mentor, mentee, people, supervisor, count, since, adult, paused, number } = session;
  return (
    <article class="flag case-line">
      <header class="flag-head">
        <Icon name="phone" />
        <h3>
          {mentor.name} · {mentee.name}
        </h3>
        <span class="flag-times">{t('board.session_since', { hour: hour(new Date(since)) })}</span>
      </header>
      {paused !== undefined && <p class="tag tag-due">{t('board.session_paused')}</p>}
      {adult === 'missing' && <p class="case-late">{t('board.session_missing')}</p>}
      <Summoned session={session} />
      {people ? (
        <ul class="board-people">
          {people.map((one) => (
            <li key={one.account}>
              <strong>{one.name}</strong> <span class="fact">{t(`role.${one.role}`)}</span>{' '}
              <span class={`board-line board-line-${one.line}`}>{t(`board.line.${one.line}`)}</span>
              {one.observing && <span class="tag">{t('board.observing')}</span>}
              {one.leading && <span class="tag">{t('board.leading')}</span>}
            </li>
          ))}
        </ul>
      ) : (
        <p class="fact">{[t('board.session_people', { count }), supervisor && t('board.session_outline', { name: supervisor.name })].filter(Boolean).join(' · ')}</p>
      )}
      {people && (
        <p class="flag-acts">
          <a class="quiet-button" href={roomAddress(number)}>
            {t('board.session_enter')}
          </a>
        </p>
      )}
    </article>
  );
}
