/** What is looked at, by what, and who sees it: in plain words, for young people and families. Needs no sign-in. */

import type { VNode } from 'preact';
import groups from '../data/looked_at.json';
import { t, type Key } from '../locales/text';
import { Header } from '../shell/header';
import { Icon, type IconName } from '../shell/icons';
import { useTitle } from '../shell/title';

const FATES: [string, IconName][] = [
  ['delivered', 'sent'],
  ['masked', 'hidden'],
  ['held', 'clock'],
  ['returned', 'back'],
  ['blocked', 'stop'],
  ['frozen', 'pause'],
];

export function LooksPage(): VNode {
  useTitle(t('looks.title'));
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main looks" tabIndex={-1}>
        <h1>{t('looks.title')}</h1>
        <section class="card">
          <h2>{t('looks.short')}</h2>
          <List keys={['looks.short_1', 'looks.short_2', 'looks.short_3', 'looks.short_4']} />
        </section>
        <Section title="looks.what" keys={['looks.what_text', 'looks.what_names', 'looks.not_voice', 'looks.not_train']} />
        <Section title="looks.why" keys={Object.keys(groups).map((group) => `looks.group.${group}` as Key)}>
          <p>{t('looks.limits')}</p>
        </Section>
        <section>
          <h2>{t('looks.then')}</h2>
          <ul class="looks-fates">
            {FATES.map(([fate, icon]) => (
              <li key={fate}>
                <Icon name={icon} />
                <div>
                  <strong>{t(`looks.${fate}` as Key)}</strong>
                  <p>{t(`looks.${fate}_why` as Key)}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
        <Section title="looks.who" keys={['looks.who_pair', 'looks.who_staff', 'looks.who_seen', 'looks.who_not']} />
        <Section title="looks.wrong" keys={['looks.wrong_why', 'looks.rights', 'looks.rules']} />
      </main>
    </div>
  );
}

const Section = ({ title, keys, children }: { title: Key; keys: Key[]; children?: VNode }): VNode => (
  <section>
    <h2>{t(title)}</h2>
    <List keys={keys} />
    {children}
  </section>
);

const List = ({ keys }: { keys: Key[] }): VNode => (
  <ul>
    {keys.map((key) => (
      <li key={key}>{t(key)}</li>
    ))}
  </ul>
);
