/** What cannot be undone is asked once more, with what becomes of it. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Dialog } from './dialog';

interface Props {
  act: string;
  why: string;
  onClose: () => void;
  onSure: () => void;
}

export const Sure = ({ act, why, onClose, onSure }: Props): VNode => (
  <Dialog title={act} onClose={onClose}>
    <p>{why}</p>
    <div class="dialog-acts">
      <button type="button" class="button" onClick={onSure}>
        {act}
      </button>
      <button type="button" class="button button-plain" onClick={onClose}>
        {t('app.cancel')}
      </button>
    </div>
  </Dialog>
);
