import { Button, type ButtonProps, Group, Stack, Text, Textarea, type TextareaProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from './language.tsx';

/**
 * A form with one deed at its end: Enter in a field sends it, Ctrl-Enter (⌘-Enter) in a text; `ready` says whether it is complete, `hint` what is lacking
 * or will happen. With `onCancel` it has a way out, as in a dialog.
 */
export function DeedForm({
  label,
  pending,
  ready = true,
  hint,
  color,
  onDo,
  onCancel,
  children,
}: {
  label: string;
  pending: boolean;
  ready?: boolean;
  hint?: ReactNode;
  color?: ButtonProps['color'];
  onDo: () => void;
  onCancel?: () => void;
  children?: ReactNode;
}) {
  const { t } = useWords();
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !pending) onDo();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        // A list or a calendar that stands open takes its own Escape first; in a dialog the dialog takes it.
        if (event.key === 'Escape' && !event.defaultPrevented && !event.currentTarget.closest('[role=dialog]'))
          onCancel?.();
      }}
    >
      <Stack gap="sm">
        {children}
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" flex={1} miw={hint ? 200 : 0} role={hint ? 'status' : undefined}>
            {hint}
          </Text>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t('cancel')}
            </Button>
          )}
          <Button type="submit" {...(color ? { color } : {})} loading={pending} disabled={!ready}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Words that a person writes: it grows with them, and takes as many as the server does. */
export function WordsField({
  value,
  onChange,
  ...rest
}: { value: string; onChange: (words: string) => void } & Omit<TextareaProps, 'value' | 'onChange'>) {
  return (
    <Textarea
      autosize
      minRows={3}
      maxRows={14}
      maxLength={10_000}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...rest}
    />
  );
}
