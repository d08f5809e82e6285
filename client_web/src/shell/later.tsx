/** A part of the page that only some people need: its code comes when it is first shown. */

import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';

const AGAIN_MS = 5_000;

export function later(fetchIt: () => Promise<ComponentType>): ComponentType {
  const part = signal<ComponentType | null>(null);
  const fetchPart = async (): Promise<void> => {
    try {
      part.value ??= await fetchIt();
    } catch {
      setTimeout(() => void fetchPart(), AGAIN_MS);
    }
  };
  return function Later(): VNode {
    useEffect(() => void fetchPart(), []);
    const Part = part.value;
    return Part ? <Part /> : <p class="empty">{t('app.loading')}</p>;
  };
}
