/**
 * The way of the media between this device and the server, kept whatever the network does: joining, restarting ICE,
 * coming back to the same part with new connections, and voices over the side web socket while nothing else gets
 * through (docs/decisions/0127, 0142). Knows nothing of people or pages.
 */

import { signal } from '@preact/signals';
import type { Layer, Voice } from '../wire/call';
import type { Up } from '../wire/events';
import { ask, connectNow, connectSoon, link } from '../wire/link';
import { Refusal } from '../wire/refusal';
import { Attempts } from './attempts';
import { Connections, type Health } from './connections';
import { isLean, leaned } from './shaping';
import { Side, type SideHooks } from './side_path';
import { Silence, type Arrivals } from './silence';
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

const RELAY_AFTER_MS = 1_500; // where there are relays, *up* hears of them too late to use them without a restart
const WEB_AFTER_SILENCE_MS = 1_000; // ICE was restarted when the silence was but a doubt
const RESTARTED_LATELY_MS = 2_000; // what there is to find is being looked for
const BACK_AFTER_MS = 2_000; // of silence: then something that comes means that the network is back
const CROWDED_S = 1.8; // no line takes that long there and back when nothing waits in it
const UNCROWDED_S = 1.3; // and by then nothing does
const MANY_DISCARDED = 3; // packets in a quarter of a second
const ANSWER_PATIENCE_MS = 6_000; // four round trips of the worst line, so that a dead socket is not waited for
const TELL_AGAIN_MS = 2_000;
const PASSING: readonly string[] = ['unreachable', 'try_again', 'draining', 'too_many', 'internal'];

export class MediaPath {
  readonly way = signal<Way>('none');
  /** The name of this part in the call; it stays the same through every cut. */
  peer: string | null = null;
  connections: Connections | null = null;
  /** Of the media, in seconds, as it was last measured. */
  roundTrip = 0;
  /** Whether media goes by UDP, as it was last measured. */
  overUdp = false;
  hushed = false;

  private readonly side: Side;
  private relays: RTCIceServer[] = [];
  private voice: Voice | null = null;
  private layers: readonly Layer[] = ['full'];
  private readonly attempts: Attempts;
  private busy = false;
  private over = false;
  private leaning = false;
  /** Packets of this device wait for a second, as far as it can tell without the server. */
  private crowded = false;
  /** What the browser was told of the voice last. */
  private sent: Voice | null = null;
  private suffers = false;
  /** The server has let go of what these connections lead to, whatever they believe. */
  private stale = false;
  /** Nothing comes in any more, whatever ICE believes. */
  private silent = false;
  private silentAt = 0;
  private readonly silence = new Silence();
  private discarded = 0;
  /** What these connections have is doubted, and ICE has been restarted; it finds out itself some seconds later. */
  private doubted = false;
  private restartedAt = -Infinity;
  /** What the server does not know yet of the last restart. */
  private untold: Awaited<ReturnType<Connections['restart']>> | null = null;
  private tellTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private mic: MediaStreamTrack,
    private picture: MediaStreamTrack | null,
    private readonly hooks: Hooks,
  ) {
    this.side = new Side({
      ...hooks,
      carries: () => this.settle(),
    });
    this.attempts = new Attempts({
      flows: () => this.health === 'connected',
      doubted: () => this.doubted,
      roundTrip: () => this.roundTrip,
      onWeb: () => this.side.isWanted,
      restart: () => void this.mend(),
      // Restarts in vain while the socket stands: perhaps the connections themselves are beyond help.
      another: (deeper) => void (this.stale || (deeper && link.peek() === 'online') ? this.renew() : this.mend()),
      fetchWeb: () => Side.fetchAhead(),
      web: () => {
        this.side.carry(this.mic);
        if (!this.busy) this.attempts.later();
      },
    });
  }

  /** Throws a Refusal. */
  async join(): Promise<void> {
    const before = this.connections;
    const hooks = {
      health: (health: Health) => fresh === this.connections && this.changed(health),
      tracks: (tracks: ReadonlyMap<string, MediaStreamTrack>) => fresh === this.connections && this.hooks.tracks(tracks),
    };
    const fresh: Connections = this.hushed
      ? new Connections(null, null, hooks, this.relays) // not even the first packet
      : new Connections(this.mic, this.picture, hooks, this.relays);
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
    this.untold = null;
    this.silence.rest(performance.now());
    this.voice = this.sent = answer.voice;
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
    this.voice = voice;
    this.layers = layers;
    this.leaning = this.crowded = false;
    this.apply(voice, layers);
    this.side.encode(voice.kbps);
  }

  /** While the line suffers and the server cannot be heard: the least of everything, until it is. */
  lean(leaning: boolean): void {
    if (!this.voice || (!leaning && !this.leaning)) return;
    this.leaning = leaning;
    this.crowded = leaning && this.roundTrip > (this.crowded ? UNCROWDED_S : CROWDED_S);
    this.apply(leaning ? leaned(this.voice, this.crowded) : this.voice, leaning ? [] : this.layers);
  }

  /** Whether stills are to go out; those that come in come by themselves while this is open. */
  stills(wanted: boolean): void {
    this.side.stills(wanted ? this.picture : null, wanted);
  }

  async show(picture: MediaStreamTrack | null): Promise<void> {
    this.picture = picture;
    await this.connections?.show(this.hushed ? null : picture);
  }

  /** Sends nothing, or all again, on connections that stay: while one only observes, or the call goes from device to device. */
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

  /** Whether the voices suffer: then nothing is sent that they can do without. */
  suffer(suffers: boolean): void {
    this.suffers = suffers;
    this.side.hold(suffers);
  }

  /** The path under the media is another one: nothing waits for ICE to find that out. */
  moved(): void {
    if (this.over || !this.connections || this.stale) return;
    this.attempts.anew();
    this.doubt();
  }

  /**
   * Told a few times a second. `arrivals` grow with whatever the server sends on either; `discarded` with what the
   * device could not even send, as from an address that is no longer its own.
   */
  felt(arrivals: Arrivals, discarded: number): void {
    const now = performance.now();
    const { silence } = this;
    const quietSince = Math.max(silence.upAt, silence.downAt);
    const lean = this.isLean;
    const voices = this.hooks.hearsOthers() && this.way.peek() !== 'web';
    const finding = silence.see(arrivals, now, { voices, lean, roundTrip: this.roundTrip });
    const unsent = discarded - this.discarded;
    this.discarded = discarded;
    if (this.stale) return;
    // Something comes again after a silence, so the network is back, whatever ICE and the socket believe.
    if (link.peek() !== 'online' && Math.max(silence.upAt, silence.downAt) === now && now - quietSince > Math.max(BACK_AFTER_MS, 3_000 * this.roundTrip)) connectSoon();
    if (this.connections?.health() !== 'connected') return;
    if (finding === 'silent' && !this.silent) {
      this.silent = true;
      this.silentAt = now;
      this.changed('failed');
    } else if ((this.silent || this.doubted || this.side.isWanted) && silence.heardSince(Math.max(this.silentAt, this.restartedAt))) {
      this.changed('connected'); // ICE may come back to a path without ever having said that it was gone
    } else if (!this.doubted && unsent > MANY_DISCARDED && Math.max(silence.upAt, silence.downAt) < now) {
      connectNow();
      this.moved();
    } else if (!this.doubted && finding === 'doubtful') this.doubt();
  }

  /** The socket is there again, or somebody looks at the page again. */
  resume(): void {
    if (this.over || !this.connections) return;
    if (this.stale) return void this.renew();
    void this.tellRestart();
    if (this.health === 'connected' || performance.now() - this.restartedAt < RESTARTED_LATELY_MS) return;
    this.attempts.anew();
    void this.mend();
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
      this.attempts.later();
    } finally {
      this.busy = false;
    }
  }

  close(): void {
    this.over = true;
    clearTimeout(this.tellTimer);
    this.attempts.close();
    this.side.close();
    this.connections?.close();
  }

  get health(): Health {
    return this.stale || this.silent ? 'broken' : (this.connections?.health() ?? 'new');
  }

  /** Whether each byte counts. */
  private get isLean(): boolean {
    return this.voice === null || this.leaning || this.suffers || isLean(this.voice);
  }

  private apply(voice: Voice, layers: readonly Layer[]): void {
    if (JSON.stringify(voice) !== JSON.stringify(this.sent)) void this.connections?.encode(voice).catch(() => {});
    this.sent = voice;
    void this.connections?.send(layers).catch(() => {});
  }

  /** Nobody is told: most doubts are over before anybody would have noticed. */
  private doubt(): void {
    this.doubted = true;
    Side.fetchAhead(); // the web socket may be all that is left, and then there is no time for its code
    void this.mend();
  }

  private takeRelays(ice: RTCIceServer[]): void {
    this.relays = ice;
    if (ice.length > 0) this.connections?.relays(ice);
  }

  private async take(answer: string, offer: string): Promise<void> {
    const sdp = await this.connections?.accept(answer, offer);
    if (!sdp || !this.peer) return;
    this.attempts.watch();
    await ask('call:answer', { room: this.hooks.request().room, peer: this.peer, sdp }, ANSWER_PATIENCE_MS);
  }

  /** ICE restart of both connections. Needs no socket: media is back as soon as the network is. */
  private async mend(): Promise<void> {
    if (this.over || this.busy || !this.connections || !this.peer) return;
    this.attempts.stop();
    this.busy = true;
    let usable = true;
    try {
      this.restartedAt = performance.now();
      this.untold = await this.connections.restart(this.isLean && this.overUdp && this.attempts.failed < 2);
    } catch {
      usable = false; // the browser has given these connections up
    } finally {
      this.busy = false;
    }
    if (!usable) return this.renew();
    this.attempts.later();
    await this.tellRestart();
  }

  /** The server believes an address for good only once it knows the browser's new password. */
  private async tellRestart(): Promise<void> {
    clearTimeout(this.tellTimer);
    const { untold, peer } = this;
    if (!untold || !peer || link.peek() !== 'online') return; // `resume` comes back to it
    try {
      await ask('call:restarted', { room: this.hooks.request().room, peer, ...untold }, ANSWER_PATIENCE_MS);
      if (this.untold === untold) this.untold = null;
    } catch (error) {
      if (this.over || this.untold !== untold) return;
      const { code } = error instanceof Refusal ? error : { code: '' };
      // The part has no media on the server: begin anew, under the same name.
      if (code === 'not_found') await this.renew();
      else if (PASSING.includes(code)) this.tellTimer = setTimeout(() => void this.tellRestart(), TELL_AGAIN_MS);
    }
  }

  private changed(health: Health): void {
    if (this.over || health === 'new') return;
    this.attempts.stop();
    if (health === 'connected') {
      this.silent = this.doubted = false;
      this.silence.rest(performance.now());
      this.attempts.rest();
      this.side.carry(null);
      this.settle();
      // Media is through, so the network is back, whatever the socket believes; and it may wait in a long back-off.
      if (link.peek() !== 'online') connectSoon();
      return;
    }
    this.settle();
    this.attempts.watch(this.silent ? WEB_AFTER_SILENCE_MS : undefined);
    if (health !== 'failed') this.attempts.soon();
    else if (performance.now() - this.restartedAt > RESTARTED_LATELY_MS) void this.mend();
    else this.attempts.later();
  }

  private settle(): void {
    this.way.value = this.health === 'connected' ? 'media' : this.side.isCarrying ? 'web' : 'none';
  }
}
