/** Passkeys in the browser (W3C Web Authentication): options and answers in JSON, as the server has them. */

import { remember } from '../shell/memory';
import { Declined } from '../shell/refused';
import { http } from '../wire/http';
import type { PasskeyAnswer, SignedIn } from '../wire/security';

interface OptionsJson {
  challenge: string;
  timeout?: number;
  rpId?: string;
  rp?: { id: string; name: string };
  user?: { id: string; name: string; displayName: string };
  pubKeyCredParams?: PublicKeyCredentialParameters[];
  excludeCredentials?: { id: string; type: 'public-key' }[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  userVerification?: UserVerificationRequirement;
}

type Asking = { public_key: OptionsJson };

/** Signs in, whoever's passkey it is. With `offered`, the browser proposes those it knows beside the name's field. */
export async function signInWithPasskey(offered?: AbortSignal): Promise<SignedIn> {
  const options = await http<Asking>('POST', 'session/passkey/options');
  const passkey = await answer(options, offered);
  const signedIn = await http<SignedIn>('POST', 'session/passkey', { passkey });
  remember('passkey', 'yes');
  return signedIn;
}

/** A new passkey of this device; `path` is where the server gives its options. */
export async function makePasskey(path: string): Promise<PasskeyAnswer> {
  const { public_key: told } = await http<Asking>('POST', path);
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: bytes(told.challenge),
    rp: told.rp!,
    user: { ...told.user!, id: bytes(told.user!.id) },
    pubKeyCredParams: told.pubKeyCredParams!,
    excludeCredentials: (told.excludeCredentials ?? []).map(({ id }) => ({ id: bytes(id), type: 'public-key' })),
    ...(told.timeout === undefined ? {} : { timeout: told.timeout }),
    ...(told.authenticatorSelection ? { authenticatorSelection: told.authenticatorSelection } : {}),
    attestation: 'none',
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const response = made.response as AuthenticatorAttestationResponse;
  remember('passkey', 'yes');
  return { id: text(made.rawId), client_data: text(response.clientDataJSON), attestation: text(response.attestationObject) };
}

/** What proves that one is there. */
export async function proveByPasskey(): Promise<PasskeyAnswer> {
  return answer(await http<Asking>('POST', 'second-factors/challenge'));
}

async function answer({ public_key: told }: Asking, offered?: AbortSignal): Promise<PasskeyAnswer> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytes(told.challenge),
    userVerification: 'required',
    ...(told.rpId === undefined ? {} : { rpId: told.rpId }),
    ...(told.timeout === undefined || offered ? {} : { timeout: told.timeout }),
  };
  const used = await asked(() =>
    navigator.credentials.get({ publicKey, ...(offered ? { mediation: 'conditional', signal: offered } : {}) }),
  );
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    id: text(used.rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
  };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const given = await ask();
    if (given) return given as PublicKeyCredential;
  } catch {
    // Declined, timed out, or made already: the browser has said so itself.
  }
  throw new Declined();
}

function bytes(base64url: string): ArrayBuffer {
  const plain = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
