/** How people are reached, named as docs/protocol.md names it. */

export type Channel = 'push' | 'mail' | 'sms';
export const CHANNELS: readonly Channel[] = ['push', 'mail', 'sms'];

export interface ChannelState {
  there: boolean;
  on: boolean;
  at?: string;
}

export interface Quiet {
  start: string;
  end: string;
}

export interface Tried {
  at: string;
  state: 'waiting' | 'sent' | 'failed' | 'dropped';
  attempts: readonly { channel: Channel; result: 'sending' | 'sent' | 'failed' | 'unknown'; reason?: string }[];
  reason?: string;
}

export interface MyReach extends Record<Channel, ChannelState> {
  zone: string;
  must: boolean;
  devices: readonly { id: string; since: string; here: boolean }[];
  push_key: string;
  quiet: Quiet | null;
  shown_phone?: string;
  why?: string;
  tried?: Tried;
}

export interface Contact {
  id: string;
  name: string;
  works_for: string;
  language: 'fr' | 'en';
  email?: string;
  phone?: string;
}

export interface Professional {
  id: string;
  name: string;
  role: string;
  channels: readonly Channel[];
}

export type Young = Record<Channel, boolean>;
