/** A list of words, phrases or rules: one field each, with one more to add. */

import type { VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { Icon } from '../shell/icons';
import { at, Said, type Problem } from './problem';

interface Props {
  title: string;
  why: string;
  name: string;
  lines: readonly string[];
  problem: Problem | null;
  onChange: (lines: string[]) => void;
}

export function Lines({ title, why, name, lines, problem, onChange }: Props): VNode {
  const id = useId();
  const box = useRef<HTMLElement>(null);
  const change = (index: number, value: string): void => onChange(lines.map((line, i) => (i === index ? value : line)));
  const add = (): void => {
    onChange([...lines, '']);
    setTimeout(() => [...(box.current?.querySelectorAll('input') ?? [])].at(-1)?.focus());
  };
  const remove = (index: number): void => {
    onChange(lines.filter((_, i) => i !== index));
    setTimeout(() => box.current?.querySelector<HTMLElement>('.add')?.focus());
  };
  return (
    <section class="card" aria-labelledby={`${id}-title`} ref={box}>
      <h2 id={`${id}-title`}>{title}</h2>
      <p class="hint">{why}</p>
      <ul class="lines">
        {lines.map((line, index) => {
          const wrong = at(problem, `${name}[${index}]`);
          return (
            <li key={index}>
              <span class="line">
                <input
                  value={line}
                  aria-label={t('rules.line', { title, count: index + 1 })}
                  aria-invalid={wrong ? 'true' : undefined}
                  aria-describedby={wrong ? `${id}-${index}` : undefined}
                  data-field={`${name}[${index}]`}
                  autocomplete="off"
                  onInput={(event) => change(index, event.currentTarget.value)}
                />
                <button type="button" class="icon-button" aria-label={t('rules.remove', { what: line || String(index + 1) })} onClick={() => remove(index)}>
                  <Icon name="close" />
                </button>
              </span>
              <Said id={`${id}-${index}`} sentence={wrong} />
            </li>
          );
        })}
      </ul>
      <button type="button" class="quiet-button add" onClick={add}>
        <Icon name="plus" />
        {t('rules.add')}
      </button>
    </section>
  );
}
