/** The messages around a flagged one. Reading them is written into the journal that the people of the room can see. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { roomNamed } from '../room/rooms';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import type { Flag, FlagContext } from '../wire/flag';
import { http } from '../wire/http';
import type { FullMessage } from '../wire/room';
import { Veiled } from './excerpt';

interface Props {
  flag: Flag;
  /** What else can be done with a message that is shown. */
  act?: ((message: FullMessage) => VNode | null) | undefined;
}

export function Around({ flag, act }: Props): VNode | null {
  const found = useSignal<FlagContext | null>(null);
  const { busy, problem, attempt } = useAttempt();
  if (!flag.room) return null;
  const read = (): Promise<void> =>
    attempt(async () => {
      found.value = await http<FlagContext>('GET', `flags/${flag.id}/context`);
    });
  const names = (message: FullMessage): string =>
    message.author === flag.author.id
      ? flag.author.name
      : (roomNamed(flag.room!)?.memberOf(message.author)?.name ?? flag.people.find((name) => name !== flag.author.name) ?? '');
  return (
    <div class="around">
      {!found.value && (
        <p>
          <button type="button" class="quiet-button" disabled={busy.value} onClick={() => void read()}>
            <Icon name="chat" />
            {t('queue.context')}
          </button>
          <span class="hint">{t('queue.context_seen')}</span>
        </p>
      )}
      <Problem sentence={problem.value} />
      {found.value && (
        <section aria-label={t('queue.context')}>
          <p class="hint">{t('queue.context_was_seen')}</p>
          <Veiled severity={flag.severity}>
            <MessageList messages={found.value.messages} marked={found.value.flagged} nameOf={names} act={act} />
          </Veiled>
        </section>
      )}
    </div>
  );
}

interface ListProps {
  messages: readonly FullMessage[];
  /** The place of the one that it is about. */
  marked: number | undefined;
  nameOf: (message: FullMessage) => string;
  act?: Props['act'];
}

/** Messages as evidence: who, when, what became of each, and the text. */
export function MessageList({ messages, marked, nameOf, act }: ListProps): VNode {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const one = box?.querySelector<HTMLElement>('.is-flagged');
    if (box && one) box.scrollTop = one.offsetTop - (box.clientHeight - one.offsetHeight) / 2; // not first what was said days before
  }, []);
  return (
    <ol class="around-list" ref={list}>
      {messages.map((message) => (
        <li key={message.seq} class={message.seq === marked ? 'is-flagged' : ''}>
          <p class="around-who">
            <strong>{nameOf(message)}</strong> <time dateTime={message.at}>{dayAndHour(new Date(message.at))}</time>
            {message.state !== 'delivered' && <span class="tag">{t(`message.${message.state}`)}</span>}
          </p>
          <p class="around-text">{message.kind === 'voice' ? t('voice.note') : message.body}</p>
          {message.seq !== marked && act?.(message)}
        </li>
      ))}
    </ol>
  );
}
