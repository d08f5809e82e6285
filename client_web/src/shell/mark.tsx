/** The mark: two shapes side by side, one taller, that lean on each other; what they share is darker. */

import type { VNode } from 'preact';
import type { Role } from '../wire/types';

export const Mark = ({ large = false }: { large?: boolean }): VNode => (
  <svg class={large ? 'mark mark-large' : 'mark'} viewBox="0 0 48 40" aria-hidden="true" focusable="false">
    <path class="mark-one" d="M4 37V17.5C4 9 10 3 17 3s13 6 13 14.5V37Z" />
    <path class="mark-two" d="M21 37v-8.5C21 21 26.5 15.5 33 15.5S45 21 45 28.5V37Z" />
    <path class="mark-both" d="M21 37v-8.5c0-5.6 3.6-10.3 8.5-12.2.3 1 .5 2.1.5 3.2V37Z" />
  </svg>
);

/** A person as a soft shape with their initial; the shape tells the role, the colour repeats it. */
export const Face = ({ name, role }: { name: string; role: Role }): VNode => (
  <span class={`face face-${role}`} aria-hidden="true">
    {[...name][0]?.toUpperCase()}
  </span>
);
