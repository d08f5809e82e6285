/** How often a rule was found to be wrong, and how often two professionals come to the same decision. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { dayOf } from '../locales/moments';
import { language } from '../locales/language';
import { t, tOr } from '../locales/text';
import { refusedBecause } from '../shell/refused';
import type { Agreement, RuleTable } from '../wire/flag';
import { http } from '../wire/http';

const percent = (share: number): string => new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 0 }).format(share);
const decimal = (value: number): string => new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }).format(value);

export function Figures(): VNode {
  const agreement = useSignal<Agreement | null>(null);
  const table = useSignal<RuleTable | null>(null);
  const problem = useSignal('');
  useEffect(() => {
    Promise.all([http<Agreement>('GET', 'flags/agreement'), http<RuleTable>('GET', 'flags/rules')]).then(
      ([agreed, rules]) => {
        agreement.value = agreed;
        table.value = rules;
      },
      (error) => (problem.value = refusedBecause(error)),
    );
  }, []);
  if (problem.value) return <p class="problem">{problem.value}</p>;
  if (!agreement.value || !table.value) return <p class="empty">{t('app.loading')}</p>;
  const { n, agreed, agreement: share, low, high, kappa } = agreement.value;
  return (
    <div class="figures">
      <section class="card" aria-labelledby="agreement-title">
        <h3 id="agreement-title">{t('figures.agreement')}</h3>
        {share === undefined ? (
          <p>{t('figures.agreement_none')}</p>
        ) : (
          <>
            <p class="figure-big">{percent(share)}</p>
            <p>{t('figures.agreement_of', { agreed, count: n, low: percent(low ?? 0), high: percent(high ?? 1) })}</p>
            {kappa !== undefined && <p class="hint">{t('figures.kappa', { kappa: decimal(kappa) })}</p>}
          </>
        )}
        <p class="hint">{t('figures.agreement_why')}</p>
      </section>
      <section class="card" aria-labelledby="rules-figures-title">
        <h3 id="rules-figures-title">{t('figures.rules')}</h3>
        <p class="hint">{t('figures.rules_why', { day: dayOf(table.value.since) })}</p>
        {table.value.rules.length === 0 ? (
          <p class="empty">{t('figures.rules_none')}</p>
        ) : (
          <div class="table-frame" tabIndex={0} role="region" aria-labelledby="rules-figures-title">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('figures.rule')}</th>
                  <th scope="col">{t('figures.raised')}</th>
                  <th scope="col">{t('figures.decided')}</th>
                  <th scope="col">{t('figures.overturned')}</th>
                </tr>
              </thead>
              <tbody>
                {table.value.rules.map((rule) => (
                  <tr key={rule.rule}>
                    <th scope="row">
                      {tOr(`category.${rule.category}`, 'category.other')}
                      <code>{rule.rule}</code>
                    </th>
                    <td>{rule.raised}</td>
                    <td>{rule.decided}</td>
                    <td>
                      {rule.overturned}
                      {rule.share !== undefined && (
                        <span class="hint">
                          {' '}
                          {t('figures.share', { share: percent(rule.share), low: percent(rule.low ?? 0), high: percent(rule.high ?? 1) })}
                        </span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  );
}
