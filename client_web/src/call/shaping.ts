/**
 * The server's answer for *up*, rewritten for what the line carries now. A browser obeys the description that it believes
 * to come from the other end: rate, length and repair of its voice packets change at once, and no server is asked.
 * Pure.
 */

import type { Voice } from '../wire/call';

const LEAN_KBPS = 10; // from here down a header extension costs as much as a tenth of the voice
const LEANEST: Voice = { kbps: 6, ptime: 60, red: false, dtx: true, fec: true };

export const isLean = ({ kbps }: Voice): boolean => kbps <= LEAN_KBPS;

/** The voice while the line suffers and the server cannot be heard. One that is lean stays: it may be sent twice because
 * the line loses. `once`: but the line has no room for that. */
export const leaned = (voice: Voice, once: boolean): Voice => (isLean(voice) ? { ...voice, red: voice.red && !once } : LEANEST);

export function shapeAnswer(sdp: string, voice: Voice): string {
  return sections(sdp)
    .map((section) => (section[0]?.startsWith('m=audio ') ? shapeSection(section, voice) : section))
    .flat()
    .concat('')
    .join('\r\n');
}

/** The lines of a description: of the session, then of each `m=`. */
function sections(sdp: string): string[][] {
  const found: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith('m=')) found.push([]);
    if (line) found.at(-1)!.push(line);
  }
  return found;
}

function shapeSection(lines: readonly string[], voice: Voice): string[] {
  const opus = payloadType(lines, 'opus');
  if (opus === null) return [...lines]; // refused, or not a voice that we know
  const red = payloadType(lines, 'red');
  const [media, ...rest] = lines;
  const shaped = rest.filter(
    (line) =>
      !/^a=(ptime|maxptime):/.test(line) &&
      !(line.startsWith(`a=fmtp:${opus} `)) &&
      !(red !== null && !voice.red && concerns(line, red)) &&
      !(isLean(voice) && line.startsWith('a=extmap:')),
  );
  const at = shaped.findIndex((line) => line.startsWith(`a=rtpmap:${opus} `));
  const before = rest.find((line) => line.startsWith(`a=fmtp:${opus} `))?.slice(`a=fmtp:${opus} `.length) ?? '';
  shaped.splice(at + 1, 0, `a=fmtp:${opus} ${parameters(before, voice)}`);
  return [order(media!, opus, red, voice.red), ...shaped, `a=ptime:${voice.ptime}`, `a=maxptime:${voice.ptime}`];
}

function payloadType(lines: readonly string[], codec: string): string | null {
  for (const line of lines) {
    const [, number, name] = /^a=rtpmap:(\d+) (\w+)\/48000/.exec(line) ?? [];
    if (name?.toLowerCase() === codec) return number!;
  }
  return null;
}

const concerns = (line: string, type: string): boolean =>
  ['rtpmap', 'fmtp', 'rtcp-fb'].some((name) => line.startsWith(`a=${name}:${type} `));

/** RFC 7587 section 6.1; `ptime` and `maxptime` stand here too because that is where Firefox looks for them. */
function parameters(before: string, { kbps, ptime, dtx, fec }: Voice): string {
  const wanted = new Map(before.split(';').flatMap((pair) => {
    const [name, value] = pair.trim().split('=');
    return name && value !== undefined ? [[name, value] as const] : [];
  }));
  wanted.set('minptime', String(Math.min(10, ptime)));
  wanted.set('ptime', String(ptime));
  wanted.set('maxptime', String(ptime));
  wanted.set('maxaveragebitrate', String(kbps * 1_000));
  wanted.set('usedtx', dtx ? '1' : '0');
  wanted.set('useinbandfec', fec ? '1' : '0');
  // A line without room to spare has none for peaks either; with DTX the pauses pay for them.
  if (kbps <= LEAN_KBPS && !dtx) wanted.set('cbr', '1');
  else wanted.delete('cbr');
  return [...wanted].map(([name, value]) => `${name}=${value}`).join(';');
}

/** The first format is the one that is sent. */
function order(media: string, opus: string, red: string | null, redundant: boolean): string {
  const [kind, port, protocol, ...formats] = media.split(' ');
  const others = formats.filter((format) => format !== opus && format !== red);
  const first = red !== null && formats.includes(red) && redundant ? [red, opus] : [opus];
  return [kind, port, protocol, ...first, ...others].join(' ');
}
