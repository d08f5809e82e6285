/** One message in the conversation, sent or still waiting to be. */

import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hour } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { VoiceBubble } from '../notes/bubble';
import { forget, sending, sentShare, tryAgain } from '../outbox/outbox';
import { bodyOf, type Waiting } from '../outbox/rules';
import { Icon, type IconName } from '../shell/icons';
import { reportAddress } from '../shell/route';
import { link } from '../wire/link';
import type { Member } from '../wire/room';
import { takeBack } from './drafts';
import { editableFor } from './editing';
import { Masked, OwnFate, TheirFate } from './fate';
import type { Entry } from './log';
import { beginMending, mend, mending, unfetched } from './mending';
import type { Reach } from './timeline';

interface Props {
  room: number;
  entry: Entry;
  author: Member | undefined;
  mine: boolean;
  first: boolean;
  last: boolean;
  /** For one's own messages where it is worth saying. */
  reached: Reach | null;
  /** The room takes messages. */
  open: boolean;
}

export function Message({ room, entry, author, mine, first, last, reached, open }: Props): VNode {
  const at = new Date(entry.at * 1000);
  const item = useRef<HTMLLIElement>(null);
  const editable = useEditable(entry, mine, open);
  const acting = mine && mending.value?.room === room && mending.value.seq === entry.seq;
  const editing = acting && mending.value?.act === 'edit';
  const close = (): void => {
    const act = mending.peek()?.act ?? 'edit';
    mending.value = null;
    // Where the hand was before, or, when that is gone, in the conversation.
    setTimeout(() => (item.current?.querySelector<HTMLElement>(`.mend-${act}`) ?? item.current?.closest<HTMLElement>('.scroll'))?.focus());
  };
  const classes = ['message', mine ? 'mine' : 'theirs', `is-${entry.state}`, author?.role === 'supervisor' ? 'by-staff' : '', last ? 'run-end' : ''];
  return (
    <li class={classes.join(' ')} ref={item}>
      {first && !mine && (
        <p class="message-author">
          {author?.name}
          {author?.role === 'supervisor' && <span class="tag">{t('role.supervisor')}</span>}
        </p>
      )}
      {mine && <span class="visually-hidden">{t('message.you')}</span>}
      {entry.voice ? (
        <div class="bubble-line">
          <VoiceBubble body={entry.body} room={room} name={mine ? t('message.you') : (author?.name ?? '')} />
          {!mine && <Reporting room={room} seq={entry.seq} />}
        </div>
      ) : editing && mend.value ? null : (
        <div class="bubble-line">
          {editable && entry.state !== 'returned' && (
            <button type="button" class="icon-button edit-button mend-edit" aria-label={t('message.change_this')} onClick={() => void beginMending(room, entry.seq, 'edit')}>
              <Icon name="pen" />
            </button>
          )}
          <p class="bubble">{entry.state === 'masked' && !mine ? <Masked text={entry.body} /> : entry.body || <em>{t('message.gone')}</em>}</p>
          {!mine && <Reporting room={room} seq={entry.seq} />}
        </div>
      )}
      {acting && <Mending room={room} entry={entry} onClose={close} />}
      {!acting && (mine ? <OwnFate room={room} entry={entry} editable={editable} /> : <TheirFate entry={entry} />)}
      {(last || reached || entry.edited) && (
        <p class="message-meta">
          <time dateTime={at.toISOString()}>{hour(at)}</time>
          {entry.edited && <span>{t('message.edited')}</span>}
          {reached && <State icon={reached === 'sent' ? 'sent' : 'seen'} word={`message.${reached}`} strong={reached === 'seen'} />}
        </p>
      )}
    </li>
  );
}

const Reporting = ({ room, seq }: { room: number; seq: number }): VNode => (
  <a class="icon-button edit-button" href={reportAddress(room, seq)} aria-label={t('message.report')}>
    <Icon name="flag" />
  </a>
);

/** Until when a message of one's own may be changed: the page forgets the pen by itself then. */
function useEditable(entry: Entry, mine: boolean, open: boolean): boolean {
  const [, look] = useState(0);
  const left = mine && open ? editableFor(entry, Date.now()) : 0;
  useEffect(() => {
    if (left === 0 || left === Infinity) return;
    const timer = setTimeout(() => look((count) => count + 1), left);
    return () => clearTimeout(timer);
  }, [entry, left > 0]);
  return left > 0;
}

/** In the place of the message, or under it: what its author is doing about it. */
function Mending({ room, entry, onClose }: { room: number; entry: Entry; onClose: () => void }): VNode {
  const code = mend.value;
  if (unfetched.value || !code) {
    return (
      <p class="message-note" role="status">
        {t(unfetched.value ? 'error.unreachable' : 'app.loading')}{' '}
        <button type="button" class="quiet-button" onClick={onClose}>
          {t('app.close')}
        </button>
      </p>
    );
  }
  return mending.value?.act === 'edit' ? <code.EditBox room={room} entry={entry} onClose={onClose} /> : <code.AppealBox room={room} entry={entry} onClose={onClose} />;
}

/** A message that the server does not have yet. */
export function WaitingMessage({ item, room }: { item: Waiting; room: number }): VNode {
  return (
    <li class="message mine is-waiting run-end">
      <span class="visually-hidden">{t('message.you')}</span>
      {item.kind === 'voice' ? (
        <VoiceBubble body={bodyOf(item)} room={room} name={t('message.you')} bytes={item.note} />
      ) : (
        <p class="bubble">{item.body}</p>
      )}
      {item.returned === undefined ? (
        <p class="message-meta">
          <time dateTime={new Date(item.at).toISOString()}>{hour(new Date(item.at))}</time>
          {item.kind === 'voice' ? (
            <NoteState item={item} />
          ) : (
            <State icon="clock" word={link.value === 'online' ? 'message.sending' : 'message.queued'} />
          )}
        </p>
      ) : (
        <div class="fate fate-blocked">
          <Icon name="stop" />
          <div>
            <p>
              <strong>{t('message.not_sent')}</strong>
            </p>
            <p>{item.returned}</p>
            <p class="fate-acts">
              <button type="button" class="quiet-button" onClick={() => void tryAgain(item)}>
                {t('app.again')}
              </button>
              {item.kind === 'text' && (
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => {
                    takeBack(room, item.body);
                    void forget(item.order);
                  }}
                >
                  {t('message.edit')}
                </button>
              )}
              <button type="button" class="quiet-button" onClick={() => void forget(item.order)}>
                {t('message.remove')}
              </button>
            </p>
          </div>
        </div>
      )}
    </li>
  );
}

/** How much of a voice note has gone, when it is on its way. */
function NoteState({ item }: { item: Waiting }): VNode {
  const going = link.value === 'online' && sending.value === item.id;
  return (
    <span class="state">
      <Icon name="clock" />
      {going ? t('voice.sending', { percent: Math.floor(sentShare.value * 100) }) : t('voice.queued')}
    </span>
  );
}

const State = ({ icon, word, strong }: { icon: IconName; word: Key; strong?: boolean }): VNode => (
  <span class={strong ? 'state state-strong' : 'state'}>
    <Icon name={icon} />
    {t(word)}
  </span>
);
