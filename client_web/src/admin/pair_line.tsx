/** A pair as one of a list, for staff: the two, and who follows them. */

import type { ComponentChildren, VNode } from 'preact';
import { t } from '../locales/text';
import { namesOfPair, type Two } from '../pairs/names';
import { Faces } from '../shell/mark';
import type { Named } from '../wire/account';

interface Props {
  pair: Two & { readonly supervisor: Named };
  href?: string;
  /** Under their names. */
  children?: ComponentChildren;
}

export function PairLine({ pair, href, children }: Props): VNode {
  const names = <strong>{namesOfPair(pair)}</strong>;
  return (
    <>
      <Faces
        of={[
          { name: pair.mentor.name, role: 'mentor' },
          { name: pair.mentee.name, role: 'mentee' },
        ]}
      />
      <span>
        {href ? <a href={href}>{names}</a> : names}
        <span class="fact">{t('admin.followed_by', { name: pair.supervisor.name })}</span>
        {children}
      </span>
    </>
  );
}
