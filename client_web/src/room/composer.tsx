/** Where a message is written. */

import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { keepMessage } from '../outbox/outbox';
import { call } from '../call/current';
import { fetchWordsAhead, recording, words } from '../notes/words';
import { Icon } from '../shell/icons';
import { ask, link } from '../wire/link';
import { draftOf } from './drafts';
import type { Room } from './rooms';
import { hasKeyboard, leftFor, meansToSend, useGrowingArea } from './writing';

const NEAR_LIMIT = 300;
const TYPING_EVERY_MS = 3_000;
const TYPING_STOPS_MS = 5_000;
const QUIET_MS = 6_000; // by then the first page has all that it needs; a note may be recorded without a network

export function Composer({ room, onSent }: { room: Room; onSent: () => void }): VNode {
  const draft = draftOf(room.number);
  const field = useGrowingArea(draft.value);
  const typing = useTyping(room);
  const left = leftFor(draft.value);
  const sendable = draft.value.trim() !== '' && left >= 0;
  const code = words.value;
  const calling = call.value?.room === room;
  const partner = room.partners.value.map((member) => member.name).join(', ');

  useEffect(() => {
    const timer = setTimeout(fetchWordsAhead, calling ? 0 : QUIET_MS);
    return () => clearTimeout(timer);
  }, [calling]);

  const send = (): void => {
    if (!sendable) return;
    void keepMessage(room.number, draft.peek().trim());
    draft.value = '';
    typing.stop();
    onSent();
    field.current?.focus();
  };

  if (recording.value?.room === room.number) {
    return code ? <code.Recorder room={room} onSent={onSent} /> : <p class="recorder">{t('app.loading')}</p>;
  }
  return (
    <>
      {calling && code && <code.LiveBar room={room} draft={draft} />}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div class="composer-field">
          <label class="visually-hidden" for="composer">
            {t('composer.label')}
          </label>
          <textarea
            id="composer"
            ref={field}
            rows={1}
            enterkeyhint="enter"
            placeholder={partner ? t('composer.to', { name: partner }) : t('composer.label')}
            aria-describedby="composer-hint"
            value={draft.value}
            onInput={(event) => {
              draft.value = event.currentTarget.value;
              if (draft.value) typing.start();
              else typing.stop();
            }}
            onBlur={typing.stop}
            onKeyDown={(event) => {
              if (!meansToSend(event)) return;
              event.preventDefault();
              send();
            }}
          />
          <span id="composer-hint" class="visually-hidden">
            {hasKeyboard() ? t('composer.keys') : ''}
          </span>
          {left <= NEAR_LIMIT && (
            <span class={left < 0 ? 'composer-count is-over' : 'composer-count'} role="status">
              {left < 0 ? t('composer.over', { count: -left }) : t('composer.left', { count: left })}
            </span>
          )}
        </div>
        {draft.value === '' ? (
          <RecordButton room={room} />
        ) : (
          <button type="submit" class="button send-button" disabled={!sendable} aria-label={t('composer.send')}>
            <Icon name="send" />
          </button>
        )}
      </form>
    </>
  );
}

/** Held, it records for as long; tapped, until it is stopped. In the place of "send" while there is nothing to send. */
function RecordButton({ room }: { room: Room }): VNode {
  const begin = (held: boolean): void => {
    fetchWordsAhead();
    recording.value = { room: room.number, held };
  };
  return (
    <button
      type="button"
      class="button send-button record-button"
      aria-label={t('voice.record')}
      onPointerDown={(event) => event.button === 0 && begin(true)}
      onClick={(event) => event.detail === 0 && begin(false)}
    >
      <Icon name="mic" />
    </button>
  );
}

function useTyping(room: Room): { start: () => void; stop: () => void } {
  const state = useRef({ told: 0, timer: 0 as unknown as ReturnType<typeof setTimeout> }).current;
  const tell = (typing: boolean): void => {
    if (link.peek() === 'online') ask('chat:typing', { room: room.number, typing }).catch(() => {});
  };
  const stop = (): void => {
    clearTimeout(state.timer);
    if (state.told) tell(false);
    state.told = 0;
  };
  useEffect(() => stop, [room]);
  return {
    stop,
    start: () => {
      clearTimeout(state.timer);
      state.timer = setTimeout(stop, TYPING_STOPS_MS);
      if (Date.now() - state.told < TYPING_EVERY_MS) return;
      state.told = Date.now();
      tell(true);
    },
  };
}
