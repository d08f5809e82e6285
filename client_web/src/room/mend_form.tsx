/** What the boxes for a message of one's own share: a field that takes the focus, what went wrong, two buttons. */

import type { ComponentChildren, RefObject, VNode } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { Problem, useAttempt, type Attempt } from '../shell/refused';
import { link } from '../wire/link';

export interface Mend extends Attempt {
  offline: boolean;
}

/** `field` has its height already when this is called: it is scrolled into view with its form. */
export function useMend(field: RefObject<HTMLTextAreaElement | null>): Mend {
  const attempt = useAttempt();
  useLayoutEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
    area?.closest('form')?.scrollIntoView({ block: 'nearest' });
  }, []);
  return { ...attempt, offline: link.value !== 'online' };
}

interface Props {
  mend: Mend;
  /** What the button that sends says, and what is said without a network. */
  act: Key;
  offline: Key;
  /** There is nothing that could be sent. */
  empty?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
  onSubmit: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

export function MendForm({ mend, act, offline, empty = false, onKeyDown, onSubmit, onClose, children }: Props): VNode {
  return (
    <form
      class="mend"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
      <Problem sentence={mend.problem.value} />
      {mend.offline && <p class="notice notice-offline">{t(offline)}</p>}
      <p class="mend-acts">
        <button type="submit" class="button" disabled={mend.busy.value || mend.offline || empty}>
          {t(mend.busy.value ? 'mend.busy' : act)}
        </button>
        <button type="button" class="quiet-button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  );
}
