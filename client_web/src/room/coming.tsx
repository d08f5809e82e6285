/** A professional is about to come into the call: everybody in the room reads it before they do (promise 4). */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { announce } from '../shell/announce';
import { Icon } from '../shell/icons';
import type { Coming, Room } from './rooms';

const DOOR_MS = 120_000; // so long the door stays open; who has not come by then is announced anew

export function StaffComing({ room }: { room: Room }): VNode | null {
  const coming = room.coming.value;
  const seconds = useSecondsTo(coming);
  useEffect(() => {
    if (!coming) return;
    announce(sentence(coming.name, Math.max(0, Math.ceil((coming.at - performance.now()) / 1_000)))); // once: the seconds are for eyes
    const timer = setTimeout(() => (room.coming.value = null), coming.at - performance.now() + DOOR_MS);
    return () => clearTimeout(timer);
  }, [coming]);
  return coming ? (
    <p class="notice notice-staff">
      <Icon name="eye" />
      <strong>{sentence(coming.name, seconds)}</strong>
    </p>
  ) : null;
}

const sentence = (name: string, seconds: number): string => t(seconds > 0 ? 'room.coming' : 'room.coming_now', { name, seconds });

/** Whole seconds until then, counted down. */
export function useSecondsTo(then: Pick<Coming, 'at'> | null): number {
  const now = useSignal(performance.now());
  useEffect(() => {
    now.value = performance.now();
    const timer = then && setInterval(() => (now.value = performance.now()), 250);
    return () => clearInterval(timer ?? undefined);
  }, [then]);
  return then ? Math.max(0, Math.ceil((then.at - now.value) / 1_000)) : 0;
}
