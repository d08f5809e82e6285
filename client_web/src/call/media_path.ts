/**
 * The way of the media between this device and the server, kept whatever the network does: joining, restarting ICE,
 * coming back to the same part with new connections, and voices over the side web socket while nothing else gets
 * through. Knows nothing of people or pages.
 */

import { signal } from '@preact/signals';
import { ask, connectNow, link } from '../wire/link';
import { Refusal } from '../wire/refusal';
import type { Layer, Up, Voice } from '../wire/types';
import { Connections, type Health } from './connections';
import { Side, type SideHooks } from './side_path';
import type { Way } from './stats';

type JoinAnswer = Up['call:join'][1];
type JoinRequest = Omit<Up['call:join'][0], 'sdp' | 'peer' | 'caps'>;

interface Hooks extends SideHooks {
  /** What to join with, as things stand. */
  request: () => JoinRequest;
  /** The part is there, for the first time or again; before any media. */
  joined: (answer: JoinAnswer) => void;
  tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => void;
  /** Whether somebody else's voice is on. */
  hearsOthers: () => boolean;
  /** The server will not have this person in the call any more. */
  refused: (refusal: Refusal) => void;
}

const WEB_AFTER_MS = 2_500; // after the server's answer: what connects at all has connected by then
const FETCH_SIDE_AFTER_MS = [1_000, 10_000] as const; // its code, when nothing connects; and for later, when all is well
const RELAY_AFTER_MS = 1_500; // where there are relays, *up* hears of them too late to use them without a restart
const BLIP_MS = 400; // "disconnected" may mend itself before a restart could
// Reports come each second, where bytes are dear each five; a voice that rests still says so each 0.4 s.
// Between them, several must have been lost or late one after the other before silence means anything.
const SILENCE_MS = { voices: 2_000, none: 4_000, leanVoices: 3_000, leanNone: 11_000 } as const;
const LEAN_KBPS = 8;
const LEANEST: Voice = { kbps: 6, ptime: 60, red: false, dtx: true, fec: true };
const MANY_DISCARDED = 3; // packets in a quarter of a second
const RESTART_PATIENCE_MS = 6_000; // four round trips of the worst line, so that a dead socket is not waited for
const AGAIN_MS = [2_000, 3_000, 5_000, 8_000] as const;
const AGAIN_WHILE_ON_WEB_MS = [8_000, 15_000, 30_000, 60_000] as const; // each try costs two seconds of such a voice
const FAR_S = 0.2; // a round trip, in seconds, from which a restart over the socket would keep the voice waiting
const PASSING: readonly string[] = ['unreachable', 'try_again', 'draining', 'too_many', 'internal'];

export class MediaPath {
  readonly way = signal<Way>('none');
  /** The name of this part in the call; it stays the same through every cut. */
  peer: string | null = null;
  connections: Connections | null = null;
  /** Of the media, in seconds, as it was last measured. */
  roundTrip = 0;
  hushed = false;

  private readonly side: Side;
  private relays: RTCIceServer[] = [];
  private voice: Voice | null = null;
  private layers: readonly Layer[] = ['full'];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private webTimer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private busy = false;
  private over = false;
  private watching = false;
  private leaning = false;
  /** The server has let go of what these connections lead to, whatever they believe. */
  private stale = false;
  /** Nothing comes in any more, whatever ICE believes. */
  private silent = false;
  private silentAt = 0;
  private pulse = { up: 0, down: 0, discarded: 0, upAt: 0, downAt: 0 };
  /** The network is another one; ICE finds that out some seconds later. */
  private doubted = false;

  constructor(
    private mic: MediaStreamTrack,
    private picture: MediaStreamTrack | null,
    private readonly hooks: Hooks,
  ) {
    this.side = new Side({
      ...hooks,
      carries: () => this.settle(),
    });
  }

  /** Throws a Refusal. */
  async join(): Promise<void> {
    const before = this.connections;
    const hooks = {
      health: (health: Health) => fresh === this.connections && this.changed(health),
      tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => fresh === this.connections && this.hooks.tracks(tracks),
    };
    const fresh: Connections = new Connections(this.mic, this.picture, hooks, this.relays);
    let answer: JoinAnswer;
    try {
      const sdp = await fresh.offer();
      const caps = { video: true, stills: true, web: Side.supported };
      answer = await ask('call:join', { ...this.hooks.request(), sdp, caps, ...(this.peer ? { peer: this.peer } : {}) });
    } catch (error) {
      fresh.close();
      throw error;
    }
    if (this.over) {
      fresh.close();
      return void ask('call:leave', { room: this.hooks.request().room, peer: answer.peer }).catch(() => {});
    }
    this.peer = answer.peer;
    this.side.belongTo(answer.peer);
    this.connections = fresh;
    this.stale = this.doubted = this.silent = false;
    this.rest();
    this.voice = answer.voice;
    before?.close(); // the server has let go of it in the same moment
    this.hooks.joined(answer);
    void fresh.encode(answer.voice);
    const late = answer.ice.length > 0 && this.relays.length === 0;
    this.takeRelays(answer.ice);
    await Promise.all([this.take(answer.answer, answer.offer), fresh.send(this.layers)]);
    if (this.hushed) await this.hush(true);
    if (late) setTimeout(() => void (fresh === this.connections && this.health !== 'connected' && this.mend()), RELAY_AFTER_MS);
  }

  /** The credentials of the relays are new ones, which are needed only where media goes through one. */
  async renewRelays(ice: RTCIceServer[]): Promise<void> {
    this.takeRelays(ice);
    if (await this.connections?.relayed()) await this.mend();
  }

  /** What `call:rung` says of sending. Throws nothing: what cannot be set now is set with the next description. */
  shape(voice: Voice, layers: readonly Layer[]): void {
    const same = !this.leaning && JSON.stringify(voice) === JSON.stringify(this.voice);
    this.voice = voice;
    this.layers = layers;
    this.leaning = false;
    this.apply(voice, layers, same);
    this.side.encode(voice.kbps);
  }

  /** While the line suffers and the server cannot be heard: the least of everything, until it is. */
  lean(leaning: boolean): void {
    if (leaning === this.leaning || !this.voice) return;
    this.leaning = leaning;
    this.apply(leaning ? LEANEST : this.voice, leaning ? [] : this.layers, false);
  }

  /** Whether stills are to go out; those that come in come by themselves while this is open. */
  stills(wanted: boolean): void {
    this.side.stills(wanted ? this.picture : null, wanted);
  }

  async show(picture: MediaStreamTrack | null): Promise<void> {
    this.picture = picture;
    await this.connections?.show(this.hushed ? null : picture);
  }

  /** Sends nothing, or all again, on connections that stay: while the call goes from device to device. */
  async hush(hushed: boolean): Promise<void> {
    this.hushed = hushed;
    await Promise.all([this.show(this.picture), this.connections?.speak(hushed ? null : this.mic)]);
  }

  async speak(mic: MediaStreamTrack): Promise<void> {
    this.mic = mic;
    this.side.speak(mic);
    await this.connections?.speak(this.hushed ? null : mic);
  }

  get sideUsed(): number {
    return this.side.bytes;
  }

  get sideRoundTrip(): number | null {
    return this.side.roundTrip;
  }

  holdStills(held: boolean): void {
    this.side.hold(held);
  }

  /** The path under the media is another one: nothing waits for ICE to find that out. */
  moved(): void {
    if (this.over || !this.connections) return;
    this.doubted = true;
    this.silentAt = performance.now();
    // A restart asks the socket first, which takes five round trips from nothing; the side web socket takes two.
    if (this.roundTrip > FAR_S) this.side.carry(this.mic);
    this.resume();
  }

  /**
   * Told a few times a second. `up` and `down` grow with whatever the server sends on either; `discarded` with what the
   * device could not even send, as from an address that is no longer its own.
   */
  felt({ up, down, discarded }: { up: number; down: number; discarded: number }): void {
    const now = performance.now();
    const before = this.pulse;
    const [upAt, downAt] = [up !== before.up ? now : before.upAt, down !== before.down ? now : before.downAt];
    this.pulse = { up, down, discarded, upAt, downAt };
    if (this.stale) return;
    // Something comes again after a silence, so the network is back, whatever ICE and the socket believe.
    if (link.peek() !== 'online' && Math.max(upAt, downAt) === now && now - Math.max(before.upAt, before.downAt) > SILENCE_MS.voices) connectNow();
    if (this.connections?.health() !== 'connected') return;
    if (discarded > before.discarded + MANY_DISCARDED && !this.doubted) {
      connectNow();
      return this.moved();
    }
    const lean = (this.voice?.kbps ?? LEAN_KBPS) <= LEAN_KBPS;
    const voices = this.hooks.hearsOthers() && this.way.peek() !== 'web';
    const reports = lean ? SILENCE_MS.leanNone : SILENCE_MS.none;
    const patience = !voices ? reports : lean ? SILENCE_MS.leanVoices : SILENCE_MS.voices;
    if (now - upAt > reports || now - downAt > patience) {
      if (this.silent) return;
      this.silent = true;
      this.silentAt = now;
      this.changed('failed');
    } else if (this.silent || (this.side.isWanted && !this.doubted)) {
      // ICE may come back to a path without ever having said that it was gone.
      if (upAt > this.silentAt && downAt > this.silentAt) this.changed('connected');
    }
  }

  /** The socket is there again, or somebody looks at the page again. */
  resume(): void {
    if (this.over || !this.connections || (this.health === 'connected' && !this.doubted)) return;
    this.tries = 0;
    clearTimeout(this.timer);
    if (this.stale) void this.renew();
    else void this.mend();
  }

  /** The server has no media of this part any more: new connections, the same part. */
  async renew(): Promise<void> {
    if (this.over) return;
    this.stale = true;
    this.settle();
    if (this.busy || link.peek() !== 'online') return; // `resume` comes back to it
    this.busy = true;
    try {
      await this.join();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal({ code: 'internal', message: '' });
      if (!PASSING.includes(refusal.code)) return this.hooks.refused(refusal);
      this.later();
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    clearTimeout(this.webTimer);
    this.side.close();
    this.connections?.close();
  }

  get health(): Health {
    return this.stale || this.silent ? 'broken' : (this.connections?.health() ?? 'new');
  }

  private apply(voice: Voice, layers: readonly Layer[], sameVoice: boolean): void {
    if (!sameVoice) void this.connections?.encode(voice).catch(() => {});
    void this.connections?.send(layers).catch(() => {});
  }

  /** Both connections are given time to be heard of. */
  private rest(): void {
    this.pulse.upAt = this.pulse.downAt = performance.now();
  }

  /** How long an answer of the socket may take: it may be as dead as the media. */
  private patience(): number {
    return this.silent ? Math.max(1_000, 5_000 * this.roundTrip) : RESTART_PATIENCE_MS;
  }

  private takeRelays(ice: RTCIceServer[]): void {
    this.relays = ice;
    if (ice.length > 0) this.connections?.relays(ice);
  }

  private async take(answer: string, offer: string): Promise<void> {
    const sdp = await this.connections?.accept(answer, offer);
    if (!sdp || !this.peer) return;
    this.watch();
    await ask('call:answer', { room: this.hooks.request().room, peer: this.peer, sdp }, RESTART_PATIENCE_MS);
  }

  /** ICE restart of both connections: media goes on over the old path until the new one is there. */
  private async mend(): Promise<void> {
    if (this.over || this.busy || !this.connections || !this.peer) return;
    if (link.peek() !== 'online') return this.later(); // the socket's return comes back to it sooner
    this.busy = true;
    let lost = false;
    try {
      const sdp = await this.connections.offer(true);
      const { answer, offer } = await ask('call:restart', { room: this.hooks.request().room, peer: this.peer, sdp }, this.patience());
      this.doubted = false;
      await this.take(answer, offer);
    } catch (error) {
      // The part has no media on the server, or a description no longer fits: begin anew, under the same name.
      lost = !(error instanceof Refusal) || error.code === 'not_found' || error.code === 'bad_sdp';
    } finally {
      this.busy = false;
    }
    if (lost) await this.renew();
    else this.later();
  }

  private changed(health: Health): void {
    if (this.over || health === 'new') return;
    clearTimeout(this.timer);
    if (health === 'connected') {
      this.silent = false;
      this.rest();
      this.tries = 0;
      this.watching = false;
      clearTimeout(this.webTimer);
      this.webTimer = setTimeout(Side.fetchAhead, FETCH_SIDE_AFTER_MS[1]);
      this.side.carry(null);
      this.settle();
      // Media is through, so the network is back, whatever the socket believes; and it may wait in a long back-off.
      if (link.peek() !== 'online') connectNow();
      return;
    }
    this.settle();
    this.watch();
    if (health === 'failed') void this.mend();
    else this.timer = setTimeout(() => void (this.health !== 'connected' && this.mend()), BLIP_MS);
  }

  private later(): void {
    clearTimeout(this.timer);
    if (this.over || (this.health === 'connected' && !this.doubted)) return;
    const waits = this.side.isWanted ? AGAIN_WHILE_ON_WEB_MS : AGAIN_MS;
    const wait = waits[Math.min(this.tries, waits.length - 1)]!;
    this.tries += 1;
    this.timer = setTimeout(() => {
      if (this.health === 'connected' && !this.doubted) return;
      // A restart twice in vain: perhaps the connections themselves are beyond help.
      if (this.stale || (this.tries > 2 && this.tries % 2 === 1)) void this.renew();
      else void this.mend();
    }, wait);
  }

  /** While nothing is through: voices over the side web socket, soon. ICE goes on being tried. */
  private watch(): void {
    if (this.watching || this.health === 'connected' || this.side.isWanted) return;
    this.watching = true;
    clearTimeout(this.webTimer);
    this.webTimer = setTimeout(() => {
      Side.fetchAhead();
      this.webTimer = setTimeout(() => {
        this.watching = false;
        if (this.over || this.health === 'connected') return;
        this.side.carry(this.mic);
        if (!this.busy) this.later();
      }, WEB_AFTER_MS - FETCH_SIDE_AFTER_MS[0]);
    }, FETCH_SIDE_AFTER_MS[0]);
  }

  private settle(): void {
    this.way.value = this.health === 'connected' ? 'media' : this.side.isCarrying ? 'web' : 'none';
  }
}
