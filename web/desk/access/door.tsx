import { Card, Center, Group, SegmentedControl, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Language } from '../../../contract/answer.ts';
import { useWords } from '../shell/language.tsx';

/** The frame of the pages that one sees before being signed in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { language, choose, t } = useWords();
  return (
    <Center mih="100dvh" p="md">
      <Stack w="100%" maw={400} gap="md">
        <Card padding="lg">
          <Stack gap="md">
            <Title order={1}>{title}</Title>
            {children}
          </Stack>
        </Card>
        <Group justify="center">
          <SegmentedControl
            size="xs"
            aria-label={t('language')}
            value={language}
            onChange={(chosen) => choose(chosen as Language)}
            data={[
              { value: 'it', label: 'Italiano' },
              { value: 'en', label: 'English' },
            ]}
          />
        </Group>
      </Stack>
    </Center>
  );
}
