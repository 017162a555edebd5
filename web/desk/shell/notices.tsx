import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useProblemWords } from './states.tsx';

/** Says that something was done. */
export const sayDone = (message: string): void => {
  notifications.show({ message, color: 'thread', autoClose: 4000 });
};

/** Says that something was done, with a button that takes it back; stays long enough to be reached. */
export function sayUndoable(message: string, undoLabel: string, undo: () => void): void {
  const id = notifications.show({
    color: 'thread',
    autoClose: 15_000,
    message: (
      <Group justify="space-between" gap="sm">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {undoLabel}
        </Button>
      </Group>
    ),
  });
}

/** Says why something was not done. */
export function useFailed(): (error: unknown) => void {
  const problemWords = useProblemWords();
  return (error) => {
    const { detail, help } = problemWords(error);
    notifications.show({ color: 'red', title: detail, message: help ?? '', autoClose: 10_000 });
  };
}

/**
 * A deed of the person: runs it, refreshes the lists that begin with `touches`, says `done`, or shows the server's words when it was refused.
 * `onProblem` returns true when it dealt with the failure itself.
 */
export function useDeed<Input, Output>({
  run,
  touches,
  done,
  onDone,
  onProblem,
}: {
  run: (input: Input) => Promise<Output>;
  touches: readonly string[];
  done?: string;
  onDone?: (output: Output, input: Input) => void;
  onProblem?: (error: unknown) => boolean;
}) {
  const queries = useQueryClient();
  const sayFailed = useFailed();
  return useMutation({
    mutationFn: run,
    onSuccess: (output, input) => {
      if (done) sayDone(done);
      onDone?.(output, input);
    },
    onError: (error) => {
      if (!onProblem?.(error)) sayFailed(error);
    },
    onSettled: () => Promise.all(touches.map((first) => queries.invalidateQueries({ queryKey: [first] }))),
  });
}
