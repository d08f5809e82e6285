import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';

/** By a word and by a shape with more corners the graver it is; colour only repeats it. */
export const Severity = ({ level }: { level: number }): VNode => (
  <span class={`severity severity-${level}`}>
    <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {level <= 1 && <circle cx="10" cy="10" r="6" />}
      {level === 2 && <path d="M10 2.5 17.5 10 10 17.5 2.5 10Z" />}
      {level === 3 && <path d="M10 2.5 18.5 17h-17Z" />}
      {level >= 4 && <path d="M6.3 1.5h7.4l4.8 4.8v7.4l-4.8 4.8H6.3l-4.8-4.8V6.3Z" />}
    </svg>
    {t(`severity.${Math.min(4, Math.max(1, level))}` as Key)}
  </span>
);
