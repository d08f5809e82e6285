/** A voice note among the messages. What it needs to sound comes with the first one that is on the screen. */

import { useEffect, useMemo } from 'preact/hooks';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { clock, fetchWordsAhead, noteOf, words } from './words';

interface Props {
  body: string;
  /** The number of a room, or the identifier of one whose glass was broken; of a note that was reported, of neither. */
  room: number | string;
  /** The report of it. */
  report?: string;
  name: string;
  /** The note itself, while it waits on this device. */
  bytes?: Uint8Array<ArrayBuffer> | undefined;
}

export function VoiceBubble({ body, room, report, name, bytes }: Props): VNode {
  const { id, seconds } = noteOf(body);
  const address = report ? `reports/${report}/note` : `${typeof room === 'number' ? 'rooms' : 'glass'}/${room}/notes/${id}`;
  // Not by `bytes`: the outbox reads them anew with each change of anything in it.
  const source = useMemo(() => (bytes ? new Blob([bytes], { type: 'audio/ogg; codecs=opus' }) : address), [bytes === undefined, address]);
  useEffect(fetchWordsAhead, []);
  const code = words.value;
  return (
    <div class="bubble bubble-voice">
      {code ? (
        <code.Player source={source} seconds={seconds} name={name} />
      ) : (
        <p>
          <Icon name="voice" /> {t('voice.note')} {clock(seconds)}
        </p>
      )}
    </div>
  );
}
