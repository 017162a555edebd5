import { Alert, Button, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useWords } from './language.tsx';
import { Problem } from './request.ts';

/** Grey rows where a list will be. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="xs" aria-busy="true" aria-label={useWords().t('loading')}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <Skeleton key={index} height={28} />
      ))}
    </Stack>
  );
}

/** The words of a failure: the desk's where it knows the code, else the server's own. */
export function useProblemWords(): (error: unknown) => { detail: string; help: string | null } {
  const { t, label } = useWords();
  return (error) => {
    if (!(error instanceof Problem)) return { detail: t('error.unexpected'), help: t('error.reload') };
    if (error.status === 0) return { detail: t('error.unreachable'), help: t('error.unreachable.help') };
    const known = label('problem', error.code);
    if (known) return { detail: known, help: null };
    return { detail: error.detail || t('error.unexpected'), help: error.help };
  };
}

/** Another try would be answered alike: it is not allowed, or not there. */
const isFinal = (error: unknown): boolean => error instanceof Problem && (error.status === 403 || error.status === 404);

/** What went wrong, what would help, and another try. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useWords();
  const { detail, help } = useProblemWords()(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={detail} role="alert">
      <Stack gap="xs" align="flex-start">
        {help && <Text size="sm">{help}</Text>}
        {onRetry && !isFinal(error) && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing here: says why, and what to do next. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Card padding="xl">
      <Stack gap="sm" align="flex-start" maw={560}>
        <Text fw={600}>{title}</Text>
        {children && (
          <Text size="sm" c="dimmed" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Card>
  );
}

/** Title of a page, with its one primary action on the right. */
export function PageTitle({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div style={{ minWidth: 0 }}>
        <Title order={1}>{title}</Title>
        {hint && (
          <Text size="sm" c="dimmed" maw={720}>
            {hint}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}

interface QueryLike<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch(): unknown;
}

/** Shows a query: skeleton, trouble with another try, or its data. Older data stays while a refresh fails. */
export function Shown<Data>({ query, children }: { query: QueryLike<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
