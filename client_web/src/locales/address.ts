/** How French speaks to the person: "tu" to the young one, "vous" to everybody else and before sign-in. */

import { signal } from '@preact/signals';

export const addressed = signal<'vous' | 'tu'>('vous');
