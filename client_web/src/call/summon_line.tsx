/** In a call: asking for a professional before everybody, what becomes of it, and taking it back. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { callForHelp, toldAt } from '../help/call_for_help';
import { hour } from '../locales/moments';
import { t } from '../locales/text';
import { keepCallForHelp, waiting } from '../outbox/outbox';
import type { Room } from '../room/rooms';
import { me } from '../session/session';
import { Dialog } from '../shell/dialog';
import { Icon } from '../shell/icons';
import { Problem, useAttempt } from '../shell/refused';
import type { Asking } from '../wire/call';
import { ask, link } from '../wire/link';
import { askingIn } from './summons';

/** It stands there empty, so that what comes into it is read aloud. */
export function SummonLine({ room }: { room: Room }): VNode {
  const own = me.value?.account.id;
  const summons = askingIn(room);
  const asks = summons.some(({ by }) => by.id === own);
  const goes = waiting.value.some(({ kind, summon, account, room: where }) => kind === 'help' && summon && account === own && where === room.number);
  const wanted = useSignal(false); // asked from here, and nobody in the call was told of it yet
  useEffect(() => {
    if (goes) wanted.value = true;
    if (asks) wanted.value = false;
  }, [goes, asks]);
  return (
    <div class="stage-summons" role="status">
      {summons.map((one) => (
        <Asks key={one.by.id} one={one} mine={one.by.id === own} room={room} />
      ))}
      {goes && !asks && <p class="stage-rung">{t(link.value === 'online' ? 'help.telling' : 'help.will_tell')}</p>}
      {!goes && wanted.value && callForHelp.value === 'told' && <p class="stage-rung">{t('help.told', { hour: toldAt.value ? hour(toldAt.value) : '' })}</p>}
    </div>
  );
}

function Asks({ one: { by, seen }, mine, room }: { one: Asking; mine: boolean; room: Room }): VNode {
  const { busy, problem, attempt } = useAttempt();
  const coming = room.coming.value;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (mine && document.activeElement === document.body) place.current?.focus(); // the button that was pressed has gone
  }, []);
  return (
    <div ref={place} class="stage-rung summon" tabIndex={-1}>
      <Icon name="person" />
      <p>
        <strong>{mine ? t('call.summon.mine') : t('call.summon.theirs', { name: by.name })}</strong>{' '}
        {coming ? t('call.summon.coming', { name: coming.name }) : seen ? t(mine ? 'call.summon.seen' : 'call.summon.seen_theirs', { name: seen.name }) : mine && t('call.summon.told')}
        <Problem sentence={problem.value} />
      </p>
      {mine && (
        <button
          type="button"
          class="quiet-button"
          disabled={busy.value || link.value !== 'online'}
          onClick={() => void attempt(async () => void (await ask('call:unsummon', { room: room.number })))}
        >
          {t('call.summon.take_back')}
        </button>
      )}
    </div>
  );
}

/** Not where a professional is already in the call, nor for one. */
export function SummonButton({ room }: { room: Room }): VNode | null {
  const open = useSignal(false);
  const own = me.value?.account.id;
  const inside = room.inCall.value;
  if (!inside.some(({ account }) => account === own) || inside.some(({ role }) => role === 'supervisor')) return null;
  if (askingIn(room).length > 0) return null; // whoever it was
  const summon = (): void => {
    keepCallForHelp(room.number, true);
    open.value = false;
  };
  return (
    <>
      <button type="button" class="quiet-button" onClick={() => (open.value = true)}>
        <Icon name="person" />
        {t('call.summon')}
      </button>
      {open.value && (
        <Dialog title={t('call.summon.title')} onClose={() => (open.value = false)}>
          <div class="summon-words">
            <p>{t('call.summon.means')}</p>
            <p class="hint">{t('call.summon.unseen')}</p>
            <button type="button" class="button" onClick={summon}>
              {t('call.summon.go')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
