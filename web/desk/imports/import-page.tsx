import { Button, Card, Checkbox, Code, FileButton, Group, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import type { ImportKind, ImportReport } from '../../../contract/imports.ts';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { PageTitle, Shown } from '../shell/states.tsx';
import { EXAMPLES, kindFromHeader } from './formats.ts';
import { ImportHistory } from './import-history.tsx';
import { ImportReportCard } from './import-report.tsx';
import { importQuery, importsQuery, sendImport } from './queries.ts';

const KINDS: readonly ImportKind[] = ['resources', 'customers', 'services'];
const MOST_BYTES = 500 * 1024 * 1024;

/** Brings the network, customers and services in from CSV files: checked first, then for real. */
export function ImportPage() {
  const { t } = useWords();
  const [shown, setShown] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [kind, setKind] = useState<ImportKind>('resources');
  const [dryRun, setDryRun] = useState(true);
  const [complete, setComplete] = useState(false);
  const history = useQuery(importsQuery);
  const send = useDeed({
    run: (options: { dryRun: boolean; force: boolean; file: File; kind: ImportKind }) =>
      sendImport({ ...options, complete }),
    touches: ['imports'],
    onDone: (report) => setShown(report.id),
  });

  const take = (taken: File | null) => {
    setFile(taken);
    setShown(null);
    setDryRun(true);
    if (!taken) return;
    void taken
      .slice(0, 2000)
      .text()
      .then((beginning) => {
        const guessed = kindFromHeader(beginning.split(/\r?\n/)[0] ?? '');
        if (guessed) setKind(guessed);
      });
  };
  const start = (really: { dryRun: boolean; force?: boolean }) => {
    if (file) send.mutate({ file, kind, dryRun: really.dryRun, force: really.force ?? false });
  };

  return (
    <>
      <PageTitle title={t('place.imports')} hint={t('imports.hint')} />
      <Stack gap="md">
        <Card>
          <Stack gap="sm">
            <SegmentedControl
              aria-label={t('imports.kind')}
              value={kind}
              onChange={(chosen) => setKind(chosen as ImportKind)}
              data={KINDS.map((value) => ({ value, label: t(`imports.kind.${value}`) }))}
            />
            <DropArea file={file} onFile={take} />
            {file && file.size > MOST_BYTES && (
              <Text size="sm" c="red">
                {t('imports.too-large')}
              </Text>
            )}
            <Switch
              label={t('imports.dry-run')}
              description={t('imports.dry-run.help')}
              checked={dryRun}
              onChange={(event) => setDryRun(event.currentTarget.checked)}
            />
            <Checkbox
              label={t('imports.complete')}
              description={t('imports.complete.help')}
              checked={complete}
              onChange={(event) => setComplete(event.currentTarget.checked)}
            />
            <Group>
              <Button
                disabled={!file || file.size > MOST_BYTES}
                loading={send.isPending}
                onClick={() => start({ dryRun })}
              >
                {t(dryRun ? 'imports.check' : 'imports.apply')}
              </Button>
            </Group>
          </Stack>
        </Card>
        {shown && (
          <Current
            id={shown}
            onApply={file ? () => start({ dryRun: false }) : null}
            onForce={file ? (report) => start({ dryRun: report.dryRun, force: true }) : null}
          />
        )}
        <FormatHelp kind={kind} />
        <Shown query={history}>
          {(reports) => <ImportHistory reports={reports} shown={shown} onShow={setShown} />}
        </Shown>
      </Stack>
    </>
  );
}

function Current({
  id,
  onApply,
  onForce,
}: {
  id: string;
  onApply: (() => void) | null;
  onForce: ((report: ImportReport) => void) | null;
}) {
  const query = useQuery(importQuery(id));
  return (
    <Shown query={query}>{(report) => <ImportReportCard report={report} onApply={onApply} onForce={onForce} />}</Shown>
  );
}

function DropArea({ file, onFile }: { file: File | null; onFile: (file: File | null) => void }) {
  const { t, number } = useWords();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0] ?? null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button inside is the first
    <div
      className="drop-area"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack gap="xs" align="center">
        {file ? (
          <Text size="sm" fw={600}>
            {file.name} ({number(Math.ceil(file.size / 1024))} kB)
          </Text>
        ) : (
          <Text size="sm">{t('imports.drop')}</Text>
        )}
        <FileButton onChange={onFile} accept=".csv,.tsv,.txt,text/csv">
          {(props) => (
            <Button variant="default" size="xs" {...props}>
              {t('imports.choose')}
            </Button>
          )}
        </FileButton>
      </Stack>
    </div>
  );
}

function FormatHelp({ kind }: { kind: ImportKind }) {
  const { t } = useWords();
  return (
    <Card component="details" padding="sm">
      <summary style={{ cursor: 'pointer' }}>{t('imports.format')}</summary>
      <Stack gap="xs" mt="sm">
        <Text size="sm">{t(`imports.format.${kind}`)}</Text>
        <Code block style={{ overflowX: 'auto' }}>
          {EXAMPLES[kind]}
        </Code>
        <Text size="sm" c="dimmed">
          {t('imports.format.all')}
        </Text>
      </Stack>
    </Card>
  );
}
