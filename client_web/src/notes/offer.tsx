/** Offered where the line carries no voice any more: to speak now, and let it arrive when the network allows. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import type { Room } from '../room/rooms';
import { Icon } from '../shell/icons';
import { fetchWordsAhead, recording } from './words';

/** For the call panel, on the rungs `notes` and `text`. */
export function NoteOffer({ room }: { room: Room }): VNode | null {
  if (recording.value?.room === room.number || room.card.value?.writable === false) return null;
  return (
    <div class="note-offer">
      <p>{t('voice.offer_why')}</p>
      <button
        type="button"
        class="button"
        onPointerEnter={fetchWordsAhead}
        onClick={() => {
          fetchWordsAhead();
          recording.value = { room: room.number, held: false };
        }}
      >
        <Icon name="mic" />
        {t('voice.record')}
      </button>
    </div>
  );
}
