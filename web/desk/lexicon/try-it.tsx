import { Button, Card, Group, Stack, Table, Text, Textarea, Title } from '@mantine/core';
import { useState } from 'react';
import type { Tried } from '../../../contract/intake.ts';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { SeverityBadge } from '../shell/standing.tsx';
import { tryText } from './queries.ts';

/** What a first look would say of a text, and by which words. */
export function TryIt() {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried | null>(null);
  const look = useDeed({ run: () => tryText({ text }), touches: [], onDone: setTried });
  return (
    <Card padding="sm" component="section" aria-label={t('lexicon.try')}>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t('lexicon.try')}
        </Title>
        <Textarea
          aria-label={t('lexicon.try')}
          placeholder={t('lexicon.try.placeholder')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={5000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group>
          <Button
            variant="default"
            disabled={text.trim() === ''}
            loading={look.isPending}
            onClick={() => look.mutate(undefined)}
          >
            {t('lexicon.try.look')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('lexicon.try.help')}
          </Text>
        </Group>
        {tried && <Answer tried={tried} />}
      </Stack>
    </Card>
  );
}

function Answer({ tried }: { tried: Tried }) {
  const { t, word, label, number } = useWords();
  const means = (reason: Tried['reasons'][number]): string => {
    if (reason.for === 'language' || reason.for === 'topic' || reason.for === 'severity')
      return word(reason.for, reason.means);
    return reason.for === 'place' ? `ISTAT ${reason.means}` : number(Number(reason.means));
  };
  // Of urgency the beginning is a severity; of a language and of urgency there are sentences of the server's own; the rest are words of the text.
  const because = (reason: Tried['reasons'][number]): string =>
    (reason.for === 'urgency' ? label('severity', reason.because) : null) ??
    label('triage-because', reason.because) ??
    `«${reason.because}»`;
  return (
    <Stack gap="xs" role="status" aria-label={t('lexicon.tried')}>
      <Group gap="md">
        <Text size="sm" fw={600}>
          {word('topic', tried.topic)}
        </Text>
        <SeverityBadge severity={tried.severity} />
        <Text size="sm">{word('language', tried.language)}</Text>
        <Text size="sm">{tried.place ? tried.place.name : t('lexicon.no-place')}</Text>
        <Text size="sm" c="dimmed">
          {t('lexicon.urgency', { urgency: tried.urgency })}
        </Text>
      </Group>
      <Table.ScrollContainer minWidth={420} className="stacks">
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('lexicon.about')}</Table.Th>
              <Table.Th>{t('lexicon.because')}</Table.Th>
              <Table.Th>{t('lexicon.means')}</Table.Th>
              <Table.Th>{t('lexicon.weight')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tried.reasons.map((reason) => (
              <Table.Tr key={`${reason.for} ${reason.because} ${reason.means}`}>
                <Table.Td data-label={t('lexicon.about')}>{word('triage-for', reason.for)}</Table.Td>
                <Table.Td data-label={t('lexicon.because')}>{because(reason)}</Table.Td>
                <Table.Td data-label={t('lexicon.means')}>{means(reason)}</Table.Td>
                <Table.Td data-label={t('lexicon.weight')}>{number(reason.weight)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
