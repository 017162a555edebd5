import { Button, Code, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useWords } from './language.tsx';

/** Text to be taken elsewhere, with a button that copies it. */
export function CopyText({ text, label }: { text: string; label?: string }) {
  const { t } = useWords();
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <span style={{ fontSize: 'var(--mantine-font-size-sm)', fontWeight: 500 }}>{label}</span>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            >
              {copied ? t('copied') : t('copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Code>
    </Stack>
  );
}
