import { Button, Card, Code, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AlarmRule, NewAlarmRule } from '../../../contract/alarms.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { Empty, Shown } from '../shell/states.tsx';
import { alarmSourcesQuery, endRule, makeRule, rulesQuery } from './queries.ts';

/** What makes the same rule again. */
const again = ({ sourceId, label, pattern, act, resource, severity }: AlarmRule): NewAlarmRule => ({
  sourceId,
  label,
  pattern,
  act,
  resourceId: resource?.id ?? null,
  severity,
});

/** The rules by which alarms find their resource, in the order in which they are asked. */
export function AlarmRules() {
  const { t } = useWords();
  const query = useQuery(rulesQuery);
  return (
    <section>
      <Title order={2} mb={4}>
        {t('rules')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        {t('rules.hint')}
      </Text>
      <Shown query={query}>
        {(rules) =>
          rules.length === 0 ? (
            <Empty title={t('rules.none')}>{t('rules.none.help')}</Empty>
          ) : (
            <Card padding={0}>
              <Table.ScrollContainer minWidth={520} className="stacks">
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('rules.condition')}</Table.Th>
                      <Table.Th>{t('rules.meaning')}</Table.Th>
                      <Table.Th />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {rules.map((rule) => (
                      <OneRule key={rule.id} rule={rule} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Card>
          )
        }
      </Shown>
    </section>
  );
}

function OneRule({ rule }: { rule: AlarmRule }) {
  const { t, word } = useWords();
  const may = useMay();
  const sources = useQuery(alarmSourcesQuery);
  const source = rule.sourceId && sources.data?.find(({ id }) => id === rule.sourceId)?.name;
  const restore = useDeed({ run: makeRule, touches: ['alarms', 'incidents'], done: t('rules.restored') });
  const remove = useDeed({
    run: () => endRule(rule.id),
    touches: ['alarms'],
    onDone: () => sayUndoable(t('rules.removed'), t('undo'), () => restore.mutate(again(rule))),
  });
  return (
    <Table.Tr>
      <Table.Td data-label={t('rules.condition')}>
        <Group gap="xs">
          {rule.pattern === null ? (
            <Text size="sm">{t('rules.any', { label: rule.label })}</Text>
          ) : (
            <Code>
              {rule.label}={rule.pattern}
            </Code>
          )}
          {source && (
            <Text size="xs" c="dimmed">
              {t('rules.source', { name: source })}
            </Text>
          )}
        </Group>
      </Table.Td>
      <Table.Td data-label={t('rules.meaning')}>
        <div>
          {rule.act !== 'resource'
            ? t(`rules.${rule.act}`)
            : rule.resource
              ? t('rules.resource', { name: rule.resource.name })
              : t('rules.resource.gone')}
          {rule.severity && (
            <Text size="xs" c="dimmed">
              {t('rules.severity', { severity: word('severity', rule.severity) })}
            </Text>
          )}
        </div>
      </Table.Td>
      <Table.Td ta="right">
        {may('alarms:map') && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined)}
          >
            {t('rules.remove')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
