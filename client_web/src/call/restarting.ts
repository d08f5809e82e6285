/**
 * The server's descriptions, rewritten for an ICE restart that the server is not asked for (docs/decisions/0142). Pure.
 *
 * An end that only answers checks needs nothing of a new one but its own password, which stays. A browser takes another
 * user fragment for a restart, and the server takes ours with a number behind it for its own.
 */

const MOST_CANDIDATES = 64;

/** `generation` counts the restarts of a connection, from 0. `udpOnly`: without candidates of TCP. */
export function regenerate(sdp: string, generation: number, udpOnly = false): string {
  let candidates = 0;
  return sdp
    .split('\r\n')
    .filter((line) => !(udpOnly && /^a=candidate:\S+ \d+ tcp /i.test(line)))
    .map((line) => {
      if (generation > 0 && line.startsWith('a=ice-ufrag:')) return line + generation;
      if (generation > 0 && line.startsWith('o=')) return version(line, generation);
      return line.startsWith('a=candidate:') ? ranked(line, generation, (candidates += 1)) : line;
    })
    .join('\r\n');
}

/** The version of a description grows with each (RFC 8829 section 5.2.2). */
function version(line: string, generation: number): string {
  const parts = line.split(' ');
  parts[2] = `${Number(parts[2]) + generation}`;
  return parts.join(' ');
}

/**
 * Lower priorities than any of the browser's own, so that these decide between two paths (RFC 8445 section 6.1.2.3): later
 * restarts go first, then whatever the server put first. Else a path that is dead would be kept for seconds because it was
 * once the better one.
 */
function ranked(line: string, generation: number, position: number): string {
  const parts = line.split(' ');
  parts[3] = `${(generation + 1) * MOST_CANDIDATES - Math.min(position, MOST_CANDIDATES - 1)}`;
  return parts.join(' ');
}

/** What the browser calls itself in a description of its own. */
export function credentialsOf(sdp: string): { ufrag: string; pwd: string } {
  const [, ufrag = ''] = /^a=ice-ufrag:(\S+)/m.exec(sdp) ?? [];
  const [, pwd = ''] = /^a=ice-pwd:(\S+)/m.exec(sdp) ?? [];
  return { ufrag, pwd };
}
