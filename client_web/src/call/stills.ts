/** The still pictures of others, each until a newer one comes. */

import { signal } from '@preact/signals';

export class Stills {
  /** Addresses of pictures, by person. */
  readonly shown = signal<ReadonlyMap<string, string>>(new Map());
  private readonly taken = new Map<string, number>();

  /** `at`: when it was, in `performance.now()`. */
  show(peer: string, picture: Blob, at: number): void {
    if (at < (this.taken.get(peer) ?? 0)) return;
    this.taken.set(peer, at);
    const before = this.shown.peek().get(peer);
    this.shown.value = new Map(this.shown.peek()).set(peer, URL.createObjectURL(picture));
    if (before) setTimeout(() => URL.revokeObjectURL(before), 1_000); // it may be on the screen for a frame more
  }

  forget(): void {
    for (const address of this.shown.peek().values()) URL.revokeObjectURL(address);
    this.taken.clear();
    if (this.shown.peek().size > 0) this.shown.value = new Map();
  }
}
