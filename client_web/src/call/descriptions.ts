/**
 * Session descriptions as they travel. A browser's is six kilobytes, two seconds of a weak line, and most of it says
 * nothing to the server, an ICE-lite end that writes its own: `lean` leaves that out, `pack` deflates the rest.
 */

const MARK = 'z:';

// The server reads who we are, which codecs we have and under which numbers, and which way each section flows. It knows
// our address by where we come from, and tells itself which feedback and which header extensions it uses.
const NOT_NEEDED = /^a=(candidate|end-of-candidates|rtcp:|rtcp-fb|rtcp-xr|msid|msid-semantic|ice-options|extmap-allow-mixed)/;
const EXTENSION = /^a=extmap:/;
const EXTENSION_READ = /(ssrc-audio-level|sdes:mid)/;
const OF_A_STREAM = /^a=ssrc:\d+ (?!cname:)/;
const ONCE = /^a=(ice-ufrag|ice-pwd|fingerprint|setup):/;

/** What the server needs of `sdp`; as good as the whole for it. Pure. */
export function lean(sdp: string): string {
  const section = { number: 0 };
  const kept = sdp.split('\r\n').filter((line) => {
    if (line.startsWith('m=')) section.number++;
    if (NOT_NEEDED.test(line) || OF_A_STREAM.test(line)) return false;
    if (EXTENSION.test(line)) return EXTENSION_READ.test(line);
    return section.number < 2 || !ONCE.test(line); // all sections are in one bundle: the first speaks for them
  });
  return kept.join('\r\n');
}

/** For the wire: packed where the browser can, and then what comes back is packed too. */
export async function pack(sdp: string): Promise<string> {
  const text = lean(sdp);
  if (!('CompressionStream' in globalThis)) return text;
  let stream: ReadableStream<Uint8Array>;
  try {
    stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  } catch {
    return text; // an older browser, without this kind
  }
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return MARK + btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export async function unpack(text: string): Promise<string> {
  if (!text.startsWith(MARK)) return text;
  const bytes = Uint8Array.from(atob(text.slice(MARK.length).replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
}
