/** The frame of the pages at the door: who comes in, by whatever way. */

import type { ComponentChildren, VNode } from 'preact';
import { Header } from './header';
import { Shelter } from './mark';

interface Props {
  title: string;
  lead?: string | false;
  children: ComponentChildren;
}

export const Door = ({ title, lead, children }: Props): VNode => (
  <div class="page signin">
    <Header />
    <main id="content" class="signin-main" tabIndex={-1}>
      <div class="welcome">
        <Shelter />
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      <div class="card signin-card">{children}</div>
    </main>
  </div>
);
