/** A part of the page that only some people need: its code comes when it is first shown. */

import { signal } from '@preact/signals';
import { createElement, type ComponentType, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { Problem } from './refused';

const AGAIN_MS = 5_000;

/** Not left to the focus: that would push the page's name under the bar. */
export function focusPage(): void {
  scrollTo(0, 0);
  document.getElementById('content')?.focus({ preventScroll: true });
}

const Coming = (): VNode => <p class="empty">{t('app.loading')}</p>;

/** `Meanwhile` stands in its place until then, and takes why it does not come. */
export function later<Props extends object>(
  fetchIt: () => Promise<ComponentType<Props>>,
  Meanwhile: ComponentType<{ trouble: VNode | null }> = ({ trouble }) => trouble ?? <Coming />,
): ComponentType<Props> {
  const part = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  const fetchPart = async (): Promise<void> => {
    try {
      part.value ??= await fetchIt();
    } catch {
      failed.value = true;
      setTimeout(() => void fetchPart(), AGAIN_MS);
    }
  };
  return function Later(props: Props): VNode {
    const waited = useRef(false);
    useEffect(() => void fetchPart(), []);
    const Part = part.value;
    // A new page takes the focus: when it was what stood here meanwhile that had it, what comes takes it over.
    const heir = Part !== null && waited.current && document.activeElement?.id === 'content';
    waited.current = Part === null;
    useEffect(() => {
      if (heir) focusPage();
    }, [heir]);
    if (Part) return createElement(Part, props) as VNode;
    // Loaded anew, the page is that of the version which the server has now: it may no longer have this one's parts.
    return <Meanwhile trouble={failed.value ? <Problem sentence={t('error.unreachable')} again={() => location.reload()} /> : null} />;
  };
}
