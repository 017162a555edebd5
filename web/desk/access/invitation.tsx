import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type {
  AcceptInvitation as Acceptance,
  Invitation,
  InvitationAccepted,
  Me,
  SignedIn,
} from '../../../contract/deeds.ts';
import { useWords } from '../shell/language.tsx';
import { sayDone } from '../shell/notices.tsx';
import { request } from '../shell/request.ts';
import { Loading, Trouble } from '../shell/states.tsx';
import { Door } from './door.tsx';
import { SHORTEST_PASSWORD } from './password.ts';

/** The token of a one-time link: the last part of the address. */
const tokenInAddress = (): string => decodeURIComponent(window.location.pathname.split('/').at(-1) ?? '');

/** The first administrator, somebody invited, or somebody who sets a new password. */
export function AcceptInvitation() {
  const { t } = useWords();
  const [token] = useState(tokenInAddress);
  useEffect(() => {
    // Addresses end up in histories and on shared screens: the token leaves this one at once.
    window.history.replaceState(window.history.state, '', window.location.pathname.replace(/[^/]*$/, ''));
  }, []);
  const looked = useQuery({
    queryKey: ['invitation'],
    queryFn: () => request<Invitation>('/api/v1/invitations/look', { method: 'POST', body: { token } }),
    enabled: token !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = looked.data ? t(`invitation.${looked.data.purpose}`) : t('invitation');
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <Door title={title}>
      {token === '' ? (
        <Text size="sm">{t('invitation.used')}</Text>
      ) : looked.data ? (
        <AcceptForm token={token} invitation={looked.data} />
      ) : looked.error ? (
        <>
          <Trouble error={looked.error} />
          <Text size="sm" c="dimmed">
            {t('invitation.used')}
          </Text>
        </>
      ) : (
        <Loading rows={3} />
      )}
    </Door>
  );
}

function AcceptForm({ token, invitation }: { token: string; invitation: Invitation }) {
  const { t, language } = useWords();
  const reset = invitation.purpose === 'reset';
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<Required<Omit<Acceptance, 'token'>> & { again: string }>({
    initialValues: { email: invitation.email ?? '', name: invitation.name ?? '', password: '', again: '' },
    validate: {
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : t('email.wrong')),
      name: (value) => (value.trim() === '' && invitation.purpose === 'first-administrator' ? t('required') : null),
      password: (value) =>
        value.length < SHORTEST_PASSWORD ? t('password.short', { least: SHORTEST_PASSWORD }) : null,
      again: (value, values) => (value !== values.password ? t('password.differs') : null),
    },
  });
  const accept = useMutation({
    mutationFn: async ({ email, name, password }: Omit<Acceptance, 'token'>) => {
      const accepted = await request<InvitationAccepted>('/api/v1/invitations/accept', {
        method: 'POST',
        body: { token, password, ...(invitation.purpose === 'first-administrator' ? { email, name } : {}) },
      });
      const entered = await request<SignedIn>('/api/auth/sign-in/email', {
        method: 'POST',
        body: { email: accepted.email, password },
      });
      // The language in which the invitation was read becomes the account's, unless it had one already.
      if (entered.signedIn && !reset)
        await request<Me>('/api/v1/me', { method: 'PATCH', body: { language } }).catch(() => undefined);
      return entered;
    },
    onSuccess: async (answer) => {
      queries.clear();
      sayDone(t('invitation.done'));
      await navigate({ to: answer.twoFactorRedirect ? '/sign-in' : '/incidents', replace: true });
    },
  });
  const first = invitation.purpose === 'first-administrator';
  return (
    <form onSubmit={form.onSubmit(({ email, name, password }) => accept.mutate({ email, name, password }))}>
      <Stack gap="sm">
        <Text size="sm">{t(`invitation.${invitation.purpose}.help`)}</Text>
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          readOnly={!first}
          {...form.getInputProps('email')}
        />
        {first && <TextInput label={t('name')} autoComplete="name" {...form.getInputProps('name')} />}
        <PasswordInput
          label={t('password.new')}
          description={t('password.help', { least: SHORTEST_PASSWORD })}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput label={t('password.again')} autoComplete="new-password" {...form.getInputProps('again')} />
        {accept.error && <Trouble error={accept.error} />}
        <Button type="submit" loading={accept.isPending} fullWidth>
          {t(reset ? 'invitation.set-password' : 'invitation.enter')}
        </Button>
      </Stack>
    </form>
  );
}
