/** The honest word on what became of a message beside "sent, received, seen". */

import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { Icon } from '../shell/icons';
import { LOOKS } from '../shell/route';
import { appealable, unmasked } from './editing';
import type { Entry } from './log';
import { fetchMendAhead, mend } from './mending';

/** What others read of a masked text, with what was hidden as a mark that cannot be taken for their words. */
export const Masked = ({ text }: { text: string }): VNode => (
  <>
    {unmasked(text).map((part) =>
      part.hidden ? (
        <span class="hidden-part">
          <Icon name="hidden" />
          {part.text}
        </span>
      ) : (
        part.text
      ),
    )}
  </>
);

export const Why = (): VNode => (
  <a class="why" href={LOOKS}>
    {t('message.why')}
  </a>
);

export interface FateProps {
  room: number;
  entry: Entry;
  /** It may be written otherwise now. */
  editable: boolean;
}

/** The word itself is here; its reasons, and what may be done about it, come with the first message that needs them. */
export function OwnFate({ room, entry, editable }: FateProps): VNode {
  const needed = appealable(entry);
  const code = mend.value;
  useEffect(() => {
    if (needed) fetchMendAhead();
  }, [needed]);
  return needed && code ? <code.OwnFate room={room} entry={entry} editable={editable} /> : <TheirFate entry={entry} />;
}

export function TheirFate({ entry }: { entry: Entry }): VNode | null {
  if (entry.state === 'masked') {
    return (
      <p class="message-note">
        {t('message.masked_other')} <Why />
      </p>
    );
  }
  // Only professionals get to see these.
  if (entry.state !== 'delivered') return <p class="message-note">{t(`message.${entry.state}`)}</p>;
  if (entry.edit) {
    return (
      <p class="message-note">
        {t(`message.edit_${entry.edit.state}` as Key)} <q>{entry.edit.body}</q>
      </p>
    );
  }
  return entry.changed > entry.seq && !entry.edited ? <p class="message-note">{t('message.released')}</p> : null;
}
