/** Icons, drawn for Binôme on a 24 × 24 grid in one line weight. They never speak alone: a word stands beside them or in a label. */

import type { ComponentChildren, VNode } from 'preact';

const line = (...shapes: string[]): ComponentChildren => shapes.map((d) => <path d={d} />);

const DRAWINGS = {
  back: line('M14.5 5.5 8 12l6.5 6.5'),
  close: line('m6.5 6.5 11 11', 'm17.5 6.5-11 11'),
  // Two hands that hold something round: help, without a siren.
  help: line('M12 8.6c-1.3-2.5-5-2-5 1 0 2.3 2.6 4 5 5.8 2.4-1.8 5-3.5 5-5.8 0-3-3.7-3.5-5-1Z', 'M3.5 13.5c1.2 4.2 4.5 6.5 8.5 6.5s7.3-2.3 8.5-6.5'),
  play: line('M8 5.5v13L18.5 12 8 5.5Z'),
  pause: line('M8.5 6v12', 'M15.5 6v12'),
  halt: line('M7.5 7.5h9v9h-9Z'),
  live: line('M4 7.5h16', 'M4 12h10', 'M4 16.5h6', 'M14.5 15v4'),
  send: line('M5 12 4 4.5 20.5 12 4 19.5 5 12Z', 'M5 12h7'),
  mic: line('M12 3.5a2.7 2.7 0 0 0-2.7 2.7v5.3a2.7 2.7 0 0 0 5.4 0V6.2A2.7 2.7 0 0 0 12 3.5Z', 'M6 11.3a6 6 0 0 0 12 0', 'M12 17.3v3.2'),
  micOff: line('M9.3 9v2.5a2.7 2.7 0 0 0 4.4 2.1', 'M14.7 9.8V6.2a2.7 2.7 0 0 0-5.2-1', 'M6 11.3a6 6 0 0 0 9.6 4.8', 'M17.7 13a6 6 0 0 0 .3-1.7', 'M12 17.3v3.2', 'm4 4 16 16'),
  camera: line('M5.5 7h7.8a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H5.5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2Z', 'm15.3 11 5.2-2.8v7.6L15.3 13'),
  cameraOff: line('M9.5 7h3.8a2 2 0 0 1 2 2v3.5', 'M15.3 15.3a2 2 0 0 1-2 1.7H5.5a2 2 0 0 1-2-2V9c0-1 .7-1.8 1.6-2', 'm15.3 11 5.2-2.8v7.6', 'm4 4 16 16'),
  phone: line('M7 4.2 9.4 8 7.7 9.8c1 2.6 3.9 5.5 6.5 6.5L16 14.6l3.8 2.4c-.3 2-1.8 3.2-3.7 3C9.7 19.4 4.6 14.3 4 7.9 3.8 6 5 4.5 7 4.2Z'),
  hangUp: line('M4 13.8c4.6-4 11.4-4 16 0 .6 1-.2 2.6-1.3 3.2l-3.2-1.4-.3-2.6a11 11 0 0 0-6.4 0l-.3 2.6L5.3 17C4.2 16.4 3.4 14.8 4 13.8Z'),
  voice: line('M4.5 10.5v3', 'M8.3 7.5v9', 'M12 4.5v15', 'M15.7 8.5v7', 'M19.5 10.5v3'),
  eye: line('M3 12c2.3-4 5.3-6 9-6s6.7 2 9 6c-2.3 4-5.3 6-9 6s-6.7-2-9-6Z', 'M12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4Z'),
  hidden: line('M3 10.5c2.4 3.3 5.4 5 9 5s6.6-1.7 9-5', 'm5.8 13.5-1.8 2.3', 'm9.7 15.3-.9 2.8', 'm14.3 15.3.9 2.8', 'm18.2 13.5 1.8 2.3'),
  clock: line('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z', 'M12 7.8V12l2.8 2.2'),
  sent: line('m5.5 12.5 4 4 9-9.5'),
  seen: line('m2.8 12.5 4 4 8.5-9.5', 'm11.8 16.3.3.2L21 7'),
  stop: line('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z', 'M8 12h8'),
  person: line('M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z', 'M5 19.5c.6-3.6 3.3-5.5 7-5.5s6.4 1.9 7 5.5'),
  calendar: line('M6 6h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2Z', 'M4 10.5h16', 'M8.5 3.8v4', 'M15.5 3.8v4'),
  plus: line('M12 5.5v13', 'M5.5 12h13'),
  pen: line('m14.5 5.5 4 4L8.5 19.5l-4.5.5.5-4.5L14.5 5.5Z', 'm12.5 7.5 4 4'),
  down: line('M12 5v13', 'm6.5 12.5 5.5 5.5 5.5-5.5'),
  arrow: line('M4.5 12h15', 'm13.5 6 6 6-6 6'),
  sound: line('M4 9.8v4.4h3l4.5 3.8V6L7 9.8H4Z', 'M15 9.2a4 4 0 0 1 0 5.6', 'M17.7 6.6a8 8 0 0 1 0 10.8'),
  network: line('M4 9.5c4.8-4.3 11.2-4.3 16 0', 'M7 13c3-2.6 7-2.6 10 0', 'M10.2 16.3c1.1-.9 2.5-.9 3.6 0', 'm4.5 4.5 15 15'),
  settings: line('M4 8h8', 'M16 8h4', 'M14 5.8v4.4', 'M4 16h4', 'M12 16h8', 'M10 13.8v4.4'),
  big: line('M9.5 4.5h-5v5', 'M14.5 19.5h5v-5', 'm4.5 4.5 6 6', 'm19.5 19.5-6-6'),
  // To say that something is not right.
  flag: line('M6 20.5v-16', 'M6 5c4-2.2 7 1.8 12 0v8c-5 1.8-8-2.2-12 0'),
  chat: line('M5.5 5h13a2 2 0 0 1 2 2v7.5a2 2 0 0 1-2 2H11l-4.5 3.5v-3.5h-1a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z'),
} as const;

export type IconName = keyof typeof DRAWINGS;

export const Icon = ({ name }: { name: IconName }): VNode => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {DRAWINGS[name]}
  </svg>
);
