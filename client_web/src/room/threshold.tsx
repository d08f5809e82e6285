/** How a professional comes into a room: by an act of their own, knowing that it shows. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { Faces } from '../shell/mark';
import { Problem, useAttempt } from '../shell/refused';
import type { Room } from './rooms';

export function Threshold({ room }: { room: Room }): VNode {
  const { busy, problem, attempt } = useAttempt();
  return (
    <section class="threshold">
      <Faces of={room.partners.value} />
      <p>{t('room.enter_why')}</p>
      <Problem sentence={problem.value} />
      <button type="button" class="button" disabled={busy.value} onClick={() => void attempt(() => room.enter())}>
        <Icon name="eye" />
        {t('room.enter_visit')}
      </button>
    </section>
  );
}

/** Told to the professional themselves, once they are in. */
export const YouAreSeen = (): VNode => (
  <p class="notice notice-staff">
    <Icon name="eye" />
    <span>{t('room.you_are_seen')}</span>
  </p>
);
