import { Button, Card, Group, List, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconLoader2, IconSquareX } from '@tabler/icons-react';
import type { ImportReport } from '../../../contract/imports.ts';
import { useWords } from '../shell/language.tsx';
import { importWords } from '../shell/reason.ts';
import { StateBadge } from '../shell/standing.tsx';
import { isRunning } from './queries.ts';

/** The state of an import in colour, shape and word. */
export function ImportStateBadge({ report }: { report: Pick<ImportReport, 'state' | 'dryRun'> }) {
  const { word } = useWords();
  const look =
    report.state === 'done'
      ? (['green', IconCheck] as [string, typeof IconCheck])
      : report.state === 'refused'
        ? (['orange', IconAlertTriangle] as [string, typeof IconCheck])
        : report.state === 'failed'
          ? (['red', IconSquareX] as [string, typeof IconCheck])
          : (['blue', IconLoader2] as [string, typeof IconCheck]);
  const checked = report.state === 'done' && report.dryRun ? 'checked' : report.state;
  return <StateBadge look={look} label={word('import-state', checked)} />;
}

/** What an import did or would do; where rows are wrong: line, column, what is wrong, what would be right. */
export function ImportReportCard({
  report,
  onApply,
  onForce,
}: {
  report: ImportReport;
  onApply: (() => void) | null;
  onForce: ((report: ImportReport) => void) | null;
}) {
  const { t, label, number } = useWords();
  const figures = (['rows', 'added', 'changed', 'unchanged', 'ended'] as const).filter(
    (name) => name === 'rows' || report[name] > 0,
  );
  return (
    <Card>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Title order={2}>{report.fileName}</Title>
            <ImportStateBadge report={report} />
          </Group>
          {report.state === 'done' && report.dryRun && onApply && (
            <Button onClick={onApply}>{t('imports.apply-now')}</Button>
          )}
        </Group>
        {isRunning(report) && (
          <Progress
            value={report.state === 'applying' && report.rows > 0 ? (100 * report.applied) / report.rows : 100}
            animated={report.state !== 'applying'}
            striped={report.state !== 'applying'}
            aria-label={t('imports.progress')}
          />
        )}
        <Group gap="lg">
          {figures.map((name) => (
            <Text key={name} size="sm">
              <b>{number(report[name])}</b> {t(`imports.figure.${name}`)}
            </Text>
          ))}
        </Group>
        {report.state === 'done' && report.dryRun && <Text size="sm">{t('imports.nothing-changed')}</Text>}
        {report.notes.length > 0 && (
          <List size="sm">
            {report.notes.map((note) => (
              <List.Item key={note}>{importWords(label, note)}</List.Item>
            ))}
          </List>
        )}
        {report.state === 'refused' && report.complete && report.problemCount === 0 && onForce && (
          <Group>
            <Button variant="default" color="red" onClick={() => onForce(report)}>
              {t('imports.force')}
            </Button>
          </Group>
        )}
        {report.problemCount > 0 && (
          <>
            <Text size="sm" fw={600}>
              {t('imports.problems', { count: report.problemCount })}
            </Text>
            <Table.ScrollContainer minWidth={520} mah={420}>
              <Table verticalSpacing={4} stickyHeader>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th ta="right">{t('imports.line')}</Table.Th>
                    <Table.Th>{t('imports.column')}</Table.Th>
                    <Table.Th>{t('imports.wrong')}</Table.Th>
                    <Table.Th>{t('imports.right')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {report.problems.map((problem) => (
                    <Table.Tr key={`${problem.line}${problem.column}${problem.wrong}`}>
                      <Table.Td ta="right">{number(problem.line)}</Table.Td>
                      <Table.Td>{problem.column ?? ''}</Table.Td>
                      <Table.Td>{importWords(label, problem.wrong)}</Table.Td>
                      <Table.Td>{importWords(label, problem.right)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            {report.problemCount > report.problems.length && (
              <Text size="xs" c="dimmed">
                {t('imports.problems.more', { shown: report.problems.length })}
              </Text>
            )}
          </>
        )}
      </Stack>
    </Card>
  );
}
