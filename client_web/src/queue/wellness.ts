/** What spares the professional: blurred and grey texts, and a word after many grave ones. Remembered on this device. */

import { signal, type Signal } from '@preact/signals';
import { recall, remember } from '../shell/memory';
import { GRAVE } from './lists';

/** When it holds: for critical flags, for all, for none. */
export type When = 'critical' | 'always' | 'never';
export const WHEN: readonly When[] = ['critical', 'always', 'never'];

const CRITICAL = GRAVE + 1;
const MANY = 5; // grave flags one after the other, before a break is suggested

const kept = (name: string): Signal<When> => signal(WHEN.find((when) => when === recall(name)) ?? 'critical');
export const blur = kept('queue.blur');
export const grey = kept('queue.grey');

export function choose(which: 'blur' | 'grey', when: When): void {
  (which === 'blur' ? blur : grey).value = when;
  remember(`queue.${which}`, when);
}

export const holds = (when: When, severity: number): boolean => when === 'always' || (when === 'critical' && severity >= CRITICAL);

const since = signal(0);
/** How many grave flags were looked at since the last break; 0 as long as it is not worth saying. */
export const worthABreak = (): number => (since.value >= MANY ? since.value : 0);
export const lookedAtGrave = (): void => void (since.value += 1);
export const hadABreak = (): void => void (since.value = 0);
