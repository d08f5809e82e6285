/** Sends the line that is being written, whole, at most so often, as long as it changes. */

import { signal } from '@preact/signals';
import { helpCard } from '../help/call_for_help';
import { recall, remember } from '../shell/memory';
import { ask, link } from '../wire/link';

export const EVERY_MS = 300; // EN 301 549 6.2.4 asks for 500 ms from the key to the network
export const LONGEST = 500; // code points

/** Chosen once, then so in every call on this device. */
export const isLive = signal(recall('live') === 'on');

export function setLive(wanted: boolean): void {
  isLive.value = wanted;
  remember('live', wanted ? 'on' : null);
}

/** One person's line in one room. */
export class Line {
  /** The others are shown no more of it, until it is sent or erased. */
  readonly held = signal(false);

  private text = '';
  private sent = '';
  /** Erased since it was last sent: what follows is another line, and the server is to know it as one. */
  private erased = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly room: number) {}

  write(text: string): void {
    this.text = [...text].slice(0, LONGEST).join('');
    if (text === '') this.erased = this.sent !== '';
    this.timer ??= setTimeout(() => this.send(), this.sent === '' ? 0 : EVERY_MS);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.text = '';
    if (this.sent !== '') this.send();
  }

  private send(): void {
    this.timer = undefined;
    if (this.text === this.sent || link.peek() !== 'online') return;
    const text = (this.sent = this.text);
    if (this.erased && text !== '') ask('chat:live', { room: this.room, text: '' }).catch(() => {});
    this.erased = false;
    // The next one goes so long after this one, whatever happens to it: what is lost is replaced by what follows.
    this.timer = setTimeout(() => this.send(), EVERY_MS);
    ask('chat:live', { room: this.room, text }).then(
      (answer) => {
        this.held.value = answer.held === true;
        if (answer.help) helpCard.value = 'shown';
      },
      () => {},
    );
  }
}
