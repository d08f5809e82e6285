/** What a professional and the mentor write each other during a session, on no screen of the young person. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { hour } from '../locales/moments';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import type { Whisper } from '../wire/call';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import { ask, link } from '../wire/link';

const SESSION_MS = 2 * 3_600_000; // what was written before belongs to another session
const SHOWN = 4;
const LONGEST = 500; // code points

export function Asides({ room }: { room: Room }): VNode | null {
  const own = me.value?.account;
  const staff = own?.role === 'supervisor';
  const other = staff ? (room.partners.value.find(({ role }) => role === 'mentor')?.name ?? '') : t('aside.team');
  const said = room.asides.value.filter(({ at }) => Date.now() - Date.parse(at) < SESSION_MS).slice(-SHOWN);
  useEffect(() => {
    http<{ whispers: Whisper[] }>('GET', `rooms/${room.number}/whispers`).then(
      ({ whispers }) => room.aside(whispers),
      () => undefined, // what comes from now on is told by the socket
    );
  }, [room]);
  useArrivals(said, own?.id ?? '');
  if (!staff && said.length === 0) return null; // the mentor answers; who begins is the professional
  return (
    <details class="aside" open>
      <summary>{t('aside.title', { name: other })}</summary>
      <p class="aside-why">{t('aside.who_reads')}</p>
      {said.length > 0 && (
        <ul class="aside-lines">
          {said.map(({ id, by, at, body }) => (
            <li key={id}>
              <strong>{by.id === own?.id ? t('message.you') : by.name}</strong> <span class="fact">{hour(new Date(at))}</span> {body}
            </li>
          ))}
        </ul>
      )}
      <Write room={room} staff={staff} />
    </details>
  );
}

function Write({ room, staff }: { room: Room; staff: boolean }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const field = useId();
  const text = useSignal('');
  const sending = useRef({ id: newId(), body: '' });
  const send = (event: Event): void => {
    event.preventDefault();
    const body = text.peek().trim();
    if (!body || busy.peek()) return;
    // The same words again are the same whisper: an answer that was lost does not double it.
    if (sending.current.body !== body) sending.current = { id: newId(), body };
    void attempt(async () => {
      await ask(staff ? 'supervise:whisper' : 'supervise:answer', { room: room.number, ...sending.current });
      sending.current = { id: newId(), body: '' };
      text.value = '';
    });
  };
  return (
    <form class="aside-form" onSubmit={send}>
      <label class="visually-hidden" for={field}>
        {t(staff ? 'aside.write' : 'aside.answer')}
      </label>
      <input
        id={field}
        type="text"
        autocomplete="off"
        maxLength={LONGEST}
        placeholder={t(staff ? 'aside.write' : 'aside.answer')}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit" class="button send-button" aria-label={t('aside.send')} disabled={busy.value || link.value !== 'online' || text.value.trim() === ''}>
        <Icon name="send" />
      </button>
      <Problem sentence={problem.value} />
    </form>
  );
}

/** That something came is said aloud, not what: a loudspeaker is heard in the call. */
function useArrivals(said: readonly Whisper[], own: string): void {
  const heard = useRef<string | null>(null);
  const last = said.at(-1);
  useEffect(() => {
    if (last && last.by.id !== own && heard.current !== last.id && Date.now() - Date.parse(last.at) < 60_000) announce(t('aside.came', { name: last.by.name }));
    heard.current = last?.id ?? null;
  }, [last?.id]);
}
