/** All that this page knows of each room, kept up to date from the socket. */

import { computed, effect, signal, type ReadonlySignal, untracked } from '@preact/signals';
import { home, loadHome, me } from '../session/session';
import type { CallPaused, CallPerson, Whisper } from '../wire/call';
import { ask, connectNow, cursorsFrom, link, on, onOnline } from '../wire/link';
import type { Mark, Member, RoomCard } from '../wire/room';
import { appealHeard } from './mending';
import { changes, emptyLog, entryOf, hasGap, live, page, snapshot, type Entry, type Log } from './log';

const PAGE = 40; // messages: two screens of a phone
const GAP_PATIENCE_MS = 250; // the missing change is usually just behind
const LIVE_FADES_MS = 11_000; // the server forgets a line after ten seconds of silence
const TYPING_FADES_MS = 6_000; // a "stops typing" may be lost with its connection

export interface Coming {
  id: string;
  name: string;
  at: number;
}

export class Room {
  readonly card = signal<RoomCard | null>(null);
  readonly log = signal<Log>(emptyLog);
  readonly marks = signal<ReadonlyMap<number, Mark>>(new Map());
  readonly present = signal<readonly { seat: number; since: number }[]>([]);
  readonly typing = signal<readonly number[]>([]);
  /** What others are writing in the call, by seat. */
  readonly live = signal<ReadonlyMap<number, string>>(new Map());
  /** What of these lines was read aloud: a message of the same words is not read again. */
  readonly readAloud = new Map<number, string>();
  readonly inCall = signal<readonly CallPerson[]>([]);
  /** A professional who has announced themselves, and from when on (of this page's clock) they may come in. */
  readonly coming = signal<Coming | null>(null);
  /** Why the call waits, while it does. */
  readonly waits = signal<CallPaused | null>(null);
  readonly loadingOlder = signal(false);
  /** What the two adults wrote each other aside. */
  readonly asides = signal<readonly Whisper[]>([]);

  readonly mySeat = computed(() => this.memberOf(me.value?.account.id)?.seat ?? null);
  readonly others = computed(() => (this.card.value?.members ?? []).filter((member) => member.seat !== this.mySeat.value));
  /** The other one of the pair; for a professional, both. */
  readonly partners = computed(() => this.others.value.filter((member) => member.role !== 'supervisor'));
  readonly staffHere: ReadonlySignal<Member[]> = computed(() =>
    this.others.value.filter(
      (member) => member.role === 'supervisor' && this.present.value.some(({ seat }) => seat === member.seat),
    ),
  );
  readonly unread = computed(() => this.countUnread());
  /** Staff see a room only between entering it and leaving it. */
  readonly entered = signal(false);

  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly writing = new Map<number, ReturnType<typeof setTimeout>>();
  private readonly fading = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(readonly number: number) {}

  member(seat: number): Member | undefined {
    return this.card.value?.members.find((member) => member.seat === seat);
  }

  memberOf(account: string | undefined): Member | undefined {
    return this.card.value?.members.find((member) => member.account === account);
  }

  isPresent(seat: number): boolean {
    return this.present.value.some((person) => person.seat === seat);
  }

  take(card: RoomCard): void {
    this.card.value = card;
    // A room in which nothing was ever said is left out of room:sync.
    if (card.upto === 0 && this.log.peek().cursor === null) this.log.value = snapshot(this.log.peek(), [], 0, false);
    for (const mark of card.marks) this.mark(mark);
    for (const { seq, ...state } of card.appeals ?? []) appealHeard(card.number, seq, state);
  }

  mark({ seat, delivered, seen }: Mark): void {
    const before = this.marks.peek().get(seat);
    const marks = new Map(this.marks.peek());
    marks.set(seat, {
      seat,
      delivered: Math.max(before?.delivered ?? 0, delivered, seen),
      seen: Math.max(before?.seen ?? 0, seen),
    });
    this.marks.value = marks;
  }

  heard(entry: Entry): void {
    this.log.value = live(this.log.peek(), entry);
    this.sees(entry.seat, false);
    if (hasGap(this.log.peek()) && this.gapTimer === undefined) {
      this.gapTimer = setTimeout(() => {
        this.gapTimer = undefined;
        if (hasGap(this.log.peek())) void this.fetchMissing();
      }, GAP_PATIENCE_MS);
    }
  }

  /** `fresh`: from scratch; otherwise what came after the cursor. */
  synced(entries: readonly Entry[], upto: number, more: boolean, fresh: boolean): void {
    this.log.value = fresh ? snapshot(this.log.peek(), entries, upto, more) : changes(this.log.peek(), entries, upto);
    if ((!fresh && more) || hasGap(this.log.peek())) void this.fetchMissing();
  }

  async fetchMissing(): Promise<void> {
    try {
      for (let more = true; more; ) {
        const after = this.log.peek().cursor ?? 0;
        const answer = await ask('chat:history', { room: this.number, after, limit: 200 });
        this.log.value = changes(this.log.peek(), answer.messages.map(entryOf), answer.upto);
        more = answer.more && answer.upto > after;
      }
    } catch {
      // The connection went: what is missing comes with the next room:sync.
    }
  }

  async fetchOlder(): Promise<void> {
    const { floor } = this.log.peek();
    if (floor === 0 || this.loadingOlder.peek()) return;
    this.loadingOlder.value = true;
    try {
      const answer = await ask('chat:history', { room: this.number, before: floor, limit: PAGE });
      if (this.log.peek().floor === floor) this.log.value = page(this.log.peek(), answer.messages.map(entryOf), answer.more);
    } catch {
      // Scrolling again asks again.
    } finally {
      this.loadingOlder.value = false;
    }
  }

  sees(seat: number, typing: boolean): void {
    clearTimeout(this.fading.get(seat));
    const rest = this.typing.peek().filter((other) => other !== seat);
    if (typing) this.fading.set(seat, setTimeout(() => this.sees(seat, false), TYPING_FADES_MS));
    if (typing || rest.length !== this.typing.peek().length) this.typing.value = typing ? [...rest, seat] : rest;
  }

  writes(seat: number, text: string): void {
    clearTimeout(this.writing.get(seat));
    const lines = new Map(this.live.peek());
    lines.delete(seat);
    if (text) {
      lines.set(seat, text);
      this.writing.set(seat, setTimeout(() => this.writes(seat, ''), LIVE_FADES_MS));
      this.sees(seat, false);
    }
    this.live.value = lines;
  }

  /** Each once, in their order. */
  aside(heard: readonly Whisper[]): void {
    const known = new Map([...this.asides.peek(), ...heard].map((one) => [one.id, one]));
    this.asides.value = [...known.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  async enter(): Promise<void> {
    const answer = await ask('room:enter', { room: this.number });
    this.entered.value = true;
    this.take(answer.room);
    this.synced(answer.messages.map(entryOf), answer.upto, answer.more, true);
  }

  async leave(): Promise<void> {
    this.entered.value = false;
    this.log.value = emptyLog;
    this.present.value = this.present.peek().filter(({ seat }) => seat !== this.mySeat.peek());
    try {
      await ask('room:leave', { room: this.number });
    } catch {
      // The server ends the visit by itself when the connection is gone.
    }
  }

  private countUnread(): number {
    const { entries, cursor } = this.log.value;
    const seen = this.marks.value.get(this.mySeat.value ?? -1)?.seen ?? 0;
    const before = this.card.value?.unread ?? 0;
    if (me.value?.account.role === 'supervisor') return 0;
    if (cursor === null) return before;
    const loaded = entries.filter((entry) => entry.seat !== this.mySeat.value && entry.changed > seen).length;
    const unseenAtLoad = seen === (this.card.value?.marks.find(({ seat }) => seat === this.mySeat.value)?.seen ?? 0);
    return unseenAtLoad ? Math.max(loaded, before) : loaded;
  }
}

export const rooms = signal<ReadonlyMap<number, Room>>(new Map());

/** The room of this number, made when it is named for the first time. */
export function roomOf(number: number): Room {
  const known = rooms.peek().get(number);
  if (known) return known;
  const made = new Room(number);
  rooms.value = new Map(rooms.peek()).set(number, made);
  return made;
}

/** The room under either of its names; undefined when it has never been named. */
export function roomNamed(name: number | string): Room | undefined {
  if (typeof name === 'number') return rooms.peek().get(name);
  return [...rooms.peek().values()].find((room) => room.card.peek()?.id === name);
}

/** What was told of rooms by their identifier before their cards were here. */
let early = new Map<number | string, ((room: Room) => void)[]>();

function told(name: number | string, act: (room: Room) => void): void {
  const room = roomNamed(name);
  if (room) act(room);
  else early.set(name, [...(early.get(name) ?? []), act]);
}

const instant = (value: string | number): number => (typeof value === 'number' ? value * 1000 : Date.parse(value));

effect(() => {
  const fresh = home.value;
  if (!fresh) return;
  // Once each: what a room was told since is newer, and changes its card.
  untracked(() => {
    for (const card of fresh.rooms) {
      const room = roomOf(card.number);
      room.take(card);
      for (const act of early.get(card.id) ?? []) act(room);
    }
    early = new Map();
  });
});

let owner: string | undefined;
effect(() => {
  const account = me.value?.account.id;
  if (me.value === undefined || account === owner) return;
  if (owner !== undefined) [rooms.value, early] = [new Map(), new Map()]; // another person, or nobody: nothing of the last one stays
  owner = account;
});

cursorsFrom(() => {
  const cursors: Record<string, number> = {};
  for (const room of rooms.peek().values()) {
    const { cursor } = room.log.peek();
    // A professional's rooms are not synced at connect: they enter again, visibly.
    if (cursor !== null && !room.entered.peek()) cursors[String(room.number)] = cursor;
  }
  return cursors;
});

onOnline(() => {
  for (const room of rooms.peek().values()) if (room.entered.peek()) void room.enter().catch(() => {});
});

effect(() => {
  if (link.value === 'online') return;
  for (const room of rooms.peek().values()) room.present.value = []; // who is there is not known now
});

on('room:sync', (rows) => {
  for (const [number, upto, more, messages] of rows) {
    const room = roomOf(number);
    room.synced(messages.map(entryOf), upto, more, room.log.peek().cursor === null);
  }
});
on('chat:message', ([number, ...message]) => roomOf(number).heard(entryOf(message)));
on('chat:appealed', ({ room, seq, ...state }) => told(room, ({ number }) => appealHeard(number, seq, state)));
on('chat:read', ({ room, ...mark }) => told(room, (named) => named.mark(mark)));
on('chat:live', ({ room, seat, text }) => told(room, (named) => named.writes(seat, text)));
on('chat:typing', ({ room, seat, typing }) => told(room, (named) => named.sees(seat, typing)));
on('call:people', ({ room, people }) =>
  told(room, (named) => {
    named.inCall.value = people;
    if (people.length === 0) named.waits.value = null; // a call that is over waits for nobody
    if (people.some(({ account }) => account === named.coming.peek()?.id)) named.coming.value = null;
  }),
);
on('supervise:announced', ({ room, by, wait_ms }) => {
  if (by.id !== me.peek()?.account.id) told(room, (named) => (named.coming.value = { ...by, at: performance.now() + wait_ms }));
});
on('supervise:withdrawn', ({ room, by }) =>
  told(room, (named) => {
    if (named.coming.peek()?.id === by.id) named.coming.value = null;
  }),
);
on('supervise:whispered', (whisper) => told(whisper.room, (named) => named.aside([whisper])));
on('call:paused', (paused) => told(paused.room, (named) => (named.waits.value = paused.why ? paused : null)));
on('room:rights', ({ room, member, state, writable, calls, paused, put_out }) => {
  const known = roomNamed(room);
  const card = known?.card.peek();
  if (known && card && member) known.card.value = { ...card, paused, put_out, calls: calls !== false, state, writable };
  if (state === 'paused' && member) void loadHome(); // it says why
  if (!known || !card || !member) void loadHome(); // a room that is new, or not one's own any more
});
on('notice:new', ({ kind }) => {
  if (kind !== 'person_left') return;
  void loadHome(); // by what name they are spoken of now
  connectNow(); // what they said is gone: the cursors tell which messages have changed
});
on('room:presence', ({ room, present }) =>
  told(room, (named) => {
    named.present.value = present.map(({ seat, since }) => ({ seat, since: instant(since) }));
    // Somebody who was never here before: a professional on their first visit.
    if (present.some(({ seat }) => !named.member(seat))) void loadHome();
  }),
);
