/** The call from device to device: asked for plainly, agreed to by both, and taken back at any time. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icons';
import type { Call } from './call';

export function DirectLine({ current }: { current: Call }): VNode | null {
  const asking = useSignal(false);
  const { direct } = current;
  const state = direct.state.value;
  if (!state || state.state === 'off') return null;
  const own = current.peer.value;
  const name = current.room.inCall.value.find(({ peer }) => peer !== own)?.name ?? '';
  const answer = (agree: boolean): void => {
    asking.value = false;
    void direct.agree(agree).catch(() => {}); // the server's next word on it is what counts
  };
  const words = direct.carries.value
    ? t('call.direct.on', { name })
    : state.state === 'on'
      ? t('call.direct.opening')
      : state.mine
        ? t('call.direct.waiting', { name })
        : state.theirs
          ? t('call.direct.theirs', { name })
          : direct.failed.value
            ? t('call.direct.failed')
            : '';
  return (
    <div class="stage-direct">
      <span role="status">{words}</span>
      {state.mine ? (
        <button type="button" class="quiet-button" onClick={() => answer(false)}>
          {t(state.state === 'on' ? 'call.direct.back' : 'call.direct.withdraw')}
        </button>
      ) : (
        <button type="button" class="quiet-button" onClick={() => (asking.value = true)}>
          <Icon name="network" />
          {t('call.direct.offer')}
        </button>
      )}
      {asking.value && (
        <Dialog title={t('call.direct.title')} onClose={() => (asking.value = false)}>
          <p>{t('call.direct.explain', { name })}</p>
          <p>{t('call.direct.ends')}</p>
          <div class="dialog-acts">
            <button type="button" class="button" onClick={() => answer(true)}>
              {t('call.direct.agree')}
            </button>
            <button type="button" class="button button-soft" onClick={() => (asking.value = false)}>
              {t('call.direct.refuse')}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
