/** News about one's own account or pair, named as docs/protocol.md names it. */

export interface Notice {
  id: string;
  kind: string;
  facts: Readonly<Record<string, string | number | boolean>>;
  at: string;
  seen_at?: string;
}
