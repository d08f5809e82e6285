/** Second factors, passkeys and devices, named as docs/protocol.md names them. */

import type { Me } from './account';

/** The second factor that a sign-in waits for: one that there is, or one to be set up. */
export interface Asked {
  state: 'asked' | 'set_up';
  totp: boolean;
  passkey: boolean;
  recovery: boolean;
}

/** Somebody is signed in; or a second factor is asked for, until `expires_at`. */
export interface SignedIn extends Partial<Me> {
  expires_at: string;
  second_factor?: Asked;
  recovery_codes?: string[];
}

export interface TotpOffer {
  secret: string;
  qr: string;
  size: number;
  sealed: string;
}

export interface PasskeyAnswer {
  id: string;
  client_data: string;
  attestation?: string;
  authenticator_data?: string;
  signature?: string;
}

/** That one is there now: exactly one of them. */
export interface Proof {
  password?: string;
  code?: string;
  passkey?: PasskeyAnswer;
}

export interface SecondFactors {
  totp: boolean;
  passkeys: readonly { id: string; created_at: string; used_on: string }[];
  recovery_left: number;
  required: boolean;
  password: boolean;
}

/** One place where one is signed in. */
export interface Device {
  id: string;
  system: string;
  browser: string;
  since: string;
  here: boolean;
  used_on?: string;
}
