/** The mark: two shapes side by side, one taller, that lean on each other; what they share is darker. */

import type { VNode } from 'preact';
import type { Role } from '../wire/account';

export const Mark = (): VNode => (
  <svg class="mark" viewBox="4 3 41 34" aria-hidden="true" focusable="false">
    <Pair />
  </svg>
);

/** The mark at home: the two, and the wide arch that shelters them. */
export const Shelter = (): VNode => (
  <svg class="shelter" viewBox="0 0 200 150" aria-hidden="true" focusable="false">
    <path class="shelter-arch" d="M18 136V92C18 44 54 10 100 10s82 34 82 82v44Z" />
    <circle class="shelter-sun" cx="136" cy="54" r="13" />
    <path class="shelter-leaf" d="M36 136c-1-14 4-22 13-26 3 10 0 20-9 26Z" />
    <path class="shelter-leaf" d="M166 136c1-10-3-16-10-19-2 8 0 15 7 19Z" />
    <g transform="translate(46.5 49) scale(2.35)">
      <Pair />
    </g>
    <path class="shelter-ground" d="M6 136h188" />
  </svg>
);

const Pair = (): VNode => (
  <>
    <path class="mark-one" d="M4 37V17.500C4 9 10 3 17 3s13 6 13 14.500V37Z" />
    <path class="mark-both" d="M21 37v-8.500C21 22 25 17 30 15.800V37Z" />
    <path class="mark-two" d="M30 37V15.800c1-.2 2-.3 3-.3 6.5 0 12 5.5 12 13V37Z" />
  </>
);

/** A person as a soft shape with their initial; the shape tells the role, the colour repeats it. */
export const Face = ({ name, role }: { name: string; role: Role }): VNode => (
  <span class={`face face-${role}`} aria-hidden="true">
    {[...name][0]?.toUpperCase()}
  </span>
);

/** Several people as one, a little over each other. */
export const Faces = ({ of }: { of: readonly { name: string; role: Role }[] }): VNode => (
  <span class="who-faces">
    {of.map(({ name, role }, place) => (
      <Face key={place} name={name} role={role} />
    ))}
  </span>
);
