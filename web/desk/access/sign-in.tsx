import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import type { SignedIn } from '../../../contract/deeds.ts';
import { useWords } from '../shell/language.tsx';
import { Problem, request } from '../shell/request.ts';
import { Trouble } from '../shell/states.tsx';
import { Door } from './door.tsx';
import { SecondFactor } from './second-factor.tsx';

/** Sign-in with e-mail and password, then the second factor where one is set up. */
export function SignIn() {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { next, over } = useSearch({ from: '/sign-in' });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [forgot, setForgot] = useState(false);

  useEffect(() => {
    document.title = t('sign-in');
  }, [t]);

  const enter = async () => {
    queries.clear();
    await navigate({ to: next ?? '/incidents', replace: true });
  };
  const signIn = useMutation({
    mutationFn: () => request<SignedIn>('/api/auth/sign-in/email', { method: 'POST', body: { email, password } }),
    onSuccess: async (answer) => {
      if (answer.twoFactorRedirect) setAsksCode(true);
      else await enter();
    },
  });

  const wrong = signIn.error instanceof Problem && signIn.error.code === 'wrong-password';

  if (asksCode)
    return (
      <Door title={t('second-factor')}>
        <SecondFactor onEntered={enter} onBack={() => setAsksCode(false)} />
      </Door>
    );

  return (
    <Door title={t('sign-in')}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack gap="sm">
          {over && (
            <Text size="sm" role="status">
              {t('session.over')}
            </Text>
          )}
          <TextInput
            label={t('email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('password')}
            name="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={wrong ? t('sign-in.wrong') : null}
          />
          {signIn.error && !wrong && <Trouble error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t('sign-in')}
          </Button>
          <Anchor component="button" type="button" size="sm" onClick={() => setForgot(true)}>
            {t('sign-in.forgot')}
          </Anchor>
          {forgot && (
            <Text size="sm" c="dimmed">
              {t('sign-in.forgot.help')}
            </Text>
          )}
        </Stack>
      </form>
    </Door>
  );
}
