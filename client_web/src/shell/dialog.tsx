/**
 * A modal window on the browser's own `<dialog>`: focus stays in it, Escape closes it, the page behind is inert.
 * A click beside it closes it, too, unless there is something in it that was perhaps being written.
 */

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { HelpButton } from '../help/help_button';
import { Icon } from './icons';

interface Props {
  title: string;
  kind?: string;
  /** Beside the name, where it stays when one scrolls. */
  act?: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, kind, act, onClose, children }: Props): VNode {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  return (
    <dialog
      ref={box}
      class={kind ? `dialog dialog-${kind}` : 'dialog'}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === box.current && !box.current?.querySelector('form') && box.current?.close()}
    >
      {kind !== 'help' && <HelpButton over />}
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          {act}
          <button type="button" class="icon-button" aria-label={t('app.close')} onClick={() => box.current?.close()}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
