import { Card, Group, Stack, Table, Tabs, Text } from '@mantine/core';
import type { ComposedText } from '../../../contract/answer.ts';
import type { AnnouncePreview } from '../../../contract/incidents.ts';
import { useWords } from '../shell/language.tsx';

const nameOf = (text: Pick<ComposedText, 'channel' | 'language'>): string => `${text.channel}-${text.language}`;

/** Who would be told what, by which channel, at what cost, and what happens when it is sent. */
export function TellPreview({ preview, stale }: { preview: AnnouncePreview; stale: boolean }) {
  const { t, word, number, money } = useWords();
  return (
    <Card padding="sm" bg="var(--mantine-color-default-hover)" style={{ opacity: stale ? 0.6 : 1 }} aria-busy={stale}>
      <Stack gap="sm">
        <Group gap="lg">
          <Text size="sm" fw={600}>
            {t('tell.people', { count: preview.people })}
          </Text>
          <Text size="sm">{money(preview.costCents)}</Text>
          {preview.unreachable > 0 && (
            <Text size="sm" c="dimmed">
              {t('tell.unreachable', { count: preview.unreachable })}
            </Text>
          )}
        </Group>
        <Text size="sm" role="status">
          {word('outcome', preview.outcome)}
          {preview.outcomeReason && ` ${word('waiting-reason', preview.outcomeReason)}`}
        </Text>
        {preview.texts.length > 0 && (
          <Tabs defaultValue={preview.texts[0] ? nameOf(preview.texts[0]) : null} keepMounted={false}>
            <Tabs.List>
              {preview.texts.map((text) => (
                <Tabs.Tab key={nameOf(text)} value={nameOf(text)}>
                  {word('channel', text.channel)} · {text.language.toUpperCase()}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {preview.texts.map((text) => (
              <Tabs.Panel key={nameOf(text)} value={nameOf(text)} pt="xs">
                <OneText text={text} />
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
        {preview.audience.length > 0 && (
          <Table verticalSpacing={2} withRowBorders={false} fz="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('tell.channel')}</Table.Th>
                <Table.Th ta="right">{t('count.people')}</Table.Th>
                <Table.Th ta="right">{t('tell.parts')}</Table.Th>
                <Table.Th ta="right">{t('tell.cost')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {preview.audience.map((part) => (
                <Table.Tr key={`${part.channel}${part.language}`}>
                  <Table.Td>
                    {word('channel', part.channel)} · {part.language.toUpperCase()}
                  </Table.Td>
                  <Table.Td ta="right">{number(part.people)}</Table.Td>
                  <Table.Td ta="right">{number(part.parts)}</Table.Td>
                  <Table.Td ta="right">{money(part.costCents)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Card>
  );
}

function OneText({ text }: { text: ComposedText }) {
  const { t, word } = useWords();
  return (
    <Stack gap={4}>
      {text.subject && (
        <Text size="sm" fw={600}>
          {text.subject}
        </Text>
      )}
      <Text size="sm" className="message-text" lang={text.language}>
        {text.body}
      </Text>
      {text.coding && (
        <Text size="xs" c="dimmed">
          {t('tell.sms-size', { characters: text.body.length, parts: text.parts })} · {word('coding', text.coding)}
        </Text>
      )}
    </Stack>
  );
}
