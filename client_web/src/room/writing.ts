/** Writing a message: what the composer and the box that changes one share. */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const LIMIT = 4_000; // code points, as docs/protocol.md says

/** How many code points may still be added; below zero it is too long. */
export const leftFor = (text: string): number => LIMIT - [...text].length;

/** For a text area that is as high as what is written in it. */
export function useGrowingArea(text: string): RefObject<HTMLTextAreaElement | null> {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);
  return field;
}

/** On a touch screen Enter makes a new line, as people there expect, and the button sends. */
export const hasKeyboard = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches;

export const meansToSend = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && !event.shiftKey && !event.isComposing && hasKeyboard();
