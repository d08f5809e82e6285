/** The messages of a room whose glass was broken: to read and to hear, and nothing else. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { namesOfPair } from '../pairs/names';
import { VoiceBubble } from '../notes/bubble';
import { Problem, useAttempt } from '../shell/refused';
import type { GlassMessages, GlassRoom } from '../wire/glass';
import { http } from '../wire/http';
import type { FullMessage } from '../wire/room';

export function Through({ room, onClose }: { room: GlassRoom; onClose: () => void }): VNode {
  const messages = useSignal<readonly FullMessage[] | null>(null);
  const more = useSignal(false);
  const { busy, problem, attempt } = useAttempt();
  const load = (): Promise<void> =>
    attempt(async () => {
      const first = messages.peek()?.[0];
      const page = await http<GlassMessages>('GET', `glass/${room.room}/messages${first ? `?before=${first.seq}` : ''}`);
      messages.value = [...page.messages, ...(messages.peek() ?? [])];
      more.value = page.more;
    });
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus(); // it stands above what was pressed
    void load();
  }, []);
  const author = (message: FullMessage): string =>
    [room.mentor, room.mentee, room.supervisor].find((person) => person.id === message.author)?.name ?? t('glass.staff');
  return (
    <section class="card" aria-labelledby="glass-messages">
      <div class="section-head">
        <h2 id="glass-messages" ref={title} tabIndex={-1}>
          {namesOfPair(room)}
        </h2>
        <button type="button" class="quiet-button" onClick={onClose}>
          {t('app.close')}
        </button>
      </div>
      <p class="hint">{t('glass.read_only')}</p>
      <Problem sentence={problem.value} />
      {more.value && (
        <button type="button" class="button button-soft" disabled={busy.value} onClick={() => void load()}>
          {t('glass.older')}
        </button>
      )}
      {messages.value?.length === 0 && <p class="empty">{t('glass.no_message')}</p>}
      <ol class="around-list">
        {messages.value?.map((message) => (
          <li key={message.seq}>
            <p class="around-who">
              <strong>{author(message)}</strong> <time dateTime={message.at}>{dayAndHour(new Date(message.at))}</time>
              {message.state !== 'delivered' && <span class="tag">{t(`message.${message.state}`)}</span>}
            </p>
            {message.kind === 'voice' ? (
              <VoiceBubble body={message.body} room={room.room} name={author(message)} />
            ) : (
              <p class="around-text">{message.body}</p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
