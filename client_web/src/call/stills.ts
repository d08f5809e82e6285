/** The still pictures of others, each until a newer one comes. */

import { signal } from '@preact/signals';

export interface Still {
  address: string;
  /** When it came, in `performance.now()`. */
  at: number;
}

export class Stills {
  /** By person. */
  readonly shown = signal<ReadonlyMap<string, Still>>(new Map());

  show(peer: string, picture: Blob, at: number): void {
    const before = this.shown.peek().get(peer);
    this.shown.value = new Map(this.shown.peek()).set(peer, { address: URL.createObjectURL(picture), at });
    if (before) setTimeout(() => URL.revokeObjectURL(before.address), 1_000); // it may be on the screen for a frame more
  }

  forget(): void {
    for (const { address } of this.shown.peek().values()) URL.revokeObjectURL(address);
    if (this.shown.peek().size > 0) this.shown.value = new Map();
  }
}
