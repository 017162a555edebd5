import { ActionIcon, Alert, Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { type ClipboardEvent, type DragEvent, type ReactNode, useRef, useState } from 'react';
import { ANSWER_FILES, type DraftFile } from '../../../contract/files.ts';
import { useWords } from '../shell/language.tsx';
import { Problem, request } from '../shell/request.ts';
import { useProblemWords } from '../shell/states.tsx';
import { sizeIn } from './size-in.ts';
import { uploadFile } from './upload-file.ts';

interface Attached {
  key: number;
  name: string;
  size: number;
  /** Per cent that has gone up; 100 and a `file`: it is there. */
  progress: number;
  file: DraftFile | null;
  stop: AbortController;
}

/** Files that go with an answer of a case: what is there, whether some still go up, and the acts on them. */
export function useAttachments(caseId: string) {
  const { t } = useWords();
  const problemWords = useProblemWords();
  const [files, setFiles] = useState<Attached[]>([]);
  const [trouble, setTrouble] = useState<string | null>(null);
  const next = useRef(0);
  const change = (key: number, part: Partial<Attached>) =>
    setFiles((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));
  const drop = (key: number) => setFiles((before) => before.filter((one) => one.key !== key));

  const add = (chosen: readonly File[]) => {
    setTrouble(null);
    let [many, together] = [files.length, files.reduce((sum, { size }) => sum + size, 0)];
    for (const file of chosen) {
      many++;
      together += file.size;
      const refused =
        many > ANSWER_FILES.files
          ? t('attach.many', { count: ANSWER_FILES.files })
          : file.size > ANSWER_FILES.each || together > ANSWER_FILES.together
            ? t('attach.large', { name: file.name })
            : file.size === 0
              ? t('attach.empty', { name: file.name })
              : null;
      if (refused) {
        setTrouble(refused);
        return;
      }
      const attached = { key: next.current++, name: file.name, size: file.size, progress: 0, file: null };
      const stop = new AbortController();
      setFiles((before) => [...before, { ...attached, stop }]);
      uploadFile(
        `/api/v1/cases/${caseId}/files`,
        file,
        (progress) => change(attached.key, { progress }),
        stop.signal,
      ).then(
        (made) => change(attached.key, { file: made, name: made.name, progress: 100 }),
        (error: unknown) => {
          drop(attached.key);
          if (stop.signal.aborted) return;
          const { detail, help } = problemWords(error);
          setTrouble([`${file.name}: ${detail}`, help ?? ''].join(' ').trim());
        },
      );
    }
  };
  const remove = ({ key, file, stop }: Attached) => {
    stop.abort();
    drop(key);
    // What is not taken back now is forgotten by the server after a day.
    if (file)
      request(`/api/v1/cases/${caseId}/files/${file.id}`, { method: 'DELETE' }).catch((error: unknown) => {
        if (!(error instanceof Problem) || error.status !== 404) setTrouble(problemWords(error).detail);
      });
  };
  return {
    files,
    trouble,
    add,
    remove,
    ids: files.flatMap(({ file }) => (file ? [file.id] : [])),
    busy: files.some(({ file }) => file === null),
    over: () => {
      setFiles([]);
      setTrouble(null);
    },
  };
}

/** Around the fields of an answer: files dropped or pasted anywhere in it are attached. */
export function AttachHere({
  attachments,
  children,
}: {
  attachments: ReturnType<typeof useAttachments>;
  children: ReactNode;
}) {
  const { t } = useWords();
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const onPaste = (event: ClipboardEvent) => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    attachments.add(pasted);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same for the keyboard
    <div
      className="attach-here"
      data-over={over || undefined}
      onPaste={onPaste}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        attachments.add([...event.dataTransfer.files]);
      }}
    >
      {over && (
        <Text size="sm" fw={600} ta="center" mb="xs">
          {t('attach.drop')}
        </Text>
      )}
      {children}
    </div>
  );
}

/** The button, the limits, and what is attached so far. */
export function Attachments({ attachments }: { attachments: ReturnType<typeof useAttachments> }) {
  const { t, number } = useWords();
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <FileButton multiple onChange={attachments.add}>
          {(props) => (
            <Button
              {...props}
              size="compact-sm"
              variant="default"
              leftSection={<IconPaperclip size={16} aria-hidden />}
              disabled={attachments.files.length >= ANSWER_FILES.files}
            >
              {t('attach')}
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed" flex={1} miw={200}>
          {t('attach.limits', {
            count: ANSWER_FILES.files,
            each: sizeIn(ANSWER_FILES.each, number),
            together: sizeIn(ANSWER_FILES.together, number),
          })}
        </Text>
      </Group>
      {attachments.trouble && (
        <Alert color="red" variant="light" role="alert" p="xs">
          {attachments.trouble}
        </Alert>
      )}
      {attachments.files.length > 0 && (
        <Stack component="ul" gap={4} className="attachments" aria-label={t('attach.list')}>
          {attachments.files.map((one) => (
            <li key={one.key}>
              <Group gap={6} wrap="nowrap">
                <IconPaperclip size={14} aria-hidden />
                <Text size="sm" truncate flex="0 1 auto">
                  {one.name}
                </Text>
                <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                  {sizeIn(one.size, number)}
                </Text>
                {!one.file && (
                  <Progress value={one.progress} w={80} aria-label={t('attach.progress', { name: one.name })} />
                )}
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('attach.remove', { name: one.name })}
                  onClick={() => attachments.remove(one)}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            </li>
          ))}
        </Stack>
      )}
    </Stack>
  );
}
