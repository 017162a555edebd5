import { Anchor, Card, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ImportBrief } from '../../../contract/imports.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { staffQuery } from '../staff/queries.ts';
import { ImportStateBadge } from './import-report.tsx';

/** The newest imports; each opens its report. */
export function ImportHistory({
  reports,
  shown,
  onShow,
}: {
  reports: ImportBrief[];
  shown: string | null;
  onShow: (id: string) => void;
}) {
  const { t, number, who } = useWords();
  const may = useMay();
  const staff = useQuery({ ...staffQuery, enabled: may('staff:see') });
  const nameOf = (by: string) => staff.data?.find(({ id }) => id === by)?.name ?? who(by);
  if (reports.length === 0) return null;
  return (
    <Card padding={0}>
      <Title order={2} p="sm">
        {t('imports.history')}
      </Title>
      <Table.ScrollContainer minWidth={620} className="stacks">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('imports.file')}</Table.Th>
              <Table.Th>{t('imports.kind')}</Table.Th>
              <Table.Th>{t('incident.state')}</Table.Th>
              <Table.Th ta="right">{t('imports.rows')}</Table.Th>
              <Table.Th ta="right">{t('imports.wrong-rows')}</Table.Th>
              <Table.Th>{t('imports.started')}</Table.Th>
              <Table.Th>{t('imports.by')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {reports.map((report) => (
              <Table.Tr key={report.id} data-current={report.id === shown}>
                <Table.Td data-label={t('imports.file')}>
                  <div>
                    <Anchor component="button" type="button" size="sm" onClick={() => onShow(report.id)}>
                      {report.fileName}
                    </Anchor>
                    {report.dryRun && (
                      <Text size="xs" c="dimmed">
                        {t('imports.was-dry-run')}
                      </Text>
                    )}
                  </div>
                </Table.Td>
                <Table.Td data-label={t('imports.kind')}>{t(`imports.kind.${report.kind}`)}</Table.Td>
                <Table.Td data-label={t('incident.state')}>
                  <ImportStateBadge report={report} />
                </Table.Td>
                <Table.Td ta="right" data-label={t('imports.rows')}>
                  {number(report.rows)}
                </Table.Td>
                <Table.Td ta="right" data-label={t('imports.wrong-rows')}>
                  {number(report.problemCount)}
                </Table.Td>
                <Table.Td data-label={t('imports.started')}>
                  <Moment at={report.startedAt} />
                </Table.Td>
                <Table.Td data-label={t('imports.by')}>{nameOf(report.by)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
