/** The frame of a page: the bar with the way back, what is wrong with the line, the way back to a call, the page's name. */

import type { ComponentChildren, VNode } from 'preact';
import { InCallBar } from '../home/in_call_bar';
import { Header, LinkNotice } from './header';
import { useTitle } from './title';

interface Props {
  title: string;
  /** Classes of its own look. */
  kind?: string;
  children: ComponentChildren;
}

export function Page({ title, kind, children }: Props): VNode {
  useTitle(title);
  return (
    <div class="page">
      <Header back />
      <main id="content" class={kind ? `page-main ${kind}` : 'page-main'} tabIndex={-1}>
        <LinkNotice />
        <InCallBar />
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
