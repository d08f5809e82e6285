/** A code as it was typed; a wrong sign is noticed here, before it costs a round trip. See server/people/entry/codes.py. */

const ALPHABET = '23456789BCDFGHJKMNPQRSTVWXZ';
const WEIGHTS = [1, 2, 4, 5, 7, 8, 10, 11, 13];

export function readCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
  const places = [...code].map((sign) => ALPHABET.indexOf(sign));
  if (places.length !== WEIGHTS.length + 1 || places.includes(-1)) return null;
  const total = WEIGHTS.reduce((sum, weight, at) => sum + weight * places[at]!, places[WEIGHTS.length]!);
  return total % ALPHABET.length === 0 ? code : null;
}
