/** One message, and the honest word on what became of it. */

import type { VNode } from 'preact';
import { hour } from '../locales/moments';
import { t, type Key } from '../locales/text';
import { VoiceBubble } from '../notes/bubble';
import { forget, sending, sentShare, tryAgain } from '../outbox/outbox';
import { bodyOf, type Waiting } from '../outbox/rules';
import { Icon, type IconName } from '../shell/icons';
import { link } from '../wire/link';
import type { Member } from '../wire/types';
import { takeBack } from './drafts';
import type { Entry } from './log';
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
}

export function Message({ room, entry, author, mine, first, last, reached }: Props): VNode {
  const at = new Date(entry.at * 1000);
  const classes = ['message', mine ? 'mine' : 'theirs', `is-${entry.state}`, author?.role === 'supervisor' ? 'by-staff' : '', last ? 'run-end' : ''];
  return (
    <li class={classes.join(' ')}>
      {first && !mine && (
        <p class="message-author">
          {author?.name}
          {author?.role === 'supervisor' && <span class="tag">{t('role.supervisor')}</span>}
        </p>
      )}
      {mine && <span class="visually-hidden">{t('message.you')}</span>}
      {entry.voice ? (
        <VoiceBubble body={entry.body} room={room} name={mine ? t('message.you') : (author?.name ?? '')} />
      ) : (
        <p class="bubble">{entry.body}</p>
      )}
      {mine ? <OwnFate entry={entry} /> : <TheirFate entry={entry} />}
      {(last || reached) && (
        <p class="message-meta">
          <time dateTime={at.toISOString()}>{hour(at)}</time>
          {reached && <State icon={reached === 'sent' ? 'sent' : 'seen'} word={`message.${reached}`} strong={reached === 'seen'} />}
        </p>
      )}
    </li>
  );
}

/** What happened to a message of one's own beside "sent, received, seen". */
function OwnFate({ entry }: { entry: Entry }): VNode | null {
  if (entry.state === 'held') return <Fate icon="clock" kind="held" />;
  if (entry.state === 'blocked') return <Fate icon="stop" kind="blocked" />;
  if (entry.state === 'refused') return <Fate icon="stop" kind="refused" />;
  if (entry.state === 'masked') {
    return (
      <Fate icon="hidden" kind="masked">
        {entry.othersRead !== undefined && (
          <p class="others-read">
            {t('message.others_read')} <q>{entry.othersRead}</q>
          </p>
        )}
      </Fate>
    );
  }
  return entry.changed > entry.seq ? <p class="message-note">{t('message.released')}</p> : null;
}

function TheirFate({ entry }: { entry: Entry }): VNode | null {
  if (entry.state === 'masked') return <p class="message-note">{t('message.masked_other')}</p>;
  // Only professionals get to see these.
  if (entry.state !== 'delivered') return <p class="message-note">{t(`message.${entry.state}`)}</p>;
  return entry.changed > entry.seq ? <p class="message-note">{t('message.released')}</p> : null;
}

function Fate({ icon, kind, children }: { icon: IconName; kind: 'held' | 'masked' | 'blocked' | 'refused'; children?: VNode | false }): VNode {
  return (
    <div class={`fate fate-${kind}`}>
      <Icon name={icon} />
      <div>
        <p>
          <strong>{t(`message.${kind}`)}</strong>
        </p>
        {children}
        <p>{t(`message.${kind}_why`)}</p>
      </div>
    </div>
  );
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
              <strong>{t('message.returned')}</strong>
            </p>
            <p>{item.returned}</p>
            <p class="fate-acts">
              <button type="button" class="quiet-button" onClick={() => void tryAgain(item)}>
                {t('message.retry')}
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
