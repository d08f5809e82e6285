/** Broken glass and the heads of the audit trail, as the server tells them. */

import type { Named } from './account';
import type { FullMessage } from './room';

export interface GlassRoom {
  readonly room: string;
  readonly mentor: Named;
  readonly mentee: Named;
  readonly supervisor: Named;
  readonly breakable: boolean;
}

export interface GlassAccess {
  readonly id: string;
  readonly room: string;
  readonly motive: string;
  readonly sentence: string;
  readonly opened_at: string;
  readonly expires_at: string;
  readonly tell_at: string;
  readonly mine: boolean;
  readonly reader?: Named;
  readonly told_at?: string;
}

export interface GlassDeferral {
  readonly id: string;
  readonly room: string;
  readonly by: Named;
  readonly reason: string;
  readonly sentence: string;
  readonly made_at: string;
  readonly until: string;
}

export interface GlassOverview {
  readonly rooms: readonly GlassRoom[];
  readonly accesses: readonly GlassAccess[];
  readonly deferrals: readonly GlassDeferral[];
}

export interface GlassMessages {
  readonly messages: readonly FullMessage[];
  readonly more: boolean;
}

export interface TrailHead {
  readonly head: string;
  readonly day?: string;
  readonly at?: string;
}

export interface TrailHeads {
  readonly now?: TrailHead;
  readonly days: readonly (TrailHead & { readonly day: string })[];
}
