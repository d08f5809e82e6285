/** The bar at the top of every page. Help stands at its right end, at the same place everywhere. */

import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { HelpButton } from '../help/help_button';
import { chooseLanguage, language } from '../locales/language';
import { t } from '../locales/text';
import { waiting } from '../outbox/outbox';
import { isStaff, me, signOut } from '../session/session';
import { late } from '../wire/late';
import { link } from '../wire/link';
import { Dialog } from './dialog';
import { Icon } from './icons';
import { later } from './later';
import { Face, Mark } from './mark';
import { CONSENTS, DATA, LOOKS, PAPERS, REACH, SECURITY, YOUNG } from './route';

const CaseStrip = later(async () => (await import('../parts/watch')).CaseStrip, () => null);

export const Header = ({ children, back }: { children?: ComponentChildren; back?: boolean }): VNode => (
  <header class="bar">
    <div class="bar-inner">
      {back ? (
        <a class="icon-button bar-back" href="#/" aria-label={t('app.home')}>
          <Icon name="back" />
        </a>
      ) : (
        <a class="brand" href="#/">
          <Mark />
          <span>{t('app.name')}</span>
        </a>
      )}
      <div class="bar-middle">{children}</div>
      {me.value ? <AccountMenu /> : <LanguageSwitch />}
      <HelpButton />
    </div>
    {isStaff.value && <CaseStrip />}
  </header>
);

/** Beside the header rather than in it, so that it never pushes Help away. */
export function LinkNotice(): VNode | null {
  if (!me.value || link.value === 'online' || !late.value) return null;
  return (
    <p class="notice notice-offline" role="status">
      <Icon name="network" />
      <span>
        <strong>{t('link.offline')}.</strong> {t('link.offline_why')}
      </span>
    </p>
  );
}

export const LanguageSwitch = (): VNode => (
  <button
    type="button"
    class="quiet-button language"
    lang={language.value === 'fr' ? 'en' : 'fr'}
    onClick={() => chooseLanguage(language.value === 'fr' ? 'en' : 'fr')}
  >
    {language.value === 'fr' ? 'English' : 'Français'}
  </button>
);

function AccountMenu(): VNode | null {
  const [open, setOpen] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!menu.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      menu.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', away);
    addEventListener('focusin', away);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', away);
      removeEventListener('focusin', away);
      removeEventListener('keydown', escape);
    };
  }, [open]);
  const account = me.value?.account;
  if (!account) return null;
  const unsent = waiting.value.filter((item) => item.account === account.id).length;
  const bound = me.value?.pin !== undefined; // perhaps with no password to come back by
  return (
    <div class="account" ref={menu}>
      <button type="button" class="account-button" aria-expanded={open} aria-label={t('app.account')} onClick={() => setOpen(!open)}>
        <Face name={account.name} role={account.role} />
      </button>
      {open && (
        <div class="account-menu">
          <p>
            <strong>{account.name}</strong>
            <span>{t(`role.${account.role}`)}</span>
            <span>{me.value?.organisation.name}</span>
          </p>
          {(account.role === 'mentee' || account.role === 'guardian') && (
            <a class="quiet-button" href={CONSENTS} onClick={() => setOpen(false)}>
              {t(account.role === 'mentee' ? 'consent.title' : 'consent.menu_guardian')}
            </a>
          )}
          {isStaff.value && (
            <a class="quiet-button" href={YOUNG} onClick={() => setOpen(false)}>
              {t('consent.menu_staff')}
            </a>
          )}
          <a class="quiet-button" href={SECURITY} onClick={() => setOpen(false)}>
            {t('app.security')}
          </a>
          <a class="quiet-button" href={REACH} onClick={() => setOpen(false)}>
            {t('app.reach')}
          </a>
          {account.role === 'mentor' && (
            <a class="quiet-button" href={PAPERS} onClick={() => setOpen(false)}>
              {t('app.papers')}
            </a>
          )}
          <a class="quiet-button" href={DATA} onClick={() => setOpen(false)}>
            {t('app.data')}
          </a>
          <a class="quiet-button" href={LOOKS} onClick={() => setOpen(false)}>
            {t('app.looks')}
          </a>
          <LanguageSwitch />
          <button type="button" class="quiet-button" onClick={() => (unsent || bound ? setLeaving(true) : void signOut(false))}>
            {t('app.sign_out')}
          </button>
        </div>
      )}
      {leaving && (
        <Dialog title={t('signout.title')} onClose={() => setLeaving(false)}>
          {bound && <p>{t('signout.bound')}</p>}
          {unsent > 0 && <p>{t('signout.unsent', { count: unsent })}</p>}
          <div class="dialog-acts">
            <button type="button" class="button" onClick={() => void signOut(false)}>
              {t(unsent ? 'signout.keep' : 'app.sign_out')}
            </button>
            {unsent > 0 && (
              <button type="button" class="button button-plain" onClick={() => void signOut(true)}>
                {t('signout.erase')}
              </button>
            )}
          </div>
        </Dialog>
      )}
    </div>
  );
}
