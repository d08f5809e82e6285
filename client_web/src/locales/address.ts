/** How French speaks to the person: "tu" to the young one, "vous" to everybody else and before sign-in. */

import { signal } from '@preact/signals';
import type { Role } from '../wire/account';

export const addressed = signal<'vous' | 'tu'>('vous');

export function addressRole(role: Role | undefined): void {
  addressed.value = role === 'mentee' ? 'tu' : 'vous';
}
