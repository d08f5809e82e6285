/** The table by category and direction, in sentences, and what the association says otherwise. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t, tOr, type Key } from '../locales/text';
import type { Action, OwnRules, RulePart } from '../wire/rules';
import { within, type Problem } from './problem';
import { conditionSentence, ruleSentence } from './sentence';
import { ACTIONS, adapted, CATEGORIES, conditionOf, floorOf, keyOf, partOf, ruleOf, STAGES, WAYS, withPart, type Way } from './table';

interface Props {
  rules: OwnRules;
  problem: Problem | null;
  onChange: (rules: OwnRules) => void;
}

export function PolicySection({ rules, problem, onChange }: Props): VNode {
  return (
    <section class="card" aria-labelledby="policy-table-title">
      <h2 id="policy-table-title">{t('policy.title')}</h2>
      <p class="hint">{t('policy.why')}</p>
      <div class="policy">
        {CATEGORIES.map((category) => (
          <Category key={category} category={category} rules={rules} problem={problem} onChange={onChange} />
        ))}
      </div>
    </section>
  );
}

function Category({ category, rules, problem, onChange }: Props & { category: string }): VNode {
  const parts = Object.entries(rules.policy?.[category] ?? {});
  const changing = useSignal<{ way: Way; key: string } | null>(null);
  const wrong = within(problem, `policy.${category}`);
  return (
    <details class="policy-category" open={wrong || undefined}>
      <summary>
        <span class="policy-name">{tOr(`category.${category}`, 'category.other')}</span>
        {parts.length > 0 && <span class="tag">{t('policy.changed')}</span>}
      </summary>
      {wrong && (
        <p class="problem" role="alert">
          {problem?.sentence}
        </p>
      )}
      <ul class="policy-ways">
        {WAYS.map((way) => {
          const own = parts.filter(([key]) => conditionOf(key).way === way);
          return (
            <li key={way}>
              <p>
                <strong>{t(`way.${way}` as Key)}</strong>
                <span>{ruleSentence(ruleOf(category, way))}</span>
                <button type="button" class="quiet-button" aria-label={t('policy.change_what', { what: t(`way.${way}` as Key) })} onClick={() => (changing.value = { way, key: way })}>
                  {t('policy.change')}
                </button>
              </p>
              {own.map(([key, part]) => (
                <p key={key} class="policy-own">
                  <strong>{t('policy.here', { when: conditionSentence(conditionOf(key)) })}</strong>
                  <span>{ruleSentence(adapted(category, way, part))}</span>
                  <button type="button" class="quiet-button" aria-label={t('rules.remove', { what: conditionSentence(conditionOf(key)) })} onClick={() => onChange(withPart(rules, category, key, null))}>
                    {t('policy.take_away')}
                  </button>
                </p>
              ))}
              {changing.value?.way === way && (
                <Change
                  category={category}
                  way={way}
                  rules={rules}
                  onClose={() => (changing.value = null)}
                  onChange={(next) => {
                    onChange(next);
                    changing.value = null;
                  }}
                />
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

const SWITCHES = ['flag', 'alert', 'freeze', 'help'] as const;

interface ChangeProps {
  category: string;
  way: Way;
  rules: OwnRules;
  onClose: () => void;
  onChange: (rules: OwnRules) => void;
}

function Change({ category, way, rules, onClose, onChange }: ChangeProps): VNode {
  const stage = useSignal('');
  const under = useSignal(0);
  const key = keyOf({ way, stage: stage.value, under: under.value });
  const wanted = useSignal<RulePart>(rules.policy?.[category]?.[way] ?? {});
  const id = useId();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const rule = adapted(category, way, wanted.value);
  const floor = floorOf(category, way, rule.severity);
  const set = (part: RulePart): void => void (wanted.value = { ...wanted.peek(), ...part });
  const bound = floor.actions.length < ACTIONS.length || floor.severity > 0 || floor.flag;
  return (
    <div class="policy-change" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <div class="side-by-side">
        <p class="field">
          <label for={`${id}-action`}>{t('policy.what')}</label>
          <select id={`${id}-action`} ref={first} value={rule.action} onChange={(event) => set({ action: event.currentTarget.value as Action })}>
            {ACTIONS.map((action) => (
              <option key={action} value={action} disabled={!floor.actions.includes(action)}>
                {t(`policy.action.${action}` as Key)}
              </option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for={`${id}-severity`}>{t('policy.severity')}</label>
          <select id={`${id}-severity`} value={String(rule.severity)} onChange={(event) => set({ severity: Number(event.currentTarget.value) })}>
            {[0, 1, 2, 3, 4].map((level) => (
              <option key={level} value={String(level)} disabled={level < floor.severity}>
                {level === 0 ? t('policy.nothing') : `${level} · ${t(`severity.${level}` as Key)}`}
              </option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for={`${id}-stage`}>{t('policy.stage')}</label>
          <select id={`${id}-stage`} value={stage.value} onChange={(event) => (stage.value = event.currentTarget.value)}>
            <option value="">{t('policy.always')}</option>
            {STAGES.map((each) => (
              <option key={each} value={each}>
                {t(`stage.${each}` as Key)}
              </option>
            ))}
          </select>
        </p>
        <p class="field">
          <label for={`${id}-under`}>{t('policy.under_label')}</label>
          <input
            id={`${id}-under`}
            type="number"
            min={0}
            max={25}
            value={under.value || ''}
            onInput={(event) => (under.value = Math.min(99, Math.max(0, Math.trunc(Number(event.currentTarget.value) || 0))))}
          />
        </p>
      </div>
      <div class="policy-switches">
        {SWITCHES.map((name) => (
          <p key={name} class="field field-check">
            <label>
              <input
                type="checkbox"
                checked={rule[name]}
                disabled={name !== 'freeze' && floor[name]}
                onChange={(event) => set({ [name]: event.currentTarget.checked })}
              />{' '}
              {t(`policy.switch.${name}` as Key)}
            </label>
          </p>
        ))}
      </div>
      {bound && <p class="notice">{t(floor.actions.length < ACTIONS.length ? 'policy.floor_told' : 'policy.floor_critical')}</p>}
      <p class="decision-acts">
        <button type="button" class="button" onClick={() => onChange(withPart(rules, category, key, partOf(category, way, rule)))}>
          {t('policy.keep')}
        </button>
        <button type="button" class="button button-plain" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </div>
  );
}
