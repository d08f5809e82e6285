/** Ways in, and what staff keep of a person, named as docs/protocol.md names them. */

import type { Language, Role } from './account';

export interface Welcome {
  organisation: string;
  name: string;
  role: Role;
  language: Language;
  login: string;
  purpose: 'device' | 'password' | 'reset';
}

export interface Issued {
  purpose: 'device' | 'password' | 'reset';
  link: string;
  qr: { path: string; size: number };
  until: string;
  code?: string;
}

export interface Person {
  id: string;
  login: string;
  name: string;
  role: Role;
  language: Language;
  zone: string;
  state: 'closed' | 'in' | 'invited' | 'not_delivered' | 'none';
  password: boolean;
  version: number;
  devices: { id: string; system: string; browser: string; since: string; bound: boolean; pin: boolean; used_on?: string }[];
  email?: string;
  phone?: string;
  birth_date?: string;
  invitation?: {
    purpose: string;
    state: 'open' | 'used' | 'revoked' | 'expired';
    at: string;
    until: string;
    way?: string;
    delivery?: string;
    failure?: string;
  };
}
